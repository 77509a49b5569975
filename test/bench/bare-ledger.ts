import Database from 'better-sqlite3';
import { FIRST_WH } from './meter-registers';

export interface BareReading {
  meter: number;
  atMs: number;
  energyWh: number;
}

const PRICE_MICROS_PER_WH = 8_000;
/** Accounts begin as wide as they stay: a row that grows moves its neighbours, once for each of a million. */
const FIRST_BALANCE_MICROS = 1_000_000_000_000;
const FIRST_HEAD_MS = 1_750_000_000_000;

/**
 * The least that a durable ledger writes: for each reading the reading itself, a transfer, and the new balance.
 * Readings are keyed by time first, so that they are found again and yet written side by side: keyed by meter first,
 * a commit of 500 readings from 500 meters writes 500 pages.
 */
const SCHEMA = `
  CREATE TABLE account (
    account_key INTEGER PRIMARY KEY, balance_micros INTEGER NOT NULL, head_ms INTEGER NOT NULL, head_wh INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE reading (
    at_ms INTEGER NOT NULL, account_key INTEGER NOT NULL REFERENCES account, energy_wh INTEGER NOT NULL,
    PRIMARY KEY (at_ms, account_key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE transfer (
    transfer_key INTEGER PRIMARY KEY, debit INTEGER NOT NULL REFERENCES account, credit INTEGER NOT NULL REFERENCES account,
    amount_micros INTEGER NOT NULL, at_ms INTEGER NOT NULL
  ) STRICT;`;
const SALES = 0;

/** SQLite with nothing around it: no check, no decision, no hash. */
export class BareLedger {
  readonly commit: (readings: readonly BareReading[]) => void;
  private readonly db: Database.Database;
  private readonly heads: number[];

  constructor(file: string, meters: number) {
    const db = new Database(file);
    this.db = db;
    for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON']) db.pragma(pragma);
    // As much page cache as the real ledger has.
    db.pragma('cache_size = -16384');
    db.exec(SCHEMA);
    const insertAccount = db.prepare('INSERT INTO account VALUES (?, ?, ?, ?)');
    this.heads = Array.from({ length: meters }, () => FIRST_WH);
    db.transaction(() => {
      for (let key = SALES; key <= meters; key += 1) {
        insertAccount.run(key, FIRST_BALANCE_MICROS, FIRST_HEAD_MS, FIRST_WH);
      }
    })();
    const insertReading = db.prepare('INSERT INTO reading (at_ms, account_key, energy_wh) VALUES (?, ?, ?)');
    const insertTransfer = db.prepare(
      'INSERT INTO transfer (debit, credit, amount_micros, at_ms) VALUES (?, ?, ?, ?)',
    );
    const updateAccount = db.prepare(
      'UPDATE account SET balance_micros = balance_micros - ?, head_ms = ?, head_wh = ? WHERE account_key = ?',
    );
    const commit = db.transaction((readings: readonly BareReading[]) => {
      for (const { meter, atMs, energyWh } of readings) {
        const key = meter + 1;
        const amountMicros = (energyWh - this.heads[meter]!) * PRICE_MICROS_PER_WH;
        this.heads[meter] = energyWh;
        insertReading.run(atMs, key, energyWh);
        insertTransfer.run(key, SALES, amountMicros, atMs);
        updateAccount.run(amountMicros, atMs, energyWh, key);
      }
    });
    this.commit = (readings) => commit.immediate(readings);
  }

  countReadings(): number {
    return this.db.prepare<[], number>('SELECT count(*) FROM reading').pluck().get() ?? 0;
  }

  /** Puts everything into the file itself. */
  settle(): void {
    this.db.pragma('wal_checkpoint(TRUNCATE)');
  }
}
