import type { Body, Done, Item, Span } from './body';
import type { IncomingBox } from './bypass-store';
import type { FrameHeader } from './frame';
import { ALL_LANES, type Lane } from './lane';
import { RangeSet } from './range-set';

/** What an authenticated frame shows about its sender that cannot be. */
export type OddFrame = 'replayed' | 'clone' | 'sequence' | 'storage';

export interface Received {
  verdict: 'fresh' | 'seen' | 'refused';
  odd: OddFrame | null;
  /** What has to be dealt with before the stretch may be confirmed; null when there is nothing new in it. */
  stretch: Stretch | null;
}

/** A stretch of a peer's outbox that is being dealt with here. */
export interface Stretch {
  box: string;
  lane: Lane;
  from: number;
  to: number;
  items: readonly Item[];
}

interface OpenBox {
  box: string;
  /** Counts the boxes of a peer in the order in which they were first heard of. */
  born: number;
  lanes: RangeSet[];
  epochs: { epoch: number; seen: RangeSet }[];
  sentMs: number;
  pending: Map<string, number>;
}

/** Frames of the epochs before may still be on their way when a gateway has started again. */
const EPOCHS_KEPT = 4;
/** Gaps that a lossy way leaves in the numbers of frames. What is older than the oldest of them counts as seen. */
const FRAME_GAPS_KEPT = 256;
/** A sender's window is far smaller, so more gaps come from somebody who wants the memory. */
const RECORD_GAPS_KEPT = 1_000;
/** A storage is replaced a few times in the life of a gateway. Its name is never forgotten, or its frames could come again. */
const MAX_BOXES = 64;
/** Two clocks of one gateway, before and after its storage was replaced. */
const CLOCK_SLACK_MS = 60_000;
const MAX_ACK_RANGES = 64;

/**
 * What has come from one peer. A stretch counts once somebody confirms it; until then a repetition of it is let through
 * again only when the first try has been given up, so that nothing is handed on twice.
 */
export class ReceivingHalf {
  private readonly boxes: OpenBox[];
  /** Boxes that differ from what is stored. */
  readonly dirty = new Set<string>();

  constructor(stored: readonly IncomingBox[]) {
    this.boxes = stored.map(({ box, born, lanes, epochs, sentMs }, index) => ({
      box,
      born: born ?? stored.length - index,
      lanes: ALL_LANES.map((lane) => new RangeSet(lanes[lane])),
      epochs: epochs.map(({ epoch, seen }) => ({ epoch, seen: new RangeSet(seen) })),
      sentMs,
      pending: new Map(),
    }));
  }

  /** Takes the body of an authenticated frame. `pendingMs` is how long a stretch may be dealt with. */
  take(header: FrameHeader, body: Body, nowMs: number, pendingMs: number): Received {
    const found = this.boxes.find(({ box }) => box === body.box) ?? this.open(body.box);
    if (!found) return refused('sequence');
    const odd = this.oddity(found, body);
    if (header.kind !== 'carried') {
      const verdict = this.see(found, header);
      if (verdict !== 'fresh')
        return { verdict, odd: verdict === 'refused' ? 'replayed' : odd, stretch: null };
    }
    // A file may be brought again long after its box was replaced; everybody else waits for an answer.
    if (header.kind !== 'carried' || found === this.latest) this.front(found);
    found.sentMs = Math.max(found.sentMs, body.sentMs);
    for (const lane of ALL_LANES) this.raise(found, lane, body.low[lane] ?? 0);
    return {
      verdict: 'fresh',
      odd,
      stretch: body.span ? this.enter(found, body.span, nowMs, pendingMs) : null,
    };
  }

  /** The stretch is durable, wherever it had to go. */
  confirm({ box, lane, from, to }: Stretch): void {
    const found = this.boxes.find((known) => known.box === box);
    if (!found) return;
    found.lanes[lane]?.add(from, to);
    found.pending.delete(stretchName(lane, from, to));
    this.dirty.add(box);
  }

  /** The stretch could not be dealt with: a repetition of it is welcome. */
  giveUp({ box, lane, from, to }: Stretch): void {
    this.boxes.find((known) => known.box === box)?.pending.delete(stretchName(lane, from, to));
  }

  /** What the peer may delete. */
  done(): Done | null {
    const [newest] = this.boxes;
    if (!newest) return null;
    return { box: newest.box, lanes: newest.lanes.map((lane) => lane.write(MAX_ACK_RANGES)) };
  }

