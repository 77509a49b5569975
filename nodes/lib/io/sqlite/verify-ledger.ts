import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { errorText } from '../../text/to-error';
import { findBrokenBatch } from './verify-batches';
import { findWrongDebt, findWrongMoneyBack, findWrongPayment } from './verify-payments';
import { findWrongPrice } from './verify-prices';

/** What one check found: the first bad row in words, or null when all is well. */
export interface Finding {
  check: string;
  fault: string | null;
}

interface Check {
  name: string;
  find: (db: Database.Database) => string | null;
}

/** Every invariant of a ledger. Each check looks at the stored rows alone and trusts no other check. */
const CHECKS: readonly Check[] = [
  { name: 'the file is whole', find: findBrokenFile },
  { name: 'every reference leads somewhere', find: findLooseReference },
  { name: 'every row says what its kind has to say', find: findWrongRow },
  { name: 'every balance is the sum of its transfers', find: findWrongBalance },
  { name: 'the books add up to zero', find: findOpenBooks },
  { name: 'every register only rises, and ends at its head', find: findBrokenRegister },
  { name: 'every register counts on as was recorded', find: findUnrecordedOffset },
  { name: 'every charge is the sum of its lines', find: findWrongLines },
  { name: 'every meter has paid what its register costs', find: findWrongPrice },
  { name: 'every top-up has its payment, its receipt and its uses', find: findWrongPayment },
  { name: 'no more money went back than was paid', find: findWrongMoneyBack },
  { name: 'every debt is what was owed less what was paid off', find: findWrongDebt },
  { name: 'every transfer leads to the one before it', find: findBrokenAccount },
  { name: 'every batch follows from the one before', find: findBrokenBatch },
  { name: 'no relay is wanted off while its account says on', find: findRelayAstray },
];

/** Looks a whole ledger through, without changing it. It may be large, so each check reports as it ends. */
export function verifyLedger(file: string, report: (finding: Finding) => void): boolean {
  if (!existsSync(file)) throw new Error(`there is no ledger at ${file}`);
  const db = new Database(file, { readonly: true, fileMustExist: true });
  let isSound = true;
  try {
    // Throws for a file that is no database at all, of which no check could tell anything.
    db.pragma('schema_version');
    // One view of the data for all checks, also beside a running Wattkeeper.
    db.exec('BEGIN');
    for (const { name, find } of CHECKS) {
      const fault = faultOf(db, find);
      if (fault !== null) isSound = false;
      report({ check: name, fault });
    }
    return isSound;
  } finally {
    db.close();
  }
}

/** A check that cannot read the rows of a damaged file has found a fault too, and the next ones may still tell more. */
function faultOf(db: Database.Database, find: Check['find']): string | null {
  try {
    return find(db);
  } catch (error) {
    return `cannot be checked: ${errorText(error)}`;
  }
}

function findBrokenFile(db: Database.Database): string | null {
  const answer = db.pragma('integrity_check(1)', { simple: true });
  return answer === 'ok' ? null : String(answer);
}

function findLooseReference(db: Database.Database): string | null {
  const [row] = db.pragma('foreign_key_check') as { table: string; rowid: number | null; parent: string }[];
  if (row) return `${row.table} row ${row.rowid ?? '?'} points at a missing row of ${row.parent}`;
  return findFirst(UNCHECKED_REFERENCES, ({ table, row: which, parent, isThere, from = table }) => {
    const loose = db.prepare<[], string>(`SELECT ${which} FROM ${from} WHERE NOT (${isThere}) LIMIT 1`);
    const found = loose.pluck().get();
    return found === undefined ? null : `${table} row ${found} points at a missing row of ${parent}`;
  });
}

interface Reference {
  table: string;
  row: string;
  parent: string;
  isThere: string;
  /** The rows that are looked at, where that is not the whole table. */
  from?: string;
}

/**
 * References that are no foreign keys: those of what is written for every reading, since SQLite would search for each
 * of them, and those that lead to one of several columns.
 */
