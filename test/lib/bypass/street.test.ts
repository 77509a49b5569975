import assert from 'node:assert/strict';
import { readHeader } from '../../../nodes/lib/bypass/frame';
import { FrameSealing } from '../../../nodes/lib/io/bypass/frame-sealing';
import { NO_TROUBLE, type Trouble } from '../neighbour/simulated-wires';
import type { Faults } from './simulated-network';
import { keyOf } from './simulated-network';
import { SimulatedStreet } from './simulated-street';

const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
const WORST: Faults = { loss: 0.3, duplication: 0.5, corruption: 0.1, longestDelayMs: 4_000 };
const WORST_WIRE: Trouble = { loss: 0.3, duplication: 0.5, reordering: 0.3, corruption: 0.1 };
const STEP_MS = 5_000;
const READ_EVERY_MS = 20_000;
const TROUBLE_MS = 300_000;
const HEALED_MS = 3_600_000;
const SLOWEST_COMMIT_MS = 8_000;
const DAY_MS = 86_400_000;

/** A ring, and some wires across it. */
function wiresOf(gateways: number): [number, number][] {
  if (gateways < 3) return gateways === 2 ? [[0, 1]] : [];
  const ring = Array.from({ length: gateways }, (_, at): [number, number] => [at, (at + 1) % gateways]);
  const across = Array.from({ length: gateways / 4 }, (_, at): [number, number] => [
    at,
    (at + gateways / 2) % gateways,
  ]);
  return [...ring, ...across];
}

/** One in four has a way of its own. */
const streetOf = (gateways: number, seed: number): SimulatedStreet =>
  new SimulatedStreet({ seed, gateways, hasDirect: (at) => at % 4 === 0, wires: wiresOf(gateways) });

/** Somebody on the way sends again what he has heard, changes it, and makes frames of his own. */
function attack(street: SimulatedStreet, forger: FrameSealing): void {
  const { random, overheard, headEnd } = street;
  const heard = overheard[Math.floor(random() * overheard.length)];
  if (!heard) return;
  headEnd.receive(heard.frame, heard.via);
  const changed = Uint8Array.from(heard.frame);
  changed[Math.floor(random() * changed.length)]! ^= 1 << Math.floor(random() * 8);
  headEnd.receive(changed, heard.via);
  const gatewayId = readHeader(heard.frame)!.header.gatewayId;
  const said = {
    box: 'box1',
    sentMs: 0,
    low: [9e6, 9e6, 9e6],
    lane: 1,
    from: 1,
    to: 1,
    items: [[1, { meterId: 'FORGED', atMs: 1, energyWh: 1 }]],
  };
  headEnd.receive(forger.sealerTo('', 'up', gatewayId, 1_000_000).seal(JSON.stringify(said)), heard.via);
}

interface Life {
  restartsHeadEnd: boolean;
}

/** Everything that can go wrong, for a while. */
function live(street: SimulatedStreet, { restartsHeadEnd }: Life): void {
  const { random, time, houses, lines } = street;
  const forger = new FrameSealing(
    () => [keyOf('a stranger')],
    () => [keyOf('head-end').publicKey],
  );
  street.faults = WORST;
  for (const line of lines) line.trouble = WORST_WIRE;
  for (const endMs = time.nowMs() + TROUBLE_MS; time.nowMs() < endMs;) {
    // A ledger that is slower than the patience of a gateway gets the same readings again before it has stored them.
    street.commitMs = random() * SLOWEST_COMMIT_MS;
    for (const [at, house] of houses.entries()) {
      if (time.nowMs() % READ_EVERY_MS === 0) street.read(at, random() < 0.1 ? 0 : 1);
      if (random() < 0.01) street.restart(at);
      if (random() < 0.05) house.isCut = !house.isCut;
      if (random() < 0.02) house.wallSkewMs = (random() - 0.5) * 1_000 * DAY_MS;
    }
    for (const line of lines) if (random() < 0.02) line.isCut = !line.isCut;
    if (random() < 0.03) street.isPartitioned = !street.isPartitioned;
    if (restartsHeadEnd && random() < 0.05) street.restartHeadEnd();
    attack(street, forger);
    street.pass(STEP_MS);
  }
  street.heal();
  for (const line of lines) Object.assign(line, { isCut: false, trouble: NO_TROUBLE });
}

function untilQuiet(street: SimulatedStreet): void {
  const endMs = street.time.nowMs() + HEALED_MS;
  while (street.waiting > 0 && street.time.nowMs() < endMs) street.pass(STEP_MS);
  assert.equal(street.waiting, 0, 'the outboxes were not emptied within an hour');
}

describe('a street of gateways with its real engines', function () {
  this.timeout(180_000);
  before(() => console.log(`    random tests run with WATTKEEPER_SEED=${SEED}`));

  for (const gateways of [1, 2, 20])
    it(`brings every reading to the head-end exactly once, and nothing forged, from ${gateways} gateways`, () => {
      const street = streetOf(gateways, SEED + gateways);
      live(street, { restartsHeadEnd: false });
      untilQuiet(street);
      const { said, arrivals } = street;
      assert.deepEqual(
        [...said].filter((name) => arrivals.get(name) !== 1),
        [],
      );
      assert.equal(arrivals.size, said.size, 'something arrived that nobody said');
      assert.ok(said.size > 20 * gateways);
      const refused = street.events.filter(({ kind }) => kind === 'refused').length;
      assert.ok(refused > 0, 'the attacker was never refused');
      if (gateways > 2) {
        const through = street.headEnd.ways
          .list(0)
          .filter(({ used }) => used.some(({ via }) => via !== null));
        assert.ok(through.length >= gateways / 2, `only ${through.length} came through a neighbour`);
      }
      street.dispose();
    });

  it('loses nothing when the head-end dies too', () => {
    const street = streetOf(8, SEED + 8);
    live(street, { restartsHeadEnd: true });
    untilQuiet(street);
    const { said, arrivals } = street;
    // Between a commit and its acknowledgement a death makes the gateway repeat itself; the ledger knows copies.
    assert.deepEqual(
      [...said].filter((name) => !arrivals.has(name)),
      [],
    );
    assert.equal(arrivals.size, said.size, 'something arrived that nobody said');
    street.dispose();
  });

  it('does not carry anything through a wire that is cut, and is alone when all of them are', () => {
    const street = streetOf(4, SEED);
    for (const line of street.lines) line.isCut = true;
    for (const at of [0, 1]) street.read(at, 1);
    street.pass(300_000);
    assert.deepEqual(
      street.houses.map(({ side }) => side.waiting),
      [0, 2, 0, 0],
    );
    street.dispose();
  });
});
