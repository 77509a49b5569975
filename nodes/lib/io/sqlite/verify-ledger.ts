import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { SALES_ENERGY } from '../../ledger/book-names';
import { priceSegment, type FlatTariff } from '../../tariff/flat-tariff';
import { micros } from '../../money/micros';
import { hashBatch, readingLine, transferLine, type NewTransfer } from './commit-batch';

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
  { name: 'every balance is the sum of its transfers', find: findWrongBalance },
  { name: 'the books add up to zero', find: findOpenBooks },
  { name: 'every register only rises, and ends at its head', find: findBrokenRegister },
  { name: 'every stretch of register is charged once, at its tariff', find: findWrongCharge },
  { name: 'every batch follows from the one before', find: findBrokenBatch },
  { name: 'no relay is wanted off while its account says on', find: findRelayAstray },
];

/** Looks a whole ledger through, without changing it. It may be large, so each check reports as it ends. */
export function verifyLedger(file: string, report: (finding: Finding) => void): boolean {
  if (!existsSync(file)) throw new Error(`there is no ledger at ${file}`);
  const db = new Database(file, { readonly: true, fileMustExist: true });
  let isSound = true;
  try {
    // One view of the data for all checks, also beside a running Wattkeeper.
    db.exec('BEGIN');
    for (const { name, find } of CHECKS) {
      const fault = find(db);
      if (fault !== null) isSound = false;
      report({ check: name, fault });
    }
    return isSound;
  } finally {
    db.close();
  }
}

function findBrokenFile(db: Database.Database): string | null {
  const answer = db.pragma('integrity_check(1)', { simple: true });
  return answer === 'ok' ? null : String(answer);
}

function findLooseReference(db: Database.Database): string | null {
  const [row] = db.pragma('foreign_key_check') as { table: string; rowid: number | null; parent: string }[];
  return row ? `${row.table} row ${row.rowid ?? '?'} points at a missing row of ${row.parent}` : null;
}