const UNCHECKED_REFERENCES: readonly Reference[] = [
  {
    table: 'reading',
    row: `'of meter ' || meter_key || ' at ' || at_ms`,
    parent: 'meter',
    isThere: 'meter_key IN (SELECT meter_key FROM meter)',
  },
  {
    table: 'head',
    row: `'of meter ' || meter_key`,
    parent: 'meter',
    isThere: 'meter_key IN (SELECT meter_key FROM meter)',
  },
  {
    table: 'book',
    row: 'book_key',
    parent: 'names',
    isThere: `name <> ''`,
  },
  {
    table: 'transfer',
    row: 'transfer_key',
    parent: 'book',
    isThere: 'debit IN (SELECT book_key FROM book) AND credit IN (SELECT book_key FROM book)',
  },
  {
    table: 'transfer',
    row: 'transfer_key',
    parent: 'meter',
    isThere: 'meter_key IS NULL OR meter_key IN (SELECT meter_key FROM meter)',
  },
  {
    table: 'transfer',
    row: 'transfer_key',
    parent: 'tariff_version',
    isThere: `(meter_key IS NULL) = (tariff_key IS NULL)
      AND (tariff_key IS NULL OR tariff_key IN (SELECT tariff_key FROM tariff_version))`,
  },
  {
    table: 'transfer',
    row: 'transfer_key',
    parent: 'transfer_kind',
    isThere: 'kind IN (SELECT kind FROM transfer_kind)',
  },
  {
    table: 'transfer',
    row: 'transfer_key',
    parent: 'the meters of its account',
    isThere: `meter_key IS NULL OR EXISTS
      (SELECT 1 FROM meter WHERE meter.meter_key = transfer.meter_key AND account_key IN (debit, credit))`,
  },
  {
    table: 'transfer',
    row: 'transfer_key',
    parent: 'reading',
    isThere: `reading_ms IS NULL OR EXISTS
      (SELECT 1 FROM reading WHERE reading.at_ms = reading_ms AND reading.meter_key = transfer.meter_key)`,
  },
  {
    table: 'late reading',
    row: `'of meter ' || meter_key || ' at ' || at_ms`,
    parent: 'reading',
    // The steps of the chain are looked at one by one where the register is.
    from: '(SELECT * FROM reading WHERE is_late = 1) AS late',
    isThere: `EXISTS (SELECT 1 FROM reading WHERE reading.at_ms = late.from_ms AND reading.meter_key = late.meter_key)`,
  },
  ...['checkpoint', 'meter_fold'].map((table) => ({
    table,
    row: `'of meter ' || meter_key || ' at ' || at_ms`,
    parent: 'reading',
    isThere: `EXISTS (SELECT 1 FROM reading WHERE reading.at_ms = ${table}.at_ms AND reading.meter_key = ${table}.meter_key)`,
  })),
  // Nobody would see a meter without these.
  ...['relay', 'meter_terms'].map((parent) => ({
    table: 'meter',
    row: 'meter_id',
    parent,
    isThere: `meter_key IN (SELECT meter_key FROM ${parent})`,
  })),
];

