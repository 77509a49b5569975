import type Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { micros } from '../../money/micros';

interface LastBatch {
  batch: number;
  at_ms: number;
  hash: Buffer;
}

const NO_BATCH: LastBatch = { batch: 0, at_ms: 0, hash: Buffer.alloc(32) };

/** A reading as it is stored. */
export interface ReadingRow {
  atMs: number;
  meterKey: number;
  energyWh: number;
  fromMs: number;
  exportWh: number | null;
  powerFactorThousandths: number | null;
  isLate: 1 | null;
}

/** A transfer as it is stored. */
export interface TransferRow {
  transferKey: number;
  id: string | null;
  debit: number;
  credit: number;
  amountMicros: number;
  kind: number;
  atMs: number;
  previous: number | null;
  ref: string | null;
  meterKey: number | null;
  readingMs: number | null;
  tariffKey: number | null;
  lines: string | null;
}

/** What is known and collected while one batch is written. */
export interface Batch {
  number: number;
  /** The ledger's time: never before the last batch, whatever the wall clock says. */
  nowMs: number;
  /** Balance changes of accounts that many postings share, such as sales, written once at the end. */
  sharedDeltas: Map<number, number>;
  /** The money-bearing rows, for the hash. */
  readings: ReadingRow[];
  transfers: TransferRow[];
  /** The key of the newest transfer. */
  lastTransferKey: number;
}

/** Numbers, times and seals batches: each hash covers the rows of its batch and the hash before it. */
export class BatchBook {
  private readonly selectLast;
  private readonly insertBatch;
  private readonly addToBook;

  constructor(db: Database.Database) {
    this.selectLast = db.prepare<[], LastBatch>(
      'SELECT batch, at_ms, hash FROM batch ORDER BY batch DESC LIMIT 1',
    );
    this.insertBatch = db.prepare('INSERT INTO batch (batch, at_ms, hash) VALUES (?, ?, ?)');
    // Numbers are bound as floats; the cast keeps the sum in 64-bit integers, also beyond 2^53.
    this.addToBook = db.prepare(
      'UPDATE book SET balance_micros = balance_micros + CAST(? AS INTEGER) WHERE book_key = ?',
    );
  }

  lastMs(): number {
    return (this.selectLast.get() ?? NO_BATCH).at_ms;
  }

  begin(nowMs: number, lastTransferKey: number): Batch {
    const last = this.selectLast.get() ?? NO_BATCH;
    return {
      number: last.batch + 1,
      nowMs: Math.max(nowMs, last.at_ms + 1),
      sharedDeltas: new Map(),
      readings: [],
      transfers: [],
      lastTransferKey,
    };
  }

  /** Writes what was collected. A batch that moved nothing leaves no trace in the chain. */
  seal(batch: Batch): void {
    if (batch.readings.length === 0 && batch.transfers.length === 0) return;
    for (const [bookKey, delta] of batch.sharedDeltas) this.addToBook.run(micros(delta), bookKey);
    const last = this.selectLast.get() ?? NO_BATCH;
    batch.readings.sort(byTimeAndMeter);
    this.insertBatch.run(batch.number, batch.nowMs, hashBatch(last.hash, batch));
  }
}

/** The order in which a ledger's readings are stored, and so the order in which they can be hashed again. */
function byTimeAndMeter(a: ReadingRow, b: ReadingRow): number {
  return a.atMs - b.atMs || a.meterKey - b.meterKey;
}

const READING_NUMBERS = 7;
const TRANSFER_NUMBERS = 10;
/** What is absent counts as a number that no row can hold. */
const ABSENT = -1;

/**
 * Readings by time and meter, transfers in their own order. All numbers of a batch are hashed as one run of
 * little-endian doubles, which is far cheaper than writing them out, and texts as lines after them.
 */
export function hashBatch(
  previousHash: Buffer,
  { number, nowMs, readings, transfers }: Omit<Batch, 'sharedDeltas' | 'lastTransferKey'>,
): Buffer {
  const numbers = new Float64Array(
    4 + readings.length * READING_NUMBERS + transfers.length * TRANSFER_NUMBERS,
  );
  numbers.set([number, nowMs, readings.length, transfers.length]);
  let at = 4;
  for (const row of readings) {
    numbers[at] = row.atMs;
    numbers[at + 1] = row.meterKey;
    numbers[at + 2] = row.energyWh;
    numbers[at + 3] = row.fromMs;
    numbers[at + 4] = row.exportWh ?? ABSENT;
    numbers[at + 5] = row.powerFactorThousandths ?? ABSENT;
    numbers[at + 6] = row.isLate ?? ABSENT;
    at += READING_NUMBERS;
  }
  let texts = '';
  for (const row of transfers) {
    numbers[at] = row.transferKey;
    numbers[at + 1] = row.debit;
    numbers[at + 2] = row.credit;
    numbers[at + 3] = row.amountMicros;
    numbers[at + 4] = row.kind;
    numbers[at + 5] = row.atMs;
    numbers[at + 6] = row.previous ?? ABSENT;
    numbers[at + 7] = row.meterKey ?? ABSENT;
    numbers[at + 8] = row.readingMs ?? ABSENT;
    numbers[at + 9] = row.tariffKey ?? ABSENT;
    at += TRANSFER_NUMBERS;
    texts += textOf(row);
  }
  return createHash('sha256').update(previousHash).update(numbers).update(texts).digest();
}

/** Texts from outside are written as JSON, so that no choice of id or ref can make two different rows look alike. */
function textOf({ id, ref, lines }: TransferRow): string {
  return id === null && ref === null ? `${lines ?? ''}\n` : `${JSON.stringify([id, ref, lines])}\n`;
}
