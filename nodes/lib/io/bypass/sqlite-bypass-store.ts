import type Database from 'better-sqlite3';
import type { Item, StoredItem } from '../../bypass/body';
import type {
  Arrival,
  BypassStore,
  IncomingBatch,
  IncomingBox,
  LaneUse,
  NewItem,
  StoredArrival,
  Thinned,
} from '../../bypass/bypass-store';
import type { Lane } from '../../bypass/lane';
import type { Range } from '../../bypass/range-set';
import { bypassStatements, type BypassStatements } from './bypass-statements';

/** What a row takes besides its text: the other columns and its place in the index. */
const ROW_BYTES = 60;

export interface StoreClock {
  /** Runs only forward. */
  monotonicMs: () => number;
  /** UTC, as far as anybody knows. */
  wallMs: () => number;
  /** A new name for an outbox, such as nobody has drawn before. */
  newBox: () => string;
}

const MS_PER_SECOND = 1_000;
/** A frame has four bytes for an epoch; a clock that is far ahead leaves room above it. */
const MOST_SECONDS = 0xf000_0000;
/** So many old messages go at once; the rest goes a minute later. */
const OLD_AT_ONCE = 5_000;

interface Measured {
  items: number;
  length: number;
}

interface DeletedRow {
  lane: Lane;
  length: number;
}

/** What is written with every change of the outbox, since counting a full one takes a while. */
interface Counted {
  /** How long this outbox has been running. Wall clocks jump; age is counted by this one. */
  ranMs: number;
  lanes: LaneUse[];
}

const NOTHING: Counted = { ranMs: 0, lanes: [0, 1, 2].map(() => ({ items: 0, bytes: 0 })) };

/** The files of a bypass-router in SQLite. */
export class SqliteBypassStore implements BypassStore {
  private readonly sql: BypassStatements;
  private counted: Counted;
  private boxName: string;
  private last: number;
  private readonly startedMs: number;
  private readonly ranBeforeMs: number;
  private spoke: number;

  constructor(
    private readonly db: Database.Database,
    private readonly clock: StoreClock,
  ) {
    this.sql = bypassStatements(db);
    this.startedMs = clock.monotonicMs();
    const counted = this.readFact('counted');
    this.counted = counted === undefined ? NOTHING : (JSON.parse(counted) as Counted);
    this.ranBeforeMs = this.counted.ranMs;
    this.boxName = this.readFact('box') ?? '';
    if (this.boxName === '') this.renewBox();
    this.last = (this.sql.lastSeq.get() as number | undefined) ?? 0;
    this.spoke = this.sql.lastSpoke.get() as number;
  }

  get box(): string {
    return this.boxName;
  }

  renewBox(): void {
    this.boxName = this.clock.newBox();
    this.writeFact('box', this.boxName);
  }

  nextEpoch(): number {
    const seconds = Math.floor(this.clock.wallMs() / MS_PER_SECOND);
    // After an older copy of this storage has been put back, only the clock knows that higher ones have been.
    const leastBy = seconds > 0 && seconds < MOST_SECONDS ? seconds : 0;
    const epoch = Math.max(Number(this.readFact('epoch') ?? 0) + 1, leastBy);
    this.writeFact('epoch', String(epoch));
    return epoch;
  }

  put(peer: string, items: readonly NewItem[]): void {
    const ranMs = this.ranMs();
    this.change((count) => {
      for (const { lane, meterId, text } of items) {
        this.sql.put.run(peer, lane, ranMs, meterId, text);
        count(lane, 1, Buffer.byteLength(text));
      }
    });
    this.last = (this.sql.lastSeq.get() as number | undefined) ?? 0;
  }

  after(peer: string, lane: Lane, seq: number, mostItems: number, mostBytes: number): StoredItem[] {
    const items: StoredItem[] = [];
    let bytes = 0;
    for (const item of this.sql.after.iterate(peer, lane, seq, mostItems) as Iterable<StoredItem>) {
      bytes += item.text.length;
      if (bytes > mostBytes && items.length > 0) break;
      items.push(item);
    }
    return items;
  }

  lowest(peer: string, lane: Lane): number {
    return (this.sql.lowest.get(peer, lane) as number | undefined) ?? this.last + 1;
  }

  lastSeq(): number {
    return this.last;
  }

