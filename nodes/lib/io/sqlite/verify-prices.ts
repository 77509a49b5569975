import type Database from 'better-sqlite3';
import { ZERO_MICROS } from '../../money/micros';
import { segmentsOf, type CurvePoint } from '../../meter/register-curve';
import { endOfStay } from '../../tariff/end-of-stay';
import type { MeterPlan } from '../../tariff/meter-plan';
import type { MeterState } from '../../tariff/meter-state';
import { accrueAsFarAs, changeOf, nextAccrualMs, price } from '../../tariff/price-curve';
import { errorText } from '../../text/to-error';
import { MeterCurve } from './meter-curve';
import { MeterFolds, readFold } from './meter-folds';
import { openingState } from './meter-stay';
import { TariffBook } from './tariff-book';

interface MeterRow {
  meter_key: number;
  meter_id: string;
  account_key: number;
  head_ms: number;
  head_wh: number;
  closed_ms: number | null;
  accrual_ms: number | null;
}

interface PaidRow {
  name: string;
  paid: bigint;
}

/**
 * Prices every meter again from its first reading, and compares what that comes to with what was paid to each account.
 * A meter that waits to be priced again has not paid the difference yet, and is left out.
 */
export function findWrongPrice(db: Database.Database): string | null {
  const tariffs = new TariffBook(db);
  const curve = new MeterCurve(db);
  const folds = new MeterFolds(db, curve, tariffs);
  const meters = db
    .prepare<[], MeterRow>(
      `SELECT meter_key, meter_id, account_key, head_ms, head_wh, closed_ms, accrual_ms FROM meter JOIN head USING (meter_key) WHERE rerate_ms IS NULL`,
    )
    .all();
  // All transfers of meters in one pass, since no index leads from a meter to its transfers.
  const paid = readPaid(db);
  const stays = new ClosedStays(db);
  for (const row of meters) {
    const { meter_key: meterKey, meter_id, head_ms: headMs } = row;
    const head = { meterKey, headMs };
    let fault: string | null;
    try {
      const plan = tariffs.planOf(meterKey, null);
      if (!plan) return `meter ${meter_id} has readings and no tariff`;
      const marks = marksOf(db, meterKey);
      const points = curve.since(head, 0);
      const opening = openingOf(marks, points, plan, tariffs);
      fault =
        stays.faultOf(row, opening) ??
        findChangedMark(marks, points, opening, plan, tariffs) ??
        meterFault(folds.atHead(head, plan), priceAll(opening, points, plan), row, plan, paid.get(meterKey));
    } catch (error) {
      fault = errorText(error);
    }
    if (fault !== null) return `meter ${meter_id}: ${fault}`;
  }
  return null;
}

/** A meter's first reading, with what it says itself that was paid before. */
function openingOf(
  [mark]: readonly MarkRow[],
  [first]: readonly CurvePoint[],
  plan: MeterPlan,
  tariffs: TariffBook,
): MeterState {
  if (!first) throw new Error('its head has no reading');
  if (mark?.at_ms !== first.atMs) throw new Error('has no mark at its first reading');
  return openingState(plan, first, readFold(mark.fold, tariffs).startMs);
}

/** Days can have been paid before only by a stay that ended before, of the same device or at the same account. */
class ClosedStays {
  private readonly selectClosed;

  constructor(db: Database.Database) {
    this.selectClosed = db
      .prepare<[string, number, number], number>(
        `SELECT 1 FROM meter WHERE (meter_id = ? OR account_key = ?) AND closed_ms <= ? LIMIT 1`,
      )
      .pluck();
  }

  faultOf({ meter_id, account_key }: MeterRow, { startMs, hadFromMs }: MeterState): string | null {
    if (startMs === hadFromMs || this.selectClosed.get(meter_id, account_key, hadFromMs) === 1) return null;
    return 'counts days as paid before its first reading, and no stay has ended before it';
  }
}

function priceAll(opening: MeterState, points: readonly CurvePoint[], plan: MeterPlan): MeterState {
  let state = opening;
  for (const segment of segmentsOf(points)) ({ state } = price(plan, state, segment));
  return state;
}

