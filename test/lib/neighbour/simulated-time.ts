import assert from 'node:assert/strict';
import type { Schedule } from '../../../nodes/lib/modem/byte-port';

interface Timer {
  readonly dueMs: number;
  readonly order: number;
  isCancelled: boolean;
  readonly run: () => void;
}

/** Time that passes as fast as the machine can run what falls due; equal times keep their order. */
export class SimulatedTime implements Schedule {
  private timeMs = 0;
  private count = 0;
  private readonly heap: Timer[] = [];

  nowMs(): number {
    return this.timeMs;
  }

  after(delayMs: number, run: () => void): () => void {
    assert.ok(Number.isFinite(delayMs) && delayMs >= 0, `a delay of ${delayMs} ms`);
    const timer = { dueMs: this.timeMs + delayMs, order: this.count++, isCancelled: false, run };
    this.push(timer);
    return () => void (timer.isCancelled = true);
  }

  pass(durationMs: number): void {
    const endMs = this.timeMs + durationMs;
    while (this.step(endMs));
    this.timeMs = endMs;
  }

  /** Lets time pass until the condition holds, which is looked at after everything that happens. */
  until(condition: () => boolean, what: string, atMostMs: number): void {
    const endMs = this.timeMs + atMostMs;
    while (!condition()) assert.ok(this.step(endMs), `${what}: not within ${atMostMs} ms`);
  }

  private step(endMs: number): boolean {
    for (let next = this.heap[0]; next && next.dueMs <= endMs; next = this.heap[0]) {
      this.pop();
      if (next.isCancelled) continue;
      this.timeMs = next.dueMs;
      next.run();
      return true;
    }
    return false;
  }

  private push(timer: Timer): void {
    let at = this.heap.push(timer) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(timer, this.heap[above]!)) break;
      this.heap[at] = this.heap[above]!;
      at = above;
    }
    this.heap[at] = timer;
  }

  private pop(): void {
    const last = this.heap.pop()!;
    const { length } = this.heap;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && isBefore(this.heap[below + 1]!, this.heap[below]!)) below += 1;
      if (!isBefore(this.heap[below]!, last)) break;
      this.heap[at] = this.heap[below]!;
      at = below;
    }
    this.heap[at] = last;
  }
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);
