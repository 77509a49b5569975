import type Database from 'better-sqlite3';
import { BulkStatement } from './bulk-statement';
import type { ReadingRow, TransferRow } from './batch-digest';
import type { Batch } from './commit-batch';

/**
 * Writes readings and transfers, many at a time. What is waiting is written before anything reads these tables within
 * the transaction, and at its end at the latest.
 */
export class RowWriter {
  private readonly readings;
  private readonly insertReading;
  private readonly charges;
  private readonly insertTransfer;
  private readonly selectLastKey;

  constructor(db: Database.Database) {
    this.readings = new BulkStatement(
      db,
      5,
      (rows) => `INSERT INTO reading (at_ms, meter_key, energy_wh, from_ms, batch) VALUES ${rows}`,
    );
    this.insertReading = db.prepare(
      `INSERT INTO reading (at_ms, meter_key, energy_wh, from_ms, batch, export_wh, power_factor_thousandths, is_late)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.charges = new BulkStatement(
      db,
      12,
      (rows) =>
        `INSERT INTO transfer (transfer_key, debit, credit, amount_micros, kind, at_ms, previous, meter_key, reading_ms,
           tariff_key, lines, batch) VALUES ${rows}`,
    );
    this.insertTransfer = db.prepare(
      `INSERT INTO transfer (transfer_key, id, debit, credit, amount_micros, kind, at_ms, previous, ref, meter_key,
         reading_ms, tariff_key, lines, batch) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.selectLastKey = db
      .prepare<[], number>('SELECT coalesce(max(transfer_key), 0) FROM transfer')
      .pluck();
  }

  /** The key of the newest transfer that is written. */
  lastTransferKey(): number {
    return this.selectLastKey.get() ?? 0;
  }

  addReading(batch: Batch, row: ReadingRow): void {
    batch.digest.addReading(row);
    const { atMs, meterKey, energyWh, fromMs, exportWh, powerFactorThousandths, isLate } = row;
    if (exportWh === null && powerFactorThousandths === null && isLate === null) {
      this.readings.add(atMs, meterKey, energyWh, fromMs, batch.number);
      return;
    }
    this.insertReading.run(
      atMs,
      meterKey,
      energyWh,
      fromMs,
      batch.number,
      exportWh,
      powerFactorThousandths,
      isLate,
    );
  }

  addTransfer(batch: Batch, row: TransferRow): void {
    batch.digest.addTransfer(row);
    const { transferKey, id, debit, credit, amountMicros, kind, atMs, previous, ref } = row;
    const { meterKey, readingMs, tariffKey, lines } = row;
    if (id === null && ref === null) {
      this.charges.add(
        transferKey,
        debit,
        credit,
        amountMicros,
        kind,
        atMs,
        previous,
        meterKey,
        readingMs,
        tariffKey,
        lines,
        batch.number,
      );
      return;
    }
    this.insertTransfer.run(
      transferKey,
      id,
      debit,
      credit,
      amountMicros,
      kind,
      atMs,
      previous,
      ref,
      meterKey,
      readingMs,
      tariffKey,
      lines,
      batch.number,
    );
  }

  write(): void {
    this.readings.run();
    this.charges.run();
  }

  forget(): void {
    this.readings.clear();
    this.charges.clear();
  }
}
