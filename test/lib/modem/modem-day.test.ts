import assert from 'node:assert/strict';
import type { SubmitResult } from '../../../nodes/lib/modem/text-submit';
import { EchoFarSide } from './echo-far-side';
import { BLOWS, DAY_MS, MINUTE_MS, SEED, dice, randomIncidents } from './day-of-faults';
import { ModemBench } from './modem-bench';

/** A PDU no other text has: the number counts in the last six digits of the receiver's number. */
function pduOf(kind: 'submit' | 'deliver', count: number): string {
  const digits = String(count).padStart(6, '0');
  const swapped = [0, 2, 4].map((at) => digits.charAt(at + 1) + digits.charAt(at)).join('');
  const address = `0D91799708${swapped}F1`;
  return kind === 'submit'
    ? `001100${address}0000FF02C834`
    : `0891799708930000F004${address}00006211127100003202C834`;
}

class Day {
  readonly farSide = new EchoFarSide();
  readonly bench: ModemBench;
  /** What became of each text at last. */
  readonly outcomes = new Map<string, SubmitResult['state']>();
  readonly incoming: string[] = [];
  readonly told: string[] = [];
  bytesBack = 0;
  isOver = false;

  constructor(private readonly random: () => number) {
    const settings = { gprs: { apn: 'internet', user: '', password: '' } };
    const scenario = { name: 'day', summary: '', chunkBytes: 3, incidents: randomIncidents(random) };
    this.bench = new ModemBench(scenario, { settings, farSide: this.farSide });
  }

  pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => void this.bench.schedule.after(durationMs, resolve));
  }

  /** Sends as a queue on disk would: again when it failed and may be repeated, never when nobody knows. */
  async send(pdu: string): Promise<void> {
    for (let tries = 0; tries < 20; tries += 1) {
      const result = await this.bench.modem.submitPdu(pdu, 30 * MINUTE_MS);
      this.outcomes.set(pdu, result.state);
      if (result.state !== 'failed' || !result.mayRetry) return;
      await this.pause(MINUTE_MS);
    }
  }

  async sendTexts(): Promise<void> {
    for (let count = 0; this.bench.schedule.nowMs() < DAY_MS; count += 1) {
      await this.send(pduOf('submit', count));
      await this.pause(this.random() * 10 * MINUTE_MS);
    }
  }

  async getTexts(): Promise<void> {
    for (let count = 0; this.bench.schedule.nowMs() < DAY_MS; count += 1) {
      await this.pause(this.random() * 20 * MINUTE_MS);
      const pdu = pduOf('deliver', count);
      this.incoming.push(pdu);
      this.bench.simulated.receiveText(pdu);
    }
  }

  /** The flow: takes each text once, after a while. */
  async takeTexts(): Promise<void> {
    while (!this.isOver) {
      for (const received of this.bench.received.splice(0)) {
        this.told.push(received.pdu);
        await this.pause(this.random() * 5_000);
        await this.bench.modem.release(received);
      }
      await this.pause(1_000);
    }
  }

  async useData(): Promise<void> {
    while (this.bench.schedule.nowMs() < DAY_MS) {
      try {
        const pipe = await this.bench.modem.openTcp('broker.example', 1883);
        const end = { isReached: false };
        pipe.onClose(() => (end.isReached = true));
        pipe.onData(({ length }) => (this.bytesBack += length));
        while (!end.isReached && this.bench.schedule.nowMs() < DAY_MS) {
          await pipe.send(Buffer.alloc(60, 'x'));
          await this.pause(30_000);
        }
        await pipe.close();
      } catch {
        await this.pause(10_000);
      }
    }
  }

  async sufferBlows(): Promise<void> {
    while (this.bench.schedule.nowMs() < DAY_MS) {
      await this.pause(this.random() * 25 * MINUTE_MS);
      this.bench.simulated.befall(BLOWS[Math.floor(this.random() * BLOWS.length)]!);
    }
  }
}

describe('modem: a day of faults', () => {
  it('loses no text without a state, sends none twice, gets stuck nowhere', async () => {
    console.log(`    the day runs with WATTKEEPER_SEED=${SEED}`);
    const day = new Day(dice(SEED));
    const { bench, outcomes } = day;
    await bench.ready();
    const work = [day.sendTexts(), day.getTexts(), day.useData(), day.sufferBlows()];
    const taking = day.takeTexts();
    await bench.schedule.pass(60 * MINUTE_MS);
    const timersEarly = bench.schedule.pendingTimers;
    await bench.schedule.outcome(Promise.all(work), 2 * DAY_MS);
    // The last blow gets its cure before the books are closed.
    await bench.phase('ready', 2 * 60 * MINUTE_MS);
    await bench.schedule.pass(30 * MINUTE_MS);
    assert.equal(bench.modem.state.phase, 'ready');

    const sent = bench.simulated.sentPdus;
    assert.equal(new Set(sent).size, sent.length, 'no text was sent twice');
    for (const [pdu, state] of outcomes) {
      if (state === 'submitted') assert.ok(sent.includes(pdu), `${pdu} is called submitted`);
      if (state === 'failed') assert.ok(!sent.includes(pdu), `${pdu} is called failed`);
    }
    assert.ok(outcomes.size > 100, `${outcomes.size} texts went their way`);
    assert.deepEqual(
      [...new Set(day.told)].sort(),
      [...day.incoming].sort(),
      'every text that came was told',
    );
    assert.equal(bench.simulated.sim.messages.size, 0, 'and deleted when it was taken');
    assert.ok(day.bytesBack > 10_000, `${day.bytesBack} bytes came back`);
    assert.ok(bench.schedule.pendingTimers <= timersEarly + 10, 'no timers pile up');
    day.isOver = true;
    await bench.schedule.outcome(taking);
    await bench.stop();
    assert.equal(bench.schedule.pendingTimers, 0);
    console.log(`    ${summary(day)}`);
  }).timeout(120_000);
});

function summary({ bench, outcomes, incoming, bytesBack }: Day): string {
  const states = [...outcomes.values()];
  const count = (state: string): number => states.filter((each) => each === state).length;
  const { resets, recoveries } = bench.modem.state;
  return [
    `${count('submitted')} submitted, ${count('unknown')} unknown, ${count('failed')} failed, ${incoming.length} received,`,
    `${bytesBack} bytes back, ${resets} starts, cures ${JSON.stringify(recoveries)}`,
  ].join(' ');
}
