import type Database from 'better-sqlite3';
import { micros } from '../../money/micros';
import type { HeldReading, MeterHistoryPoint, MeterSummary } from '../../ledger/report';
import type { Notice, NoticeKind } from '../../notice/notice';
import type { Figures } from '../../policy/account-situation';
import type { SupplyState } from '../../ledger/account';
import type { ApprovedTariff } from '../../ledger/store';
import type { Tariff } from '../../tariff/tariff';
import type { StoredMoment } from '../../meter/intake';
import type { KnownMeter } from '../../meter/register-chain';

interface SummaryRow {
  meter_id: string;
  account_id: string;
  name: string;
  balance_micros: number;
  supply: SupplyState;
  reported: SupplyState | null;
  state: string;
  is_protected: number;
  warned_ms: number | null;
  head_ms: number | null;
  head_wh: number | null;
  power_w: number | null;
}

interface KnownRow {
  account_id: string;
  opened_ms: number;
  head_ms: number | null;
  head_wh: number | null;
  head_export_wh: number | null;
  offset_wh: number;
  offset_export_wh: number;
  load_w: number;
}

export interface NoticeRow {
  notice_id: number;
  kind: NoticeKind;
  account_id: string | null;
  name: string | null;
  send_to: string;
  language: string;
  text: string;
  figures: string;
  at_ms: number;
}

/** Where a meter's stay at an account has come to. */
interface Stay {
  meterKey: number;
  headMs: number | null;
  headExportWh: number | null;
}

const SUMMARY_COLUMNS = `meter_id, account_id, customer.name, balance_micros, supply, reported, state, is_protected,
  warned_ms, head_ms, head_wh, power_w
  FROM meter JOIN account USING (account_key) JOIN customer USING (customer_key) JOIN book ON book_key = account_key
    JOIN relay USING (meter_key) LEFT JOIN head USING (meter_key) LEFT JOIN account_policy USING (account_key)
  WHERE closed_ms IS NULL`;
export const NOTICE_COLUMNS = `notice_id, kind, account_id, customer.name, send_to, notice.language, text, figures, at_ms
  FROM notice LEFT JOIN account USING (account_key) LEFT JOIN customer USING (customer_key)`;

/** So many of each: foreign meters, and what is taken by itself, shall not hide what waits for a decision. */
const SELECT_HELD = `SELECT refusal_id AS refusalId, meter_id AS meterId, cause, field, value, reason, at_ms AS atMs,
    times, content
  FROM (
    SELECT *, row_number() OVER (
      PARTITION BY CASE WHEN cause IN ('unknown-meter', 'no-price') THEN cause END ORDER BY refusal_id) AS place
    FROM refusal WHERE kind = 'held' AND settled_as IS NULL
  ) WHERE place <= ? ORDER BY refusal_id`;

/** Everything that is read from the ledger and changes nothing. */
export class Reports {
  private readonly selectKnown;
  private readonly selectAccount;
  private readonly countAllMeters;
  private readonly selectSummaries;
  private readonly selectSummary;
  private readonly selectHistory;
  private readonly selectRecentNotices;
  private readonly selectUnhanded;
  private readonly selectMoment;
  private readonly selectStay;
  private readonly selectAccruals;
  private readonly selectReratings;
  private readonly selectHeld;
  private readonly selectTariffs;
  private readonly selectBalance;

  constructor(db: Database.Database) {
    this.selectKnown = db.prepare<[string], KnownRow>(
      `SELECT account_id, head_ms, head_wh, head_export_wh, offset_wh, offset_export_wh, opened_ms,
         coalesce((SELECT sanctioned_load_w FROM meter_terms AS terms WHERE terms.meter_key = meter.meter_key
           ORDER BY from_ms DESC LIMIT 1), 0) AS load_w
       FROM meter JOIN account USING (account_key) LEFT JOIN head USING (meter_key)
       WHERE meter_id = ? AND closed_ms IS NULL`,
    );
    this.selectAccount = db
      .prepare<[string], number>('SELECT account_key FROM account WHERE account_id = ?')
      .pluck();
    this.countAllMeters = db
      .prepare<[], number>('SELECT count(*) FROM meter WHERE closed_ms IS NULL')
      .pluck();
    this.selectSummaries = db.prepare<[], SummaryRow>(`SELECT ${SUMMARY_COLUMNS} ORDER BY meter_key`);
    this.selectSummary = db.prepare<[string], SummaryRow>(`SELECT ${SUMMARY_COLUMNS} AND meter_id = ?`);
    // Walked back from the head, reading by reading, then thinned to one point a bucket: with max(), SQLite takes the
    // other columns from the row that holds the maximum. The cast is needed since numbers are bound as floats, which
    // would divide without rounding.
    this.selectHistory = db.prepare<[string, number, number], { at_ms: number; energy_wh: number }>(
      `WITH RECURSIVE back (meter_key, at_ms, energy_wh, from_ms) AS (
         SELECT meter_key, at_ms, energy_wh, from_ms FROM reading JOIN meter USING (meter_key)
           JOIN head USING (meter_key)
         WHERE meter_id = ? AND closed_ms IS NULL AND at_ms = head_ms
         UNION ALL
         SELECT reading.meter_key, reading.at_ms, reading.energy_wh, reading.from_ms FROM back
           JOIN reading ON reading.at_ms = back.from_ms AND reading.meter_key = back.meter_key
         WHERE back.from_ms < back.at_ms AND back.from_ms >= ?)
       SELECT max(at_ms) AS at_ms, energy_wh FROM back GROUP BY at_ms / CAST(? AS INTEGER) ORDER BY at_ms`,
    );
    this.selectRecentNotices = db.prepare<[number], NoticeRow>(
      `SELECT ${NOTICE_COLUMNS} ORDER BY notice_id DESC LIMIT ?`,
    );
    this.selectUnhanded = db.prepare<[number], NoticeRow>(
      `SELECT ${NOTICE_COLUMNS} WHERE handed_at_ms IS NULL ORDER BY notice_id LIMIT ?`,
    );
    this.selectMoment = db.prepare<
      [number, number, string, number],
      { head_ms: number | null; shown_wh: number | null }
    >(
      `SELECT head_ms,
         (SELECT energy_wh FROM reading WHERE reading.meter_key = meter.meter_key AND at_ms = ?) - coalesce(
           (SELECT offset_wh FROM register_offset
            WHERE register_offset.meter_key = meter.meter_key AND from_ms <= ? ORDER BY from_ms DESC LIMIT 1), 0)
         AS shown_wh
       FROM meter LEFT JOIN head USING (meter_key) WHERE meter_id = ? AND opened_ms <= ? ORDER BY opened_ms DESC LIMIT 1`,
    );
    this.selectStay = db.prepare<[string, number], Stay>(
      `SELECT meter_key AS meterKey, head_ms AS headMs, head_export_wh AS headExportWh
       FROM meter LEFT JOIN head USING (meter_key) WHERE meter_id = ? AND opened_ms <= ? ORDER BY opened_ms DESC LIMIT 1`,
    );
    this.selectAccruals = db
      .prepare<[number, number], number>(
        'SELECT meter_key FROM meter WHERE accrual_ms <= ? ORDER BY accrual_ms LIMIT ?',
      )
      .pluck();
    this.selectReratings = db
      .prepare<[number], number>('SELECT meter_key FROM meter WHERE rerate_ms IS NOT NULL LIMIT ?')
      .pluck();
    this.selectHeld = db.prepare<[number], HeldReading>(SELECT_HELD);
    this.selectTariffs = db.prepare<[], Omit<ApprovedTariff, 'tariff'> & { body: string }>(
      `SELECT body, in_force_ms AS inForceMs, approved_ms AS approvedMs, approved_by AS approvedBy
       FROM tariff_version ORDER BY tariff_id, in_force_ms, version`,
    );
    this.selectBalance = db
      .prepare<[string], number>(
        'SELECT balance_micros FROM account JOIN book ON book_key = account_key WHERE account_id = ?',
      )
      .pluck();
  }