  /** What has to be written so that nothing of it is taken again. */
  dirtyBoxes(): IncomingBox[] {
    const changed = this.boxes.filter(({ box }) => this.dirty.has(box));
    return changed.map(({ box, born, lanes, epochs, sentMs }) => ({
      box,
      born,
      lanes: lanes.map((lane) => lane.write()),
      epochs: epochs.map(({ epoch, seen }) => ({ epoch, seen: seen.write() })),
      sentMs,
    }));
  }

  /** It has been. */
  written(): void {
    this.dirty.clear();
  }

  /** The highest epoch that the peer was ever heard in, as far as is remembered. */
  get topEpoch(): number {
    return Math.max(0, ...this.boxes.flatMap(({ epochs }) => epochs.map(({ epoch }) => epoch)));
  }

  private get latest(): OpenBox | undefined {
    let latest = this.boxes[0];
    for (const box of this.boxes) if (box.born > (latest?.born ?? 0)) latest = box;
    return latest;
  }

  /**
   * One key, two outboxes. A new one means that the storage was replaced. When the old one speaks again, and later than the
   * new one did, two devices use one identity.
   */
  private oddity(found: OpenBox, { sentMs }: Body): OddFrame | null {
    const { latest } = this;
    if (!latest || this.boxes.length === 1) return null;
    if (latest === found) return found.sentMs === 0 ? 'storage' : null;
    return sentMs > latest.sentMs + CLOCK_SLACK_MS ? 'clone' : null;
  }

  private open(box: string): OpenBox | null {
    if (this.boxes.length >= MAX_BOXES) return null;
    const opened: OpenBox = {
      box,
      born: 1 + (this.latest?.born ?? 0),
      lanes: ALL_LANES.map(() => new RangeSet()),
      epochs: [],
      sentMs: 0,
      pending: new Map(),
    };
    this.boxes.push(opened);
    return opened;
  }

  /** The outbox that is acknowledged is the one that spoke last. */
  private front(box: OpenBox): void {
    if (this.boxes[0] === box) return;
    this.boxes.splice(this.boxes.indexOf(box), 1);
    this.boxes.unshift(box);
  }

  /** The replay window: whether this very frame has been here, or is too old to tell. */
  private see(found: OpenBox, { epoch, seq }: FrameHeader): 'fresh' | 'seen' | 'refused' {
    let window = found.epochs.find((known) => known.epoch === epoch);
    if (!window) {
      const oldest = found.epochs.at(-1);
      if (oldest && found.epochs.length >= EPOCHS_KEPT && epoch < oldest.epoch) return 'refused';
      window = { epoch, seen: new RangeSet({ below: 0, ranges: [] }) };
      found.epochs.push(window);
      found.epochs.sort((a, b) => b.epoch - a.epoch);
      found.epochs.splice(EPOCHS_KEPT);
    }
    if (window.seen.has(seq)) return 'seen';
    window.seen.add(seq, seq);
    window.seen.forgetGaps(FRAME_GAPS_KEPT);
    this.dirty.add(found.box);
    return 'fresh';
  }

  private raise(found: OpenBox, lane: Lane, low: number): void {
    const done = found.lanes[lane];
    if (!done || low <= done.below) return;
    done.raise(low);
    this.dirty.add(found.box);
  }

  private enter(found: OpenBox, span: Span, nowMs: number, pendingMs: number): Stretch | null {
    const { lane, from, to } = span;
    const done = found.lanes[lane];
    if (!done || done.covers(from, to) || done.rangeCount >= RECORD_GAPS_KEPT) return null;
    if (this.isPending(found, lane, from, to, nowMs)) return null;
    const items = span.items.filter(([seq]) => !done.has(seq));
    found.pending.set(stretchName(lane, from, to), nowMs + pendingMs);
    return { box: found.box, lane, from, to, items };
  }

  /** A stretch that was cut differently the second time overlaps the first; it waits until the first has ended. */
  private isPending(found: OpenBox, lane: Lane, from: number, to: number, nowMs: number): boolean {
    for (const [name, untilMs] of found.pending) {
      if (untilMs <= nowMs) {
        found.pending.delete(name);
        continue;
      }
      const [otherLane, first, last] = name.split(' ').map(Number);
      if (otherLane === lane && (first ?? 0) <= to && from <= (last ?? 0)) return true;
    }
    return false;
  }
}

const stretchName = (lane: Lane, from: number, to: number): string => `${lane} ${from} ${to}`;

const refused = (odd: OddFrame): Received => ({ verdict: 'refused', odd, stretch: null });