  /** Does not wait for the disk: what a power cut brings back is sent again, and the other side knows that it has it. */
  remove(peer: string, stretches: readonly { lane: Lane; range: Range }[]): void {
    this.db.pragma('synchronous = NORMAL');
    try {
      this.change((count) => {
        for (const { lane, range } of stretches) {
          const { items, length } = this.sql.measure.get(peer, lane, ...range) as Measured;
          this.sql.remove.run(peer, lane, ...range);
          count(lane, -items, -length);
        }
      });
    } finally {
      this.db.pragma('synchronous = FULL');
    }
  }

  use(lane: Lane): LaneUse {
    return this.counted.lanes[lane] ?? { items: 0, bytes: 0 };
  }

  thin(lane: Lane, seq: number, mostItems: number, bucketMs: number): Thinned {
    const last = this.sql.stretchEnd.get(lane, seq, mostItems - 1) as number | undefined;
    const to = last ?? this.last;
    const removed = this.delete(() => this.sql.thin.all({ lane, from: seq, to, bucketMs }));
    return { removed, nextSeq: last === undefined ? 0 : to + 1 };
  }

  dropOldest(lane: Lane, items: number): number {
    return this.delete(() => this.sql.dropOldest.all({ lane, items }));
  }

  dropOlderThan(ageMs: number): number {
    const beforeMs = this.ranMs() - ageMs;
    if (beforeMs <= 0) return 0;
    return this.delete(() => this.sql.dropOld.all({ beforeMs, items: OLD_AT_ONCE }));
  }

  incoming(peer: string): IncomingBox[] {
    return (this.sql.incoming.all(peer) as string[]).map((state) => JSON.parse(state) as IncomingBox);
  }

  commit({ boxes, arrivals }: IncomingBatch): StoredArrival[] {
    return this.db
      .transaction(() => {
        for (const { peer, box } of boxes) {
          this.spoke += 1;
          this.sql.keepIncoming.run(peer, box.box, JSON.stringify(box), this.spoke);
        }
        return arrivals.map((arrival) => this.keepArrival(arrival));
      })
      .immediate();
  }

  leftArrivals(most: number): StoredArrival[] {
    const rows = this.sql.leftArrivals.all(most) as {
      number: number;
      peer: string;
      lane: Lane;
      item: string;
    }[];
    return rows.map(({ item, ...rest }) => ({ ...rest, item: JSON.parse(item) as Item }));
  }

  handed(numbers: readonly number[]): void {
    this.db
      .transaction(() => {
        for (const number of numbers) this.sql.handed.run(number);
      })
      .immediate();
  }

  /** A fact that has to be remembered beside the outbox. */
  noted(name: string): string | undefined {
    return this.readFact(`note ${name}`);
  }

  note(name: string, value: string): void {
    this.writeFact(`note ${name}`, value);
  }

  close(): void {
    this.change(() => undefined);
    this.db.close();
  }

  /** Changes the outbox and what is counted of it in one step. */
  private change(work: (count: (lane: Lane, items: number, length: number) => void) => void): void {
    const lanes = this.counted.lanes.map((use) => ({ ...use }));
    const counted = { ranMs: this.ranMs(), lanes };
    const count = (lane: Lane, items: number, length: number): void => {
      const use = lanes[lane];
      if (!use) return;
      use.items += items;
      use.bytes += length + items * ROW_BYTES;
    };
    this.db
      .transaction(() => {
        work(count);
        this.writeFact('counted', JSON.stringify(counted));
      })
      .immediate();
    this.counted = counted;
  }

  private delete(work: () => unknown[]): number {
    let removed = 0;
    this.change((count) => {
      const rows = work() as DeletedRow[];
      removed = rows.length;
      for (const { lane, length } of rows) count(lane, -1, -length);
    });
    return removed;
  }

  private keepArrival(arrival: Arrival): StoredArrival {
    const { peer, lane, item, text } = arrival;
    const { lastInsertRowid } = this.sql.keepArrival.run(peer, lane, text);
    return { peer, lane, item, number: Number(lastInsertRowid) };
  }

  private ranMs(): number {
    return Math.floor(this.ranBeforeMs + this.clock.monotonicMs() - this.startedMs);
  }

  private readFact(name: string): string | undefined {
    return this.sql.readFact.get(name) as string | undefined;
  }

  private writeFact(name: string, value: string): void {
    this.sql.writeFact.run(name, value);
  }
}
