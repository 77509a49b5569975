import type Database from 'better-sqlite3';
import { BatchDigest, type ReadingRow, type TransferRow } from './batch-digest';

interface BatchRow {
  batch: number;
  at_ms: number;
  hash: Buffer;
}

/** Reads rows that are ordered by batch, one batch at a time. */
class RowsByBatch<Row extends { batch: number }> {
  private next: IteratorResult<Row, unknown>;

  constructor(private readonly rows: Iterator<Row, unknown>) {
    this.next = rows.next();
  }

  /** The rows of a batch. Rows of an earlier batch that nobody asked for are returned too: they belong nowhere. */
  upTo(batch: number): Row[] {
    const found: Row[] = [];
    while (this.next.done !== true && this.next.value.batch <= batch) {
      found.push(this.next.value);
      this.next = this.rows.next();
    }
    return found;
  }
}

/** Each batch follows the one before in number, time and hash. */
export function findBrokenBatch(db: Database.Database): string | null {
  const batches = db.prepare<[], BatchRow>('SELECT batch, at_ms, hash FROM batch ORDER BY batch').all();
  const readings = new RowsByBatch(
    db
      .prepare<[], ReadingRow & { batch: number }>(
        `SELECT batch, at_ms AS atMs, meter_key AS meterKey, energy_wh AS energyWh, from_ms AS fromMs,
           export_wh AS exportWh, power_factor_thousandths AS powerFactorThousandths, is_late AS isLate
         FROM reading ORDER BY batch, at_ms, meter_key`,
      )
      .iterate(),
  );
  const transfers = new RowsByBatch(
    db
      .prepare<[], TransferRow & { batch: number }>(
        `SELECT batch, transfer_key AS transferKey, id, debit, credit, amount_micros AS amountMicros, kind,
           at_ms AS atMs, previous, ref, meter_key AS meterKey, reading_ms AS readingMs, tariff_key AS tariffKey, lines
         FROM transfer ORDER BY batch, transfer_key`,
      )
      .iterate(),
  );
  let previous: BatchRow = { batch: 0, at_ms: 0, hash: Buffer.alloc(32) };
  let fault: string | null = null;
  // Both statements have to be read to their end, or the database cannot be closed.
  for (const row of batches) {
    const rows = { readings: readings.upTo(row.batch), transfers: transfers.upTo(row.batch) };
    fault ??= batchFault(previous, row, rows);
    previous = row;
  }
  if (readings.upTo(Infinity).length + transfers.upTo(Infinity).length > 0)
    fault ??= 'rows belong to a batch that is missing';
  return fault;
}

function batchFault(
  previous: BatchRow,
  row: BatchRow,
  rows: { readings: ReadingRow[]; transfers: TransferRow[] },
): string | null {
  if (row.batch !== previous.batch + 1) return `batch ${previous.batch + 1} is missing`;
  if (row.at_ms <= previous.at_ms) return `batch ${row.batch} is not later than the one before`;
  const digest = new BatchDigest();
  for (const reading of rows.readings) digest.addReading(reading);
  for (const transfer of rows.transfers) digest.addTransfer(transfer);
  return digest.hash(previous.hash, row.batch, row.at_ms).equals(row.hash)
    ? null
    : `batch ${row.batch} does not match its hash: a row of it was changed`;
}
