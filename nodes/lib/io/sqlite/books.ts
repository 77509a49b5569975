import type Database from 'better-sqlite3';
import { addMicros, micros, type Micros } from '../../money/micros';
import { customerAccount } from '../../ledger/book-names';
import type { AccountState, SupplyState } from '../../ledger/account';
import { transferLine, type Batch, type NewTransfer } from './commit-batch';

export interface AccountRow {
  account_key: number;
  account_id: string;
  name: string;
  phone: string;
  language: string;
  is_protected: number;
  supply: SupplyState;
  warned_at_ms: number | null;
  balance_micros: number;
}

export function accountState(row: AccountRow): AccountState {
  return {
    accountId: row.account_id,
    name: row.name,
    phone: row.phone,
    language: row.language,
    isProtected: row.is_protected === 1,
    balanceMicros: micros(row.balance_micros),
    supply: row.supply,
    warnedAtMs: row.warned_at_ms,
  };
}

const ACCOUNT_COLUMNS = `account_key, account_id, account.name, phone, language, is_protected, supply, warned_at_ms,
  book.balance_micros FROM account JOIN book ON book_key = account_key`;

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
  private readonly addToBalance;
  private readonly selectByKey;
  private readonly selectById;
  private readonly selectTariff;
  private readonly insertTariff;
  private readonly bookKeys = new Map<string, number>();
  private lastTariff: { tariff: TariffVersionRow; key: number } | null = null;

  constructor(db: Database.Database) {
    this.selectBook = db.prepare<[string], number>('SELECT book_key FROM book WHERE name = ?').pluck();
    this.insertBook = db.prepare('INSERT INTO book (name) VALUES (?)');
    this.insertTransfer = db.prepare(
      `INSERT INTO transfer (id, debit, credit, amount_micros, kind, at_ms, ref, meter_key, reading_ms, tariff_key, batch)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.selectTransfer = db.prepare<[string], { debit: number; credit: number; amount_micros: number }>(
      'SELECT debit, credit, amount_micros FROM transfer WHERE id = ?',
    );
    this.addToBalance = db
      .prepare<[number, number], number>(
        'UPDATE book SET balance_micros = balance_micros + CAST(? AS INTEGER) WHERE book_key = ? RETURNING balance_micros',
      )
      .pluck();
    this.selectByKey = db.prepare<[number], AccountRow>(`SELECT ${ACCOUNT_COLUMNS} WHERE account_key = ?`);
    this.selectById = db.prepare<[string], AccountRow>(`SELECT ${ACCOUNT_COLUMNS} WHERE account_id = ?`);
    this.selectTariff = db.prepare<[string, number], { tariff_key: number; rate_micros_per_kwh: number }>(
      'SELECT tariff_key, rate_micros_per_kwh FROM tariff_version WHERE tariff_id = ? AND version = ?',
    );
    this.insertTariff = db.prepare(
      'INSERT INTO tariff_version (tariff_id, version, rate_micros_per_kwh) VALUES (?, ?, ?)',
    );
  }

  /** The key of a shared account such as "sales:energy", opened when first used. Keys never change, so they are remembered. */
  bookKey(name: string): number {
    const known = this.bookKeys.get(name);
    if (known !== undefined) return known;
    const key = this.selectBook.get(name) ?? Number(this.insertBook.run(name).lastInsertRowid);
    // Customers are many and have their own rows; only the few shared accounts are worth remembering.
    if (!name.startsWith(customerAccount(''))) this.bookKeys.set(name, key);
    return key;
  }

  accountByKey(accountKey: number): AccountRow {
    const row = this.selectByKey.get(accountKey);
    if (!row) throw new Error(`the ledger has no account ${accountKey}`);
    return row;
  }

  accountById(accountId: string): AccountRow | undefined {
    return this.selectById.get(accountId);
  }

  transferById(id: string): { debit: number; credit: number; amount_micros: number } | undefined {
    return this.selectTransfer.get(id);
  }

  /** Writes a transfer between a customer and a shared account and returns the customer's balance after it. */
  move(batch: Batch, customer: 'debit' | 'credit', row: NewTransfer): Micros {
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
    const [customerKey, sharedKey] = customer === 'debit' ? [row.debit, row.credit] : [row.credit, row.debit];
    const change = customer === 'debit' ? -row.amountMicros : row.amountMicros;
    batch.sharedDeltas.set(
      sharedKey,
      addMicros(micros(batch.sharedDeltas.get(sharedKey) ?? 0), micros(-change)),
    );
    const balance = this.addToBalance.get(change, customerKey);
    if (balance === undefined) throw new Error(`the ledger has no account ${customerKey}`);
    return micros(balance);
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