function findFirst<Item>(items: readonly Item[], find: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** What is no check of the tables, since it would cost a good part of what writing a row does. */
function findWrongRow(db: Database.Database): string | null {
  const transfer = db
    .prepare<[], number>(
      `SELECT transfer_key FROM transfer
       WHERE NOT ((kind IN (1, 3, 4)) = (meter_key IS NOT NULL) AND (meter_key IS NULL) = (id IS NOT NULL)
         AND (kind = 1) <= (reading_ms IS NOT NULL) AND coalesce(previous < transfer_key, 1)) LIMIT 1`,
    )
    .pluck()
    .get();
  if (transfer !== undefined)
    return `transfer ${transfer} lacks what its kind has, or has what another kind has`;
  const reading = db
    .prepare<[], { meter_key: number; at_ms: number }>(
      'SELECT meter_key, at_ms FROM reading WHERE is_late <> 1 LIMIT 1',
    )
    .get();
  return reading
    ? `the reading of meter ${reading.meter_key} at ${reading.at_ms} is neither late nor in time`
    : null;
}

function findWrongBalance(db: Database.Database): string | null {
  const row = db
    .prepare<[], { name: string; balance_micros: bigint; sum: bigint }>(
      `WITH moved AS (
         SELECT book_key, sum(change) AS sum FROM (
           SELECT credit AS book_key, amount_micros AS change FROM transfer
           UNION ALL SELECT debit, -amount_micros FROM transfer)
         GROUP BY book_key)
       SELECT name, balance_micros, coalesce(sum, 0) AS sum FROM book LEFT JOIN moved USING (book_key)
       WHERE coalesce(sum, 0) <> balance_micros LIMIT 1`,
    )
    .safeIntegers()
    .get();
  return row
    ? `book ${row.name} says ${row.balance_micros} micros, its transfers add up to ${row.sum}`
    : null;
}

function findOpenBooks(db: Database.Database): string | null {
  const sum = db
    .prepare<[], bigint>('SELECT coalesce(sum(balance_micros), 0) FROM book')
    .pluck()
    .safeIntegers()
    .get();
  return sum === 0n ? null : `all books together hold ${sum} micros`;
}

function findBrokenRegister(db: Database.Database): string | null {
  const fall = db
    .prepare<[], { meter_id: string; at_ms: number; energy_wh: number; wh_before: number }>(
      `SELECT meter_id, at_ms, energy_wh, wh_before FROM (
         SELECT meter_key, at_ms, energy_wh, lag(energy_wh) OVER register AS wh_before
         FROM reading WINDOW register AS (PARTITION BY meter_key ORDER BY at_ms)) JOIN meter USING (meter_key)
       WHERE energy_wh < wh_before LIMIT 1`,
    )
    .get();
  if (fall)
    return `meter ${fall.meter_id} fell from ${fall.wh_before} to ${fall.energy_wh} Wh at ${fall.at_ms}`;
  // A late reading is beside the chain, and begins at one of its steps.
  const step = db
    .prepare<[], { meter_id: string; at_ms: number }>(
      `SELECT meter_id, at_ms FROM (
         SELECT meter_key, at_ms, from_ms, lag(at_ms) OVER register AS ms_before
         FROM reading WHERE is_late IS NULL WINDOW register AS (PARTITION BY meter_key ORDER BY at_ms))
         JOIN meter USING (meter_key)
       WHERE from_ms <> coalesce(ms_before, at_ms) LIMIT 1`,
    )
    .get();
  if (step)
    return `meter ${step.meter_id} has a reading of ${step.at_ms} that does not follow the one before it`;
  const head = db
    .prepare<[], { meter_id: string; head_ms: number | null; last_ms: number | null }>(
      `SELECT meter_id, head_ms, (SELECT max(at_ms) FROM reading WHERE reading.meter_key = meter.meter_key) AS last_ms
       FROM meter LEFT JOIN head USING (meter_key)
       WHERE head_ms IS NOT last_ms OR head_wh IS NOT
         (SELECT energy_wh FROM reading WHERE reading.meter_key = meter.meter_key AND at_ms = head_ms) LIMIT 1`,
    )
    .get();
  if (head)
    return `meter ${head.meter_id} has its head at ${head.head_ms}, its last reading at ${head.last_ms}`;
  const ended = db
    .prepare<[], string>(
      'SELECT meter_id FROM meter JOIN head USING (meter_key) WHERE closed_ms < head_ms LIMIT 1',
    )
    .pluck()
    .get();
  return ended === undefined ? null : `meter ${ended} has a reading after it was taken down`;
}

/** What is added to a device's registers is what was recorded when a person settled a reading, and nothing before that. */
function findUnrecordedOffset(db: Database.Database): string | null {
  const row = db
    .prepare<[], { meter_id: string; offset_wh: number; recorded_wh: number }>(
      `SELECT meter_id, meter.offset_wh, coalesce(last.offset_wh, 0) AS recorded_wh
       FROM meter LEFT JOIN register_offset AS last ON last.meter_key = meter.meter_key AND from_ms =
         (SELECT max(from_ms) FROM register_offset WHERE register_offset.meter_key = meter.meter_key)
       WHERE meter.offset_wh <> coalesce(last.offset_wh, 0)
         OR meter.offset_export_wh <> coalesce(last.offset_export_wh, 0) LIMIT 1`,
    )
    .get();
  return row
    ? `meter ${row.meter_id} counts on by ${row.offset_wh} Wh, and ${row.recorded_wh} Wh were recorded`
    : null;
}

/** The lines count what the customer pays, so those of money that goes back to the customer are below zero. */
function findWrongLines(db: Database.Database): string | null {
  const row = db
    .prepare<[], { transfer_key: number; amount: number; sum: number | null }>(
      `SELECT transfer_key, amount, sum FROM (
         SELECT transfer_key, CASE WHEN debit IN (SELECT account_key FROM account) THEN amount_micros
             ELSE -amount_micros END AS amount,
           (SELECT sum(json_extract(line.value, '$[3]')) FROM json_each(lines) AS line) AS sum
         FROM transfer WHERE meter_key IS NOT NULL)
       WHERE sum IS NOT amount LIMIT 1`,
    )
    .get();
  return row
    ? `transfer ${row.transfer_key} moves ${row.amount} micros, its lines add up to ${row.sum}`
    : null;
}

function findBrokenAccount(db: Database.Database): string | null {
  const row = db
    .prepare<[], { transfer_key: number; previous: number | null; before: number | null }>(
      `SELECT transfer_key, previous, before FROM (
         SELECT transfer_key, previous, lag(transfer_key) OVER account AS before
         FROM transfer JOIN account ON account_key IN (debit, credit)
         WINDOW account AS (PARTITION BY account_key ORDER BY transfer_key))
       WHERE previous IS NOT before LIMIT 1`,
    )
    .get();
  if (row) return `transfer ${row.transfer_key} follows ${row.before} and says ${row.previous}`;
  const last = db
    .prepare<[], { name: string; last_transfer: number | null; newest: number | null }>(
      `WITH last AS (
         SELECT account_key, max(transfer_key) AS newest FROM transfer JOIN account ON account_key IN (debit, credit)
         GROUP BY account_key)
       SELECT name, last_transfer, newest FROM account JOIN book ON book_key = account_key LEFT JOIN last USING (account_key)
       WHERE last_transfer IS NOT newest LIMIT 1`,
    )
    .get();
  return last
    ? `${last.name} has its last transfer at ${last.last_transfer}, the newest is ${last.newest}`
    : null;
}

function findRelayAstray(db: Database.Database): string | null {
  const row = db
    .prepare<[], { meter_id: string; desired: string; supply: string }>(
      `SELECT meter_id, desired, supply FROM relay JOIN meter USING (meter_key) JOIN account USING (account_key)
       WHERE closed_ms IS NULL AND desired = 'off' AND supply = 'on' LIMIT 1`,
    )
    .get();
  return row ? `the relay of ${row.meter_id} is wanted ${row.desired}, its account says ${row.supply}` : null;
}
