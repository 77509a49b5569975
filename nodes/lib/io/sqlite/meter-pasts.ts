import type Database from 'better-sqlite3';
import type { MeterStay } from '../../ledger/store';
import type { PastStay } from '../../tariff/simulate';
import type { MeterCurve } from './meter-curve';
import type { MeterFolds } from './meter-folds';
import { MeterMarks } from './meter-marks';
import type { TariffBook } from './tariff-book';

interface StayRow {
  meter_id: string;
  account_key: number;
  head_ms: number | null;
  closed_ms: number | null;
  rerate_ms: number | null;
}

const STAYS = `meter_key AS meterKey, meter_id AS meterId, account_id AS accountId, customer.name
  FROM meter JOIN account USING (account_key) JOIN customer USING (customer_key)
  WHERE opened_ms < @toMs AND coalesce(closed_ms > @fromMs, TRUE)`;
const IN_ORDER = 'ORDER BY account_id, opened_ms, meter_key';

/** The past of meters, also of those that have gone, for whoever prices it by another tariff. */
export class MeterPasts {
  private readonly selectAll;
  private readonly selectNamed;
  private readonly selectStay;
  private readonly marks;

  constructor(
    db: Database.Database,
    private readonly tariffs: TariffBook,
    folds: MeterFolds,
    private readonly curve: MeterCurve,
  ) {
    this.selectAll = db.prepare<[{ fromMs: number; toMs: number }], MeterStay>(`SELECT ${STAYS} ${IN_ORDER}`);
    this.selectNamed = db.prepare<[{ fromMs: number; toMs: number; names: string }], MeterStay>(
      `SELECT ${STAYS} AND meter_id IN (SELECT value FROM json_each(@names)) ${IN_ORDER}`,
    );
    this.selectStay = db.prepare<[number], StayRow>(
      'SELECT meter_id, account_key, head_ms, closed_ms, rerate_ms FROM meter LEFT JOIN head USING (meter_key) WHERE meter_key = ?',
    );
    this.marks = new MeterMarks(db, curve, (text) => folds.read(text));
  }

  stays(meterIds: readonly string[] | null, fromMs: number, toMs: number): MeterStay[] {
    if (meterIds === null) return this.selectAll.all({ fromMs, toMs });
    return this.selectNamed.all({ fromMs, toMs, names: JSON.stringify(meterIds) });
  }

  past(meterKey: number, sinceMs: number): PastStay | undefined {
    const row = this.selectStay.get(meterKey);
    const plan = row && row.head_ms !== null ? this.tariffs.planOf(meterKey, null) : null;
    if (!row || !plan) return undefined;
    const { meter_id: meterId, account_key: accountKey, head_ms: headMs, closed_ms: closedMs } = row;
    const stay = { meterKey, meterId, headMs, account: { accountKey } };
    // What waits to be priced again is no ground to stand on, and neither are days that were paid beyond that moment.
    const mark = this.marks.before(stay, plan, Math.min(sinceMs, row.rerate_ms ?? sinceMs));
    const points = this.curve.since(stay, mark.atMs);
    return { points, state: mark.state, plan, openedMs: mark.firstMs, closedMs };
  }
}