  knownMeter(meterId: string): KnownMeter | undefined {
    const row = this.selectKnown.get(meterId);
    if (!row) return undefined;
    const { account_id: accountId, head_ms: atMs, head_wh: energyWh, head_export_wh: exportWh } = row;
    return {
      accountId,
      openedMs: row.opened_ms,
      head: atMs === null || energyWh === null ? null : { atMs, energyWh, exportWh },
      offset: { energyWh: row.offset_wh, exportWh: row.offset_export_wh },
      loadW: row.load_w,
    };
  }

  hasAccount(accountId: string): boolean {
    return this.selectAccount.get(accountId) !== undefined;
  }

  countMeters(): number {
    return this.countAllMeters.get() ?? 0;
  }

  stayAt(meterId: string, atMs: number): Stay | undefined {
    return this.selectStay.get(meterId, atMs);
  }

  dueAccruals(nowMs: number, limit: number): number[] {
    return this.selectAccruals.all(nowMs, limit);
  }

  dueReratings(limit: number): number[] {
    return this.selectReratings.all(limit);
  }

  heldReadings(limit: number): HeldReading[] {
    return this.selectHeld.all(limit);
  }

  approvedTariffs(): ApprovedTariff[] {
    return this.selectTariffs
      .all()
      .map(({ body, ...rest }) => ({ ...rest, tariff: JSON.parse(body) as Tariff }));
  }

  balanceOf(accountId: string): number | undefined {
    return this.selectBalance.get(accountId);
  }

  storedMoment(meterId: string, atMs: number): StoredMoment {
    const row = this.selectMoment.get(atMs, atMs, meterId, atMs);
    return { headMs: row?.head_ms ?? null, energyWh: row?.shown_wh ?? null };
  }

  summaries(): MeterSummary[] {
    return this.selectSummaries.all().map(summaryOf);
  }

  summary(meterId: string): MeterSummary | undefined {
    const row = this.selectSummary.get(meterId);
    return row && summaryOf(row);
  }

  history(meterId: string, sinceMs: number, bucketMs: number): MeterHistoryPoint[] {
    const rows = this.selectHistory.all(meterId, sinceMs, bucketMs);
    return rows.map(({ at_ms, energy_wh }) => ({ atMs: at_ms, energyWh: energy_wh }));
  }

  recentNotices(limit: number): Notice[] {
    return this.selectRecentNotices.all(limit).map(noticeOf);
  }

  unhandedNotices(limit: number): Notice[] {
    return this.selectUnhanded.all(limit).map(noticeOf);
  }
}

function summaryOf(row: SummaryRow): MeterSummary {
  return {
    meterId: row.meter_id,
    accountId: row.account_id,
    name: row.name,
    balanceMicros: micros(row.balance_micros),
    supply: row.supply,
    reported: row.reported,
    relayState: row.state,
    isProtected: row.is_protected === 1,
    isWarned: row.warned_ms !== null,
    lastReadingMs: row.head_ms,
    energyWh: row.head_wh,
    powerW: row.power_w,
  };
}

export function noticeOf(row: NoticeRow): Notice {
  return {
    noticeId: row.notice_id,
    kind: row.kind,
    accountId: row.account_id ?? '',
    name: row.name ?? '',
    to: row.send_to,
    language: row.language,
    text: row.text,
    atMs: row.at_ms,
    data: JSON.parse(row.figures) as Figures,
  };
}
