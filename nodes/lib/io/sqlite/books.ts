import type Database from 'better-sqlite3';
import { micros, subtractMicros } from '../../money/micros';
import { customerAccount } from '../../ledger/book-names';
import type { LiveAccount, LiveAccounts } from './live-accounts';
import { transferLine, type Batch, type NewTransfer } from './commit-batch';

export interface TariffVersionRow {
  tariffId: string;
  version: number;
  rateMicrosPerKwh: number;
}

function isSameTariff(a: TariffVersionRow, b: TariffVersionRow): boolean {
  return a.version === b.version && a.rateMicrosPerKwh === b.rateMicrosPerKwh && a.tariffId === b.tariffId;
}

/** Accounts of the double entry, and the one place where a transfer is written. */
export class Books {
  private readonly selectBook;
  private readonly insertBook;
  private readonly insertTransfer;
  private readonly selectTransfer;
  private readonly selectTariff;
  private readonly insertTariff;
  private readonly bookKeys = new Map<string, number>();
  private lastTariff: { tariff: TariffVersionRow; key: number } | null = null;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
  ) {
    this.selectBook = db.prepare<[string], number>('SELECT book_key FROM book WHERE name = ?').pluck();
    this.insertBook = db.prepare('INSERT INTO book (name) VALUES (?)');
    this.insertTransfer = db.prepare(
      `INSERT INTO transfer (id, debit, credit, amount_micros, kind, at_ms, ref, meter_key, reading_ms, tariff_key, batch)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.selectTransfer = db.prepare<[string], { debit: number; credit: number; amount_micros: number }>(
      'SELECT debit, credit, amount_micros FROM transfer WHERE id = ?',
    );
    this.selectTariff = db.prepare<[string, number], { tariff_key: number; rate_micros_per_kwh: number }>(
      'SELECT tariff_key, rate_micros_per_kwh FROM tariff_version WHERE tariff_id = ? AND version = ?',
    );
    this.insertTariff = db.prepare(
      'INSERT INTO tariff_version (tariff_id, version, rate_micros_per_kwh) VALUES (?, ?, ?)',
    );
  }

  /** The key of a shared account such as "sales:energy", opened when first used. Keys never change, so they are remembered. */
  bookKey(name: string): number {
    const key = this.findBook(name) ?? Number(this.insertBook.run(name).lastInsertRowid);
    // Customers are many and have their own rows; only the few shared accounts are worth remembering.
    if (!name.startsWith(customerAccount(''))) this.bookKeys.set(name, key);
    return key;
  }

  findBook(name: string): number | undefined {
    return this.bookKeys.get(name) ?? this.selectBook.get(name);
  }

  transferById(id: string): { debit: number; credit: number; amount_micros: number } | undefined {
    return this.selectTransfer.get(id);
  }

  /** Writes a transfer between a customer and a shared account, and changes the balances of both. */
  move(batch: Batch, account: LiveAccount, row: NewTransfer): void {
    const atMs = batch.nowMs;
    const { lastInsertRowid } = this.insertTransfer.run(
      row.id,
      row.debit,
      row.credit,
      row.amountMicros,
      row.kind,
      atMs,
      row.ref,
      row.meterKey,
      row.readingMs,
      row.tariffKey,
      batch.number,
    );
    batch.lines.push(transferLine(Number(lastInsertRowid), atMs, row));
    const isDebit = row.debit === account.accountKey;
    const sharedKey = isDebit ? row.credit : row.debit;
    const change = micros(isDebit ? -row.amountMicros : row.amountMicros);
    const sharedBefore = micros(batch.sharedDeltas.get(sharedKey) ?? 0);
    batch.sharedDeltas.set(sharedKey, subtractMicros(sharedBefore, change));
    this.live.changeBalance(account, change);
  }

  /** The key of a tariff version, written down when it first prices something. Returns null when the same version had another price. */
  tariffKey(tariff: TariffVersionRow): number | null {
    const { lastTariff } = this;
    if (lastTariff && isSameTariff(lastTariff.tariff, tariff)) return lastTariff.key;
    const key = this.findTariffKey(tariff);
    // Nearly every charge of a run has the tariff of the one before.
    this.lastTariff = key === null ? null : { tariff, key };
    return key;
  }

  private findTariffKey(tariff: TariffVersionRow): number | null {
    const stored = this.selectTariff.get(tariff.tariffId, tariff.version);
    if (stored && stored.rate_micros_per_kwh !== tariff.rateMicrosPerKwh) return null;
    const key =
      stored?.tariff_key ??
      Number(this.insertTariff.run(tariff.tariffId, tariff.version, tariff.rateMicrosPerKwh).lastInsertRowid);
    return key;
  }

  /** Forgets remembered keys. A rolled-back transaction may have taken their rows away again. */
  forget(): void {
    this.bookKeys.clear();
    this.lastTariff = null;
  }
}
