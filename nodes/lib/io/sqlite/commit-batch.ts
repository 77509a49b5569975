import type Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { micros } from '../../money/micros';

interface LastBatch {
  batch: number;
  at_ms: number;
  hash: Buffer;
}

const NO_BATCH: LastBatch = { batch: 0, at_ms: 0, hash: Buffer.alloc(32) };

/** What is known and collected while one batch is written. */
export interface Batch {
  number: number;
  /** The ledger's time: never before the last batch, whatever the wall clock says. */
  nowMs: number;
  /** Balance changes of accounts that many postings share, such as sales, written once at the end. */
  sharedDeltas: Map<number, number>;
  /** One line per money-bearing row, for the hash. */
  lines: string[];
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

  begin(nowMs: number): Batch {
    const last = this.selectLast.get() ?? NO_BATCH;
    return {
      number: last.batch + 1,
      nowMs: Math.max(nowMs, last.at_ms + 1),
      sharedDeltas: new Map(),
      lines: [],
    };
  }

  /** Writes what was collected. A batch that moved nothing leaves no trace in the chain. */
  seal(batch: Batch): void {
    if (batch.lines.length === 0) return;
    for (const [bookKey, delta] of batch.sharedDeltas) this.addToBook.run(micros(delta), bookKey);
    const last = this.selectLast.get() ?? NO_BATCH;
    this.insertBatch.run(batch.number, batch.nowMs, hashBatch(last.hash, batch));
  }
}

/** The lines are sorted, so that the hash can be computed again from the rows, which keep no order of their own. */
export function hashBatch(previousHash: Buffer, batch: Pick<Batch, 'number' | 'nowMs' | 'lines'>): Buffer {
  return createHash('sha256')
    .update(previousHash)
    .update(`${batch.number} ${batch.nowMs}\n`)
    .update(batch.lines.sort().join('\n'))
    .digest();
}

export function readingLine(meterKey: number, atMs: number, energyWh: number, fromMs: number): string {
  return `r ${meterKey} ${atMs} ${energyWh} ${fromMs}`;
}

/** A transfer that is about to be stored. Its key and its time come from the ledger. */
export interface NewTransfer {
  id: string | null;
  debit: number;
  credit: number;
  amountMicros: number;
  kind: number;
  ref: string | null;
  meterKey: number | null;
  readingMs: number | null;
  tariffKey: number | null;
}

/** Texts are written as JSON, so that no choice of id or ref can make two different rows look alike. */
export function transferLine(transferKey: number, atMs: number, row: NewTransfer): string {
  const texts = row.id === null && row.ref === null ? '' : ` ${JSON.stringify([row.id, row.ref])}`;
  return (
    `t ${transferKey} ${row.debit} ${row.credit} ${row.amountMicros} ${row.kind} ${atMs} ` +
    `${row.meterKey ?? '-'} ${row.readingMs ?? '-'} ${row.tariffKey ?? '-'}${texts}`
  );
}
