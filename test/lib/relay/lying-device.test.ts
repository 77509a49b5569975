import assert from 'node:assert/strict';
import type { SupplyState } from '../../../nodes/lib/ledger/account';
import { chanceAt } from '../../../nodes/lib/simulation/seeded-random';
import { commandIn, RelayWorld, type JsonCommand } from './relay-world';

/** Change the seed with WATTKEEPER_SEED to look elsewhere, or to see a reported failure again. */
const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
const RUNS = 25;
const CHAOS_MS = 900_000;
const LONGEST_WAY_MS = 20_000;

interface Effect {
  commandId: string;
  atMs: number;
  expiresMs: number;
}

/** A meter as our protocol wants it, behind a network that is as bad as it can be. */
class LyingDevice {
  relay: SupplyState = 'on';
  readonly effects: Effect[] = [];
  isCalm = false;
  private version = 0;
  private commandId = '';
  private thrown = 0;

  constructor(
    private readonly world: RelayWorld,
    private readonly seed: number,
    private readonly tellsOfItself: boolean,
  ) {
    world.onSent = (sent) => this.carry(() => this.hear(commandIn(sent)));
  }

  chance(): number {
    this.thrown += 1;
    return chanceAt(this.seed, 99, this.thrown);
  }

  /** Somebody presses the switch on the device, or its firmware restarts. */
  turnByItself(): void {
    this.relay = this.chance() < 0.5 ? 'on' : 'off';
    if (this.tellsOfItself) this.tell();
  }

  tell(): void {
    const isLie = !this.isCalm && this.chance() < 0.15;
    const reported = isLie === (this.relay === 'on') ? 'off' : 'on';
    const { commandId } = this;
    // Made here and carried later, so that a slow one says what was, with the time at which it was so.
    const report = {
      meterId: 'M1',
      reported,
      atMs: this.world.nowMs,
      ...(commandId === '' ? {} : { commandId }),
    };
    this.carry(() => void this.world.driver.report(report as never));
  }

  private hear({ commandId, desired, version, expiresMs }: JsonCommand): void {
    const { nowMs } = this.world;
    if (nowMs >= expiresMs || version < this.version) return;
    if (version > this.version) {
      this.version = version;
      this.commandId = commandId;
      this.relay = desired;
      this.effects.push({ commandId, atMs: nowMs, expiresMs });
    }
    this.tell();
  }

  /** Drops, doubles, delays, and so reorders; when it is calm it only delays and doubles a little. */
  private carry(deliver: () => void): void {
    if (!this.isCalm && this.chance() < 0.4) return;
    const copies = this.chance() < 0.3 ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      this.world.at(Math.floor(this.chance() * (this.isCalm ? 500 : LONGEST_WAY_MS)), deliver);
  }
}

async function live(seed: number): Promise<void> {
  let drawn = 0;
  const world = new RelayWorld({}, () => chanceAt(seed, 98, (drawn += 1)));
  try {
    world.register(1);
    const device = new LyingDevice(world, seed, chanceAt(seed, 97, 1) < 0.7);
    for (let step = 0; step < 12; step += 1) {
      const what = device.chance();
      if (what < 0.6) await world.want(1, device.chance() < 0.5 ? 'on' : 'off');
      else if (what < 0.75) device.turnByItself();
      else if (what < 0.85) await world.restart();
      else world.isWayOpen = !world.isWayOpen;
      if (world.isWayOpen) world.driver.wayOpened();
      await world.pass(Math.floor((device.chance() * CHAOS_MS) / 12));
    }
    // What is still on its way arrives; from here on the device is online. A meter says then how it stands.
    await world.pass(LONGEST_WAY_MS);
    device.isCalm = true;
    world.isWayOpen = true;
    world.driver.wayOpened();
    device.tell();
    await world.pass(60_000);
    const { desired, reported } = world.relay(1);
    assert.deepEqual(
      [device.relay, reported],
      [desired, desired],
      'reported = desired within 60 s of being online',
    );
    assert.deepEqual(world.errors, []);
    const ids = device.effects.map(({ commandId }) => commandId);
    assert.equal(new Set(ids).size, ids.length, 'at most one effect per command id');
    for (const { atMs, expiresMs } of device.effects) assert.ok(atMs < expiresMs, 'no effect after expiry');
    for (const sent of world.sent) assert.ok(sent.atMs < commandIn(sent).expiresMs, 'nothing stale is sent');
    const versions = world.sent.map((sent) => commandIn(sent).version);
    assert.ok(
      versions.every((version, index) => version >= (versions[index - 1] ?? 0)),
      'versions only rise',
    );
    const lives = world.sent.map((sent) => commandIn(sent).expiresMs - sent.atMs);
    assert.ok(Math.max(0, ...lives) <= 300_100, 'no command lives longer than five minutes');
  } finally {
    world.dispose();
  }
}

describe('a device that drops, doubles, delays, reorders and lies', () => {
  it(`ends where the ledger says, ${RUNS} times`, async function () {
    this.timeout(60_000);
    console.log(`    random devices run with WATTKEEPER_SEED=${SEED}`);
    for (let run = 0; run < RUNS; run += 1) {
      try {
        await live(SEED + run);
      } catch (error) {
        throw new Error(
          `with WATTKEEPER_SEED=${SEED + run}: ${error instanceof Error ? error.message : ''}`,
          {
            cause: error,
          },
        );
      }
    }
  });
});
