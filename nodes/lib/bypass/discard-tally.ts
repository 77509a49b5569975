import type { Discarded } from './room-policy';

/** The head-end is told of what was thrown away no oftener; a full outbox has little room for it. */
const TELL_EVERY_MS = 600_000;

/** Adds up what an outbox had to throw away, until it is time to say so. */
export class DiscardTally {
  private readonly sums = new Map<string, Discarded>();
  private tellAtMs = -Infinity;

  note({ lane, how, items }: Discarded): void {
    const key = `${lane} ${how}`;
    this.sums.set(key, { lane, how, items: items + (this.sums.get(key)?.items ?? 0) });
  }

  /** What to tell the head-end now, or nothing. */
  due(nowMs: number): Discarded[] {
    if (this.sums.size === 0 || nowMs < this.tellAtMs) return [];
    this.tellAtMs = nowMs + TELL_EVERY_MS;
    const told = [...this.sums.values()];
    this.sums.clear();
    return told;
  }
}
