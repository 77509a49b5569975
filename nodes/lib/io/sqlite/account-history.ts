import type Database from 'better-sqlite3';
import type { AccountEntry, AccountHistory, RegisterSpan } from '../../ledger/statement';
import { micros } from '../../money/micros';
import { readLines } from './meter-prices';

interface AccountRow {
  account_key: number;
  name: string;
  balance_micros: number;
}

interface EntryRow {
  at_ms: number;
  kind: AccountEntry['kind'];
  amount_micros: number;
  is_debit: number;
  book: string;
  ref: string | null;
  meter_id: string | null;
  reading_ms: number | null;
  tariff_id: string | null;
  version: number | null;
  lines: string | null;
}

interface StayRow {
  meter_key: number;
  meter_id: string;
  head_ms: number | null;
  closed_ms: number | null;
}

interface PointRow {
  ledger_ms: number;
  at_ms: number;
  energy_wh: number;
}

/** Reads one account's past: its transfers, newest first, and the registers behind them. */
export class AccountHistories {
  private readonly selectAccount;
  private readonly selectEntries;
  private readonly selectMeters;
  private readonly selectPoints;

  constructor(db: Database.Database) {
    this.selectAccount = db.prepare<[string], AccountRow>(
      `SELECT account_key, customer.name, balance_micros
       FROM account JOIN customer USING (customer_key) JOIN book ON book_key = account_key WHERE account_id = ?`,
    );
    // Each transfer leads to the customer's one before it, so an account is read without a look at any other. The one
    // before the period is read too, and left out when the statement is put together.
    this.selectEntries = db.prepare<[{ accountKey: number; fromMs: number }], EntryRow>(
      `WITH RECURSIVE back (transfer_key, previous, at_ms) AS (
         SELECT transfer_key, previous, at_ms FROM transfer
         WHERE transfer_key = (SELECT last_transfer FROM book WHERE book_key = @accountKey)
         UNION ALL
         SELECT transfer.transfer_key, transfer.previous, transfer.at_ms
         FROM back JOIN transfer ON transfer.transfer_key = back.previous WHERE back.at_ms >= @fromMs)
       SELECT transfer.at_ms, transfer_kind.name AS kind, amount_micros, debit = @accountKey AS is_debit, other.name AS book, ref,
         meter_id, reading_ms, tariff_id, version, lines
       FROM back JOIN transfer USING (transfer_key) JOIN transfer_kind USING (kind)
         JOIN book AS other ON other.book_key = CASE WHEN debit = @accountKey THEN credit ELSE debit END
         LEFT JOIN meter USING (meter_key) LEFT JOIN tariff_version USING (tariff_key)
       ORDER BY transfer_key DESC`,
    );
    this.selectMeters = db.prepare<[number], StayRow>(
      'SELECT meter_key, meter_id, head_ms, closed_ms FROM meter LEFT JOIN head USING (meter_key) WHERE account_key = ? ORDER BY opened_ms, meter_key',
    );
    this.selectPoints = db.prepare<[number, number, number], PointRow>(
      `WITH RECURSIVE back (meter_key, at_ms, energy_wh, from_ms, ledger_ms) AS (
         SELECT meter_key, reading.at_ms, energy_wh, from_ms, batch.at_ms FROM reading JOIN batch USING (batch)
         WHERE meter_key = ? AND reading.at_ms = ?
         UNION ALL
         SELECT reading.meter_key, reading.at_ms, reading.energy_wh, reading.from_ms, batch.at_ms
         FROM back JOIN reading ON reading.at_ms = back.from_ms AND reading.meter_key = back.meter_key
           JOIN batch USING (batch)
         WHERE back.from_ms < back.at_ms AND back.ledger_ms >= ?)
       SELECT ledger_ms, at_ms, energy_wh FROM back ORDER BY at_ms`,
    );
  }

  read(accountId: string, fromMs: number, toMs: number): AccountHistory | undefined {
    const account = this.selectAccount.get(accountId);
    if (!account) return undefined;
    const { account_key: accountKey, name, balance_micros } = account;
    return {
      accountId,
      name,
      balanceMicros: micros(balance_micros),
      entries: this.selectEntries.all({ accountKey, fromMs }).map(entryOf),
      registers: this.selectMeters.all(accountKey).flatMap(({ meter_key, meter_id, head_ms, closed_ms }) => {
        if (head_ms === null) return [];
        const points = this.selectPoints.all(meter_key, head_ms, fromMs);
        // A meter that was taken down before, with all that it used known before, has no part in this period.
        if (closed_ms !== null && closed_ms < fromMs && points.every(({ ledger_ms }) => ledger_ms < fromMs))
          return [];
        return spanOf(meter_id, points, fromMs, toMs);
      }),
    };
  }
}

function entryOf(row: EntryRow): AccountEntry {
  return {
    atMs: row.at_ms,
    kind: row.kind,
    changeMicros: micros(row.is_debit === 1 ? -row.amount_micros : row.amount_micros),
    book: row.book,
    reference: row.ref ?? '',
    meterId: row.meter_id ?? '',
    readingMs: row.reading_ms,
    tariffId: row.tariff_id ?? '',
    version: row.version,
    lines: row.lines === null ? [] : readLines(row.lines),
  };
}

/** From the last reading that the ledger had before the period, or the first within it, to the last within it. */
function spanOf(meterId: string, points: readonly PointRow[], fromMs: number, toMs: number): RegisterSpan[] {
  const known = points.filter(({ ledger_ms }) => ledger_ms < toMs);
  const to = known.at(-1);
  const from = known.findLast(({ ledger_ms }) => ledger_ms < fromMs) ?? known[0];
  if (!from || !to) return [];
  return [
    {
      meterId,
      fromMs: from.at_ms,
      fromWh: from.energy_wh,
      toMs: to.at_ms,
      toWh: to.energy_wh,
      usedWh: to.energy_wh - from.energy_wh,
    },
  ];
}
