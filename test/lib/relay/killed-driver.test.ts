import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { SupplyState } from '../../../nodes/lib/ledger/account';
import { verifyLedger } from '../../../nodes/lib/io/sqlite/verify-ledger';
import { LedgerFixture } from '../io/sqlite/ledger-fixture';
import type { JsonCommand } from './relay-world';

/** How often the driver is killed; `WATTKEEPER_KILLS=200` looks longer. */
const KILLS = Number(process.env['WATTKEEPER_KILLS'] ?? (process.env['CI'] ? 50 : 5));
/** From the wish to the last report takes about so long. */
const LONGEST_LIFE_MS = 60;
const SLOWEST_WAY_MS = 15;
const DEADLINE_MS = 20_000;

/** The meter goes on living while the driver dies, and obeys each command once. */
class Meter {
  relay: SupplyState = 'on';
  readonly effects: string[] = [];
  private version = 0;
  private commandId = '';

  hear({ commandId, desired, version, expiresMs }: JsonCommand): string | null {
    if (Date.now() >= expiresMs || version < this.version) return null;
    if (version > this.version) {
      this.version = version;
      this.commandId = commandId;
      this.relay = desired;
      this.effects.push(commandId);
    }
    return this.report();
  }

  report(): string {
    return JSON.stringify({ reported: this.relay, commandId: this.commandId, atMs: Date.now() });
  }
}

/** One life of the driver: what it says, and the way to speak to it. */
class Life {
  private readonly child: ChildProcess;
  private readonly heard: string[] = [];
  private complaint = '';
  private onLine: () => void = () => undefined;

  constructor(file: string, round: number, meter: Meter) {
    const driver = join(__dirname, 'killed-driver.ts');
    this.child = spawn(process.execPath, ['--import=tsx', driver, file, String(round)], { stdio: 'pipe' });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.complaint += chunk.toString()));
    this.child.stdin?.on('error', () => undefined);
    createInterface(this.child.stdout!).on('line', (line) => {
      this.heard.push(line);
      if (line.startsWith('command ')) this.carry(meter, line.slice('command '.length));
      this.onLine();
    });
  }

  say(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Waits for a line that begins like this, among those that came since `from`. */
  async until(start: string, from = 0): Promise<number> {
    const untilMs = Date.now() + DEADLINE_MS;
    for (;;) {
      const index = this.heard.findIndex((line, at) => at >= from && line.startsWith(start));
      if (index >= 0) return index + 1;
      if (Date.now() > untilMs)
        throw new Error(`waited for "${start}": ${this.heard.slice(-5).join(' | ')} ${this.complaint}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 1_000);
        this.onLine = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('close', (_code, signal) => resolve(signal)));
    this.child.kill('SIGKILL');
    assert.equal(await ended, 'SIGKILL', this.complaint);
  }

  private carry(meter: Meter, text: string): void {
    setTimeout(() => {
      const answer = meter.hear(JSON.parse(text) as JsonCommand);
      if (answer !== null) setTimeout(() => this.say(`report ${answer}`), Math.random() * SLOWEST_WAY_MS);
    }, Math.random() * SLOWEST_WAY_MS);
  }
}

describe('a driver of relays that is killed', () => {
  it(`leaves the right state behind over ${KILLS} kills between wish and confirmation`, async function () {
    this.timeout(KILLS * 20_000);
    const ledger = new LedgerFixture();
    ledger.store.close();
    const meter = new Meter();
    let wanted: SupplyState = 'on';
    let killedUnderWay = 0;
    for (let round = 1; round <= KILLS; round += 1) {
      const life = new Life(ledger.file, round, meter);
      await life.until('started');
      if (round > 1) await life.until(`settled ${wanted} ${wanted}`);
      assert.equal(meter.relay, wanted, `round ${round}`);
      const next: SupplyState = wanted === 'on' ? 'off' : 'on';
      life.say(`want ${next}`);
      await life.until(`decided ${next}`);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_LIFE_MS));
      await life.kill();
      if (meter.relay !== next) killedUnderWay += 1;
      wanted = next;
    }
    const last = new Life(ledger.file, KILLS + 1, meter);
    await last.until(`settled ${wanted} ${wanted}`);
    await last.kill();
    assert.equal(meter.relay, wanted);
    assert.equal(new Set(meter.effects).size, meter.effects.length, 'at most one effect per command id');
    assert.ok(killedUnderWay > 0 || KILLS < 10, 'no kill came before the relay had moved');
    assert.ok(verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check)));
    ledger.store = ledger.open();
    ledger.dispose();
  });
});
