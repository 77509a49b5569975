import type { Item, StoredItem } from './body';
import type { Lane } from './lane';
import type { Range, WrittenRanges } from './range-set';

/** A message on its way into the outbox, before it has a number. */
export interface NewItem {
  lane: Lane;
  /** Whose it is, so that thinning out keeps something of everybody. */
  meterId: string;
  /** The JSON of everything but the number. */
  text: string;
}

/** What is remembered of one outbox of a peer. */
export interface IncomingBox {
  box: string;
  /** Counts the outboxes of a peer in the order in which they were first heard of. */
  born?: number;
  /** By lane: what is durable here. */
  lanes: WrittenRanges[];
  /** By epoch, newest first: the frames that were seen. */
  epochs: { epoch: number; seen: WrittenRanges }[];
  /** The latest time that its sender put into a frame. */
  sentMs: number;
}

/** What came from a peer and is handed on by us once it is stored. */
export interface Arrival {
  peer: string;
  lane: Lane;
  item: Item;
  /** The JSON of the item. */
  text: string;
}

export interface StoredArrival extends Omit<Arrival, 'text'> {
  number: number;
}

/** What became durable together. */
export interface IncomingBatch {
  boxes: readonly { peer: string; box: IncomingBox }[];
  arrivals: readonly Arrival[];
}

export interface LaneUse {
  items: number;
  bytes: number;
}

export interface Thinned {
  removed: number;
  /** Where to go on; 0 when the whole lane has been looked at. */
  nextSeq: number;
}

/** What a side keeps on disk. Every method that changes something is durable when it returns. */
export interface BypassStore {
  /** Names this storage. Whoever replaces it starts a new outbox with numbers of its own. */
  readonly box: string;
  /** Starts a new outbox: every item that waits gets a new name, as if it had never been sent. */
  renewBox(): void;
  /** Higher than ever before, at every call. */
  nextEpoch(): number;
  put(peer: string, items: readonly NewItem[]): void;
  /** The next items after a number, oldest first, of at most so many bytes; one at least if there is one. */
  after(peer: string, lane: Lane, seq: number, mostItems: number, mostBytes: number): StoredItem[];
  /** The lowest number that is still kept, or the one that the next item will get. */
  lowest(peer: string, lane: Lane): number;
  /** The last number that was given. */
  lastSeq(): number;
  remove(peer: string, stretches: readonly { lane: Lane; range: Range }[]): void;
  use(lane: Lane): LaneUse;
  /** Keeps one item per meter and stretch of time, of the oldest `mostItems` from `seq` on. */
  thin(lane: Lane, seq: number, mostItems: number, bucketMs: number): Thinned;
  dropOldest(lane: Lane, items: number): number;
  dropOlderThan(ageMs: number): number;
  incoming(peer: string): IncomingBox[];
  commit(batch: IncomingBatch): StoredArrival[];
  /** Arrivals that nobody has taken over yet, from before a restart. */
  leftArrivals(most: number): StoredArrival[];
  handed(numbers: readonly number[]): void;
}