/** With the days that were paid, and with its end where the stay has ended. */
function fullState(priced: MeterState, kept: MeterState, row: MeterRow, plan: MeterPlan): MeterState {
  const { state } = accrueAsFarAs(plan, priced, kept);
  const { head_ms: headMs, head_wh: headWh, closed_ms: closedMs } = row;
  return closedMs === null ? state : endOfStay(plan, state, { headMs, headWh }, closedMs).state;
}

function meterFault(
  kept: MeterState | null,
  priced: MeterState,
  row: MeterRow,
  plan: MeterPlan,
  paid: ReadonlyMap<string, bigint> = new Map(),
): string | null {
  if (!kept) return 'has a reading and no prices';
  const full = fullState(priced, kept, row, plan);
  const [change] = changeOf(kept, full);
  if (change)
    return `${change.component} comes to ${change.amountMicros} micros more than what is remembered of it`;
  const changed = differenceOf(kept, full);
  if (changed !== null) return changed;
  if (row.closed_ms === null && row.accrual_ms === null && nextAccrualMs(plan, full) !== null)
    return 'has standing charges, and no day on which they are due';
  if (row.closed_ms !== null && row.accrual_ms !== null)
    return 'was taken down, and days are still due for it';
  const owed = new Map<string, bigint>();
  for (const { book, amountMicros } of changeOf(unpaid(full), full))
    owed.set(book, (owed.get(book) ?? 0n) + BigInt(amountMicros));
  for (const book of new Set([...owed.keys(), ...paid.keys()])) {
    const due = owed.get(book) ?? 0n;
    const got = paid.get(book) ?? 0n;
    if (due !== got) return `${book} should have been paid ${due} micros, and was paid ${got}`;
  }
  return null;
}

interface MarkRow {
  at_ms: number;
  fold: string;
}

function marksOf(db: Database.Database, meterKey: number): MarkRow[] {
  return db
    .prepare<[number], MarkRow>('SELECT at_ms, fold FROM checkpoint WHERE meter_key = ? ORDER BY at_ms')
    .all(meterKey);
}

/** What pricing starts from again one day has to be what the readings up to there come to. */
function findChangedMark(
  marks: readonly MarkRow[],
  points: readonly CurvePoint[],
  opening: MeterState,
  plan: MeterPlan,
  tariffs: TariffBook,
): string | null {
  let state = opening;
  const segments = segmentsOf(points);
  let atMs = opening.hadFromMs;
  for (const { at_ms, fold } of marks) {
    while (atMs < at_ms) {
      const next = segments.next();
      if (next.done === true) return `has a mark at ${at_ms} and no reading of that time`;
      ({ state } = price(plan, state, next.value));
      atMs = next.value.toMs;
    }
    if (atMs > at_ms) return `has a mark at ${at_ms} and no reading of that time`;
    const kept = readFold(fold, tariffs);
    const changed = differenceOf(kept, accrueAsFarAs(plan, state, kept).state);
    if (changed !== null) return `${changed}, at ${at_ms}`;
  }
  return null;
}

/** The first thing that is remembered otherwise than it is. */
function differenceOf(kept: MeterState, full: MeterState): string | null {
  for (const key of Object.keys(full) as (keyof MeterState)[]) {
    const [was, is] = [JSON.stringify(kept[key]), JSON.stringify(full[key])];
    if (was !== is) return `remembers ${key} of ${was}, and its readings come to ${is}`;
  }
  return null;
}

/** The same meter before it had cost anything. */
function unpaid(state: MeterState): MeterState {
  return { ...state, totals: state.totals.map(() => ZERO_MICROS), retired: [] };
}

function readPaid(db: Database.Database): Map<number, Map<string, bigint>> {
  const rows = db
    .prepare<[], PaidRow & { meter_key: bigint }>(
      `SELECT meter_key, book.name, sum(CASE WHEN book_key = credit THEN amount_micros ELSE -amount_micros END) AS paid
       FROM transfer JOIN book ON book_key IN (debit, credit)
       WHERE meter_key IS NOT NULL AND book_key NOT IN (SELECT account_key FROM account)
       GROUP BY meter_key, book_key`,
    )
    .safeIntegers()
    .all();
  const meters = new Map<number, Map<string, bigint>>();
  for (const { meter_key, name, paid } of rows) {
    const books = meters.get(Number(meter_key)) ?? new Map<string, bigint>();
    books.set(name, paid);
    meters.set(Number(meter_key), books);
  }
  return meters;
}
