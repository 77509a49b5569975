import type Database from 'better-sqlite3';
import { micros } from '../../money/micros';
import { BatchDigest } from './batch-digest';

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
  /** The money-bearing rows, for the hash. */
  digest: BatchDigest;
  /** The key of the newest transfer. */
  lastTransferKey: number;
}

/** Numbers, times and seals batches: each hash covers the rows of its batch and the hash before it. */
export class BatchBook {
  private readonly selectLast;
  private readonly insertBatch;
  private readonly addToBook;
  private readonly digest = new BatchDigest();

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
    this.digest.clear();
    return {
      number: last.batch + 1,
      nowMs: Math.max(nowMs, last.at_ms + 1),
      sharedDeltas: new Map(),
      digest: this.digest,
      lastTransferKey,
    };
  }

  /** Writes what was collected. A batch that moved nothing leaves no trace in the chain. */
  seal(batch: Batch): void {
    if (batch.digest.isEmpty) return;
    for (const [bookKey, delta] of batch.sharedDeltas) this.addToBook.run(micros(delta), bookKey);
    const last = this.selectLast.get() ?? NO_BATCH;
    this.insertBatch.run(batch.number, batch.nowMs, batch.digest.hash(last.hash, batch.number, batch.nowMs));
  }
}