function findWrongBalance(db: Database.Database): string | null {
  const row = db
    .prepare<[], { name: string; balance_micros: bigint; sum: bigint }>(
      `SELECT name, balance_micros, sum FROM (
         SELECT name, balance_micros,
           (SELECT coalesce(sum(amount_micros), 0) FROM transfer WHERE credit = book_key) -
           (SELECT coalesce(sum(amount_micros), 0) FROM transfer WHERE debit = book_key) AS sum
         FROM book)
       WHERE sum <> balance_micros LIMIT 1`,
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
  const step = db
    .prepare<[], { meter_id: string; at_ms: number; energy_wh: number; wh_before: number; from_ms: number }>(
      `SELECT meter_id, at_ms, energy_wh, wh_before, from_ms FROM (
         SELECT meter_key, at_ms, energy_wh, from_ms, lag(at_ms) OVER register AS ms_before,
           lag(energy_wh) OVER register AS wh_before
         FROM reading WINDOW register AS (PARTITION BY meter_key ORDER BY at_ms)) JOIN meter USING (meter_key)
       WHERE energy_wh < wh_before OR from_ms <> coalesce(ms_before, at_ms) LIMIT 1`,
    )
    .get();
  if (step && step.energy_wh < step.wh_before) {
    return `meter ${step.meter_id} fell from ${step.wh_before} to ${step.energy_wh} Wh at ${step.at_ms}`;
  }
  if (step)
    return `meter ${step.meter_id} has a reading of ${step.at_ms} that does not follow the one before it`;
  const head = db
    .prepare<[], { meter_id: string; head_ms: number | null; last_ms: number | null }>(
      `SELECT meter_id, head_ms, (SELECT max(at_ms) FROM reading WHERE reading.meter_key = meter.meter_key) AS last_ms
       FROM meter
       WHERE head_ms IS NOT last_ms OR head_wh IS NOT
         (SELECT energy_wh FROM reading WHERE reading.meter_key = meter.meter_key AND at_ms = head_ms) LIMIT 1`,
    )
    .get();
  return head
    ? `meter ${head.meter_id} has its head at ${head.head_ms}, its last reading at ${head.last_ms}`
    : null;
}

interface ChargedSegment {
  meter_id: string;
  from_ms: number;
  from_wh: number;
  at_ms: number;
  energy_wh: number;
  charges: number;
  amount_micros: number | null;
  tariff_id: string | null;
  version: number | null;
  rate_micros_per_kwh: number | null;
}

/** A step of the register has exactly one charge, with one exception: what costs nothing leaves no transfer. */
function findWrongCharge(db: Database.Database): string | null {
  const segments = db.prepare<[string], ChargedSegment>(
    `WITH step AS (
       SELECT meter_key, at_ms, energy_wh,
         lag(at_ms) OVER (PARTITION BY meter_key ORDER BY at_ms) AS from_ms,
         lag(energy_wh) OVER (PARTITION BY meter_key ORDER BY at_ms) AS from_wh
       FROM reading),
     charge AS (
       SELECT meter_key, reading_ms, count(*) AS charges, sum(amount_micros) AS amount_micros, min(tariff_key) AS tariff_key
       FROM transfer JOIN book ON book_key = credit AND book.name = ? WHERE kind = 1 GROUP BY meter_key, reading_ms)
     SELECT meter_id, coalesce(from_ms, at_ms) AS from_ms, coalesce(from_wh, energy_wh) AS from_wh, at_ms, energy_wh,
       coalesce(charges, 0) AS charges, amount_micros, tariff_id, version, rate_micros_per_kwh
     FROM step JOIN meter USING (meter_key)
       LEFT JOIN charge ON charge.meter_key = step.meter_key AND charge.reading_ms = step.at_ms
       LEFT JOIN tariff_version USING (tariff_key)`,
  );
  const tariffs = readTariffs(db);
  for (const segment of segments.iterate(SALES_ENERGY)) {
    const fault = chargeFault(segment, tariffs);
    if (fault !== null) return `meter ${segment.meter_id}, reading of ${segment.at_ms}: ${fault}`;
  }
  return null;
}

function readTariffs(db: Database.Database): FlatTariff[] {
  return db
    .prepare<[], { tariffId: string; version: number; rate: number }>(
      'SELECT tariff_id AS tariffId, version, rate_micros_per_kwh AS rate FROM tariff_version',
    )
    .all()
    .map(({ tariffId, version, rate }) => ({ tariffId, version, rateMicrosPerKwh: micros(rate) }));
}

function chargeFault(row: ChargedSegment, tariffs: readonly FlatTariff[]): string | null {
  const usedWh = row.energy_wh - row.from_wh;
  const segment = { fromMs: row.from_ms, fromWh: row.from_wh, toMs: row.at_ms, toWh: row.energy_wh };
  if (usedWh < 0) return `the register fell by ${-usedWh} Wh`;
  if (row.charges > 1) return `${row.charges} charges for ${usedWh} Wh`;
  if (row.charges === 0) {
    // What costs nothing leaves no transfer, and so no tariff to price it by: at least one must make it free.
    const mayBeFree =
      usedWh === 0 || tariffs.some((tariff) => priceSegment(tariff, segment).amountMicros === 0);
    return mayBeFree ? null : `${usedWh} Wh were not charged`;
  }
  const { tariff_id: tariffId, version, rate_micros_per_kwh: rate } = row;
  if (tariffId === null || version === null || rate === null) return 'a charge without a tariff';
  const { amountMicros } = priceSegment({ tariffId, version, rateMicrosPerKwh: micros(rate) }, segment);
  if (amountMicros === row.amount_micros) return null;
  return `${usedWh} Wh cost ${amountMicros} micros by ${tariffId} version ${version}, charged ${row.amount_micros}`;
}

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

function findBrokenBatch(db: Database.Database): string | null {
  const batches = db.prepare<[], BatchRow>('SELECT batch, at_ms, hash FROM batch ORDER BY batch').all();
  const readings = new RowsByBatch(
    db
      .prepare<[], { batch: number; meter_key: number; at_ms: number; energy_wh: number; from_ms: number }>(
        'SELECT batch, meter_key, at_ms, energy_wh, from_ms FROM reading ORDER BY batch',
      )
      .iterate(),
  );
  const transfers = new RowsByBatch(
    db
      .prepare<[], NewTransfer & { batch: number; transferKey: number; atMs: number }>(
        `SELECT batch, transfer_key AS transferKey, id, debit, credit, amount_micros AS amountMicros, kind, at_ms AS atMs,
           ref, meter_key AS meterKey, reading_ms AS readingMs, tariff_key AS tariffKey
         FROM transfer ORDER BY batch`,
      )
      .iterate(),
  );
  let previous: BatchRow = { batch: 0, at_ms: 0, hash: Buffer.alloc(32) };
  let fault: string | null = null;
  // Both statements have to be read to their end, or the database cannot be closed.
  for (const row of batches) {
    const lines = [
      ...readings
        .upTo(row.batch)
        .map((reading) => readingLine(reading.meter_key, reading.at_ms, reading.energy_wh, reading.from_ms)),
      ...transfers
        .upTo(row.batch)
        .map((transfer) => transferLine(transfer.transferKey, transfer.atMs, transfer)),
    ];
    fault ??= batchFault(previous, row, lines);
    previous = row;
  }
  if (readings.upTo(Infinity).length + transfers.upTo(Infinity).length > 0)
    fault ??= 'rows belong to a batch that is missing';
  return fault;
}

function batchFault(previous: BatchRow, row: BatchRow, lines: string[]): string | null {
  if (row.batch !== previous.batch + 1) return `batch ${previous.batch + 1} is missing`;
  if (row.at_ms <= previous.at_ms) return `batch ${row.batch} is not later than the one before`;
  const hash = hashBatch(previous.hash, { number: row.batch, nowMs: row.at_ms, lines });
  return hash.equals(row.hash) ? null : `batch ${row.batch} does not match its hash: a row of it was changed`;
}

function findRelayAstray(db: Database.Database): string | null {
  const row = db
    .prepare<[], { meter_id: string; desired: string; supply: string }>(
      `SELECT meter_id, desired, supply FROM relay JOIN meter USING (meter_key) JOIN account USING (account_key)
       WHERE desired = 'off' AND supply = 'on' LIMIT 1`,
    )
    .get();
  return row ? `the relay of ${row.meter_id} is wanted ${row.desired}, its account says ${row.supply}` : null;
}
