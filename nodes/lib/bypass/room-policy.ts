import type { BypassStore } from './bypass-store';
import { READING, TELEMETRY, URGENT, LANES, type Lane } from './lane';

export interface RoomLimits {
  mostBytes: number;
  mostAgeMs: number;
}

export const DISCARDED_LANES = [...LANES, 'all'] as const;
export const DISCARDED_HOW = ['thinned', 'dropped', 'too old'] as const;

/** What had to go, for people. */
export interface Discarded {
  lane: (typeof DISCARDED_LANES)[number];
  how: (typeof DISCARDED_HOW)[number];
  items: number;
}

interface Step {
  lane: Lane;
  /** Keeps one item of a meter per so long; null drops the oldest. */
  bucketMs: number | null;
}

const MINUTE_MS = 60_000;
/**
 * What makes room, the least painful first. A register counts on, so of many readings the last of each stretch of time
 * still bills every watt-hour; thinned out is therefore always better than dropped. Money and tamper go last.
 */
const STEPS: readonly Step[] = [
  { lane: TELEMETRY, bucketMs: 10 * MINUTE_MS },
  { lane: TELEMETRY, bucketMs: 60 * MINUTE_MS },
  { lane: READING, bucketMs: 10 * MINUTE_MS },
  { lane: TELEMETRY, bucketMs: null },
  { lane: READING, bucketMs: 60 * MINUTE_MS },
  { lane: READING, bucketMs: null },
  { lane: URGENT, bucketMs: null },
];
/** Room is made for a while ahead, not for one message. */
const LOW_WATER = 0.9;
const ITEMS_AT_ONCE = 5_000;
const DROPPED_AT_ONCE = 0.05;
/** A gateway also has other things to do; what is left goes with the next message. */
const MOST_ROUNDS = 40;

/** Keeps an outbox within its bounds. */
export class RoomPolicy {
  /** Where each step goes on; what lies before has been thinned already. */
  private readonly progress = STEPS.map(() => 0);

  constructor(
    private readonly store: BypassStore,
    private readonly limits: RoomLimits,
  ) {}

  get usedBytes(): number {
    return [URGENT, READING, TELEMETRY].reduce((sum: number, lane) => sum + this.store.use(lane).bytes, 0);
  }

  /** What is older than anybody would still bill by it. */
  dropOld(): Discarded[] {
    const items = this.store.dropOlderThan(this.limits.mostAgeMs);
    return items > 0 ? [{ lane: 'all', how: 'too old', items }] : [];
  }

  /** Makes room when the bound is reached, and tells what it cost. */
  makeRoom(): Discarded[] {
    if (this.usedBytes <= this.limits.mostBytes) return [];
    const target = this.limits.mostBytes * LOW_WATER;
    const discarded: Discarded[] = [];
    let rounds = 0;
    for (const [index, step] of STEPS.entries()) {
      let items = 0;
      let isEnd = false;
      // Nothing is dropped while thinning out has not been through.
      for (; !isEnd && rounds < MOST_ROUNDS && this.usedBytes > target; rounds += 1) {
        const done = this.oneRound(index, step);
        items += done.items;
        isEnd = done.isEnd;
      }
      if (items > 0)
        discarded.push({
          lane: LANES[step.lane],
          how: step.bucketMs === null ? 'dropped' : 'thinned',
          items,
        });
      if (!isEnd) break;
    }
    return discarded;
  }

  private oneRound(index: number, { lane, bucketMs }: Step): { items: number; isEnd: boolean } {
    if (bucketMs === null) {
      const items = this.store.dropOldest(lane, Math.min(ITEMS_AT_ONCE, this.droppable(lane)));
      return { items, isEnd: items === 0 };
    }
    const { removed, nextSeq } = this.store.thin(lane, this.progress[index] ?? 0, ITEMS_AT_ONCE, bucketMs);
    this.progress[index] = nextSeq;
    return { items: removed, isEnd: nextSeq === 0 };
  }

  /** No more than needed: a small outbox must not be emptied in one step. */
  private droppable(lane: Lane): number {
    return Math.ceil(this.store.use(lane).items * DROPPED_AT_ONCE);
  }
}
