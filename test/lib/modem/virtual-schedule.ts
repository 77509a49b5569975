import assert from 'node:assert/strict';
import type { Schedule } from '../../../nodes/lib/modem/byte-port';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that passes only when a test says so, and then as fast as the machine can. */
export class VirtualSchedule implements Schedule {
  private timeMs = 0;
  private count = 0;
  private timers: Timer[] = [];

  get pendingTimers(): number {
    return this.timers.length;
  }

  nowMs(): number {
    return this.timeMs;
  }

  after(delayMs: number, run: () => void): () => void {
    assert.ok(Number.isFinite(delayMs) && delayMs >= 0, `a delay of ${delayMs} ms`);
    const timer: Timer = { dueMs: this.timeMs + delayMs, order: this.count++, run };
    let at = this.timers.length;
    while (at > 0 && this.timers[at - 1]!.dueMs > timer.dueMs) at -= 1;
    this.timers.splice(at, 0, timer);
    return () => {
      const found = this.timers.indexOf(timer);
      if (found >= 0) this.timers.splice(found, 1);
    };
  }

  /** Lets this much time pass, with everything that falls due in it. */
  async pass(durationMs: number): Promise<void> {
    const endMs = this.timeMs + durationMs;
    await settle();
    for (let next = this.timers[0]; next && next.dueMs <= endMs; next = this.timers[0]) {
      this.timers.shift();
      this.timeMs = next.dueMs;
      next.run();
      await settle();
    }
    this.timeMs = endMs;
  }

  /** Lets time pass until the condition holds. */
  async until(condition: () => boolean, what: string, atMostMs = 600_000): Promise<void> {
    const endMs = this.timeMs + atMostMs;
    await settle();
    while (!condition()) {
      const next = this.timers[0];
      assert.ok(next && next.dueMs <= endMs, `${what}: not within ${atMostMs} ms`);
      this.timers.shift();
      this.timeMs = next.dueMs;
      next.run();
      await settle();
    }
  }

  /** Lets time pass until the promise has settled, and gives back what became of it. */
  async outcome<T>(promise: Promise<T>, atMostMs = 3_600_000): Promise<T> {
    let isSettled = false;
    const done = () => (isSettled = true);
    promise.then(done, done);
    await this.until(() => isSettled, 'the promise settles', atMostMs);
    return promise;
  }
}

/** Everything that waits for promises only has happened afterwards. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
