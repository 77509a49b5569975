import { MAX_ITEMS_PER_FRAME, type Done, type SpanText } from './body';
import type { BypassStore } from './bypass-store';
import { ALL_LANES, type Lane } from './lane';
import { RangeSet, type Range } from './range-set';

/** A stretch of the outbox that has been sent and not been acknowledged. */
interface Flying {
  lane: Lane;
  from: number;
  to: number;
  tries: number;
  dueMs: number;
}

export interface Sending {
  span: SpanText;
  tries: number;
}

/** So many frames may wait for their acknowledgement; more would only pile up in front of a slow wire. */
const WINDOW_FRAMES = 16;
/** A stretch that was sent so often does not hold up the others any more: something about it does not please the far side. */
const TRIES_IN_WINDOW = 4;
const MOST_FLYING = 256;
/** Each further wait is twice as long, up to this many times the first. */
const MOST_BACKOFF = 8;

/**
 * What is sent to one peer: new stretches of the outbox in the order of their lanes, and those again that were not
 * acknowledged in time. Nothing is deleted here but what the peer says is durable.
 */
export class SendingHalf {
  private readonly cursors = [0, 0, 0];
  /** By lane: the last number when there was nothing more to send, so that an idle outbox is not asked again and again. */
  private readonly emptyAt = [-1, -1, -1];
  private flying: Flying[] = [];
  /** By lane: the highest number that the peer can have heard of. */
  private readonly told: number[];
  /**
   * Whoever speaks first sends nothing with a later number before the peer has said what it has: the storage may be an
   * older copy that was put back, and its next numbers used before for what the peer would take the new for.
   */
  private upTo: number;

  constructor(
    private readonly store: BypassStore,
    private readonly peer: string,
    speaksFirst = false,
  ) {
    const before = store.lastSeq();
    this.told = ALL_LANES.map(() => before);
    this.upTo = speaksFirst ? before : Infinity;
  }

  /** Whether the peer has yet to say what it has. */
  get isAsking(): boolean {
    return this.upTo < Infinity;
  }

  get inFlight(): number {
    return this.flying.length;
  }

  /** By lane: nothing below will ever be sent again. */
  low(): number[] {
    return ALL_LANES.map((lane) => {
      const lowest = this.store.lowest(this.peer, lane);
      this.tell(lane, lowest - 1);
      return lowest;
    });
  }

  /** The peer hears of the numbers of a lane up to this one. */
  tell(lane: Lane, seq: number): void {
    this.told[lane] = Math.max(this.told[lane] ?? 0, seq);
  }

  /**
   * The next stretch that should be on its way, or null. Urgent news goes before repetitions of old ones.
   * `mostBytes` bounds the text; a stretch that was sent by a wider way is cut to fit.
   */
  next(nowMs: number, mostBytes: number): Sending | null {
    return (
      this.fresh(0, mostBytes) ??
      this.overdue(nowMs, mostBytes) ??
      this.fresh(1, mostBytes) ??
      this.fresh(2, mostBytes)
    );
  }

  /** The stretch is on its way and is repeated when `retryMs` have passed without an acknowledgement. */
  sent({ lane, from, to }: SpanText, tries: number, nowMs: number, retryMs: number): void {
    this.tell(lane, to);
    const factor = Math.min(MOST_BACKOFF, 2 ** (tries - 1));
    this.flying.push({ lane, from, to, tries, dueMs: nowMs + retryMs * factor });
  }

  /** The way was lost: everything under way goes again, by another one. */
  hurry(): void {
    for (const flight of this.flying) {
      flight.dueMs = 0;
      flight.tries = 0;
    }
  }

  /** Deletes what the peer has. Returns whether it has more than was ever sent, so that numbers must have been lost here. */
  acknowledge({ box, lanes }: Done): 'taken' | 'other box' | 'ahead' {
    if (box !== this.store.box) return 'other box';
    for (const lane of ALL_LANES) {
      const { below = 0, ranges = [] } = lanes[lane] ?? {};
      const told = this.told[lane] ?? 0;
      if (below > told + 1 || ranges.some(([, to]) => to > told)) return 'ahead';
    }
    this.upTo = Infinity;
    const stretches: { lane: Lane; range: Range }[] = [];
    for (const lane of ALL_LANES) {
      const written = lanes[lane];
      if (!written) continue;
      const done = new RangeSet(written);
      const lowest = this.store.lowest(this.peer, lane);
      if (done.below > lowest) stretches.push({ lane, range: [lowest, done.below - 1] });
      for (const range of written.ranges)
        if (this.isFlyingWithin(lane, range)) stretches.push({ lane, range });
      this.flying = this.flying.filter(
        (flight) => flight.lane !== lane || !done.covers(flight.from, flight.to),
      );
    }
    if (stretches.length > 0) this.store.remove(this.peer, stretches);
    return 'taken';
  }

  /** After the outbox got a new name, everything in it is new. */
  restart(): void {
    this.told.fill(0);
    this.upTo = Infinity;
    this.cursors.fill(0);
    this.emptyAt.fill(-1);
    this.flying = [];
  }

  private isFlyingWithin(lane: Lane, [first, last]: Range): boolean {
    return this.flying.some((flight) => flight.lane === lane && flight.from >= first && flight.to <= last);
  }

  private fresh(lane: Lane, mostBytes: number): Sending | null {
    if (this.isWindowFull) return null;
    const newest = this.store.lastSeq();
    if (this.emptyAt[lane] === newest) return null;
    const cursor = this.cursors[lane] ?? 0;
    const kept = this.store.after(this.peer, lane, cursor, MAX_ITEMS_PER_FRAME, mostBytes);
    const items = this.isAsking ? kept.filter(({ seq }) => seq <= this.upTo) : kept;
    const last = items.at(-1);
    if (!last) {
      if (kept.length === 0) this.emptyAt[lane] = newest;
      return null;
    }
    this.cursors[lane] = last.seq;
    return { span: { lane, from: cursor + 1, to: last.seq, items }, tries: 1 };
  }

  private get isWindowFull(): boolean {
    if (this.flying.length >= MOST_FLYING) return true;
    return this.flying.filter(({ tries }) => tries < TRIES_IN_WINDOW).length >= WINDOW_FRAMES;
  }

  private overdue(nowMs: number, mostBytes: number): Sending | null {
    for (;;) {
      const index = this.flying.findIndex(({ dueMs }) => dueMs <= nowMs);
      const [flight] = index === -1 ? [] : this.flying.splice(index, 1);
      if (!flight) return null;
      const { lane, from, to, tries } = flight;
      const kept = this.store.after(this.peer, lane, from - 1, MAX_ITEMS_PER_FRAME, mostBytes);
      const items = kept.filter(({ seq }) => seq <= to);
      const last = items.at(-1);
      // Everything in it has been thinned out or has become too old: nobody waits for it any more.
      if (!last) continue;
      const isCut = items.length === kept.length && this.hasMore(lane, last.seq, to);
      const end = isCut ? last.seq : to;
      if (isCut) this.flying.push({ ...flight, from: end + 1 });
      return { span: { lane, from, to: end, items }, tries: tries + 1 };
    }
  }

  private hasMore(lane: Lane, seq: number, to: number): boolean {
    const [next] = this.store.after(this.peer, lane, seq, 1, 1);
    return next !== undefined && next.seq <= to;
  }
}
