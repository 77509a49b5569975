import type Database from 'better-sqlite3';
import { micros } from '../../money/micros';
import type { MeterHistoryPoint, MeterSummary } from '../../ledger/report';
import type { Notice, NoticeKind } from '../../notice/notice';
import type { SupplyState } from '../../ledger/account';
import type { RelayRecord } from '../../ledger/store';
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
  warned_at_ms: number | null;
  head_ms: number | null;
  head_wh: number | null;
  power_w: number | null;
}

interface NoticeRow {
  notice_id: number;
  kind: NoticeKind;
  account_id: string;
  name: string;
  send_to: string;
  language: string;
  text: string;
  balance_micros: number;
  amount_micros: number | null;
  at_ms: number;
}

const RELAY_COLUMNS = `meter_id, dialect, state, issued_ms, is_protected, desired, reason, command_id, version, tries,
  reported FROM relay JOIN meter USING (meter_key) JOIN account USING (account_key)`;
const SUMMARY_COLUMNS = `meter_id, account_id, account.name, balance_micros, supply, reported, state, is_protected,
  warned_at_ms, head_ms, head_wh, power_w
  FROM meter JOIN account USING (account_key) JOIN book ON book_key = account_key JOIN relay USING (meter_key)`;
const NOTICE_COLUMNS = `notice_id, kind, account_id, account.name, send_to, notice.language, text, balance_micros, amount_micros, at_ms
  FROM notice JOIN account USING (account_key)`;

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
  private readonly selectRelay;
  private readonly selectUnsettled;
  private readonly selectBalance;

  constructor(db: Database.Database) {
    this.selectKnown = db.prepare<
      [string],
      { account_id: string; head_ms: number | null; head_wh: number | null }
    >('SELECT account_id, head_ms, head_wh FROM meter JOIN account USING (account_key) WHERE meter_id = ?');
    this.selectAccount = db
      .prepare<[string], number>('SELECT account_key FROM account WHERE account_id = ?')
      .pluck();
    this.countAllMeters = db.prepare<[], number>('SELECT count(*) FROM meter').pluck();
    this.selectSummaries = db.prepare<[], SummaryRow>(`SELECT ${SUMMARY_COLUMNS} ORDER BY meter_key`);
    this.selectSummary = db.prepare<[string], SummaryRow>(`SELECT ${SUMMARY_COLUMNS} WHERE meter_id = ?`);
    // Walked back from the head, reading by reading, then thinned to one point a bucket: with max(), SQLite takes the
    // other columns from the row that holds the maximum. The cast is needed since numbers are bound as floats, which
    // would divide without rounding.
    this.selectHistory = db.prepare<[string, number, number], { at_ms: number; energy_wh: number }>(
      `WITH RECURSIVE back (meter_key, at_ms, energy_wh, from_ms) AS (
         SELECT meter_key, at_ms, energy_wh, from_ms FROM reading JOIN meter USING (meter_key)
         WHERE meter_id = ? AND at_ms = head_ms
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
    this.selectMoment = db.prepare<[number, string], { head_ms: number | null; energy_wh: number | null }>(
      `SELECT head_ms, (SELECT energy_wh FROM reading WHERE reading.meter_key = meter.meter_key AND at_ms = ?) AS energy_wh
       FROM meter WHERE meter_id = ?`,
    );
    this.selectRelay = db.prepare<[string], RelayRow>(`SELECT ${RELAY_COLUMNS} WHERE meter_id = ?`);
    this.selectUnsettled = db.prepare<[number], RelayRow>(
      `SELECT ${RELAY_COLUMNS}
       WHERE state NOT IN ('idle', 'confirmed', 'expired') OR reported <> desired ORDER BY issued_ms LIMIT ?`,
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
    const { account_id: accountId, head_ms: atMs, head_wh: energyWh } = row;
    return { accountId, head: atMs === null || energyWh === null ? null : { atMs, energyWh } };
  }

  hasAccount(accountId: string): boolean {
    return this.selectAccount.get(accountId) !== undefined;
  }

  countMeters(): number {
    return this.countAllMeters.get() ?? 0;
  }

  balanceOf(accountId: string): number | undefined {
    return this.selectBalance.get(accountId);
  }

  storedMoment(meterId: string, atMs: number): StoredMoment {
    const row = this.selectMoment.get(atMs, meterId);
    return { headMs: row?.head_ms ?? null, energyWh: row?.energy_wh ?? null };
  }

  relay(meterId: string): RelayRecord | undefined {
    const row = this.selectRelay.get(meterId);
    return row && relayOf(row);
  }

  unsettledRelays(limit: number): RelayRecord[] {
    return this.selectUnsettled.all(limit).map(relayOf);
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

interface RelayRow {
  meter_id: string;
  issued_ms: number;
  is_protected: number;
  state: string;
  dialect: string;
  desired: SupplyState;
  reason: string;
  command_id: string;
  version: number;
  tries: number;
  reported: SupplyState | null;
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
    isWarned: row.warned_at_ms !== null,
    lastReadingMs: row.head_ms,
    energyWh: row.head_wh,
    powerW: row.power_w,
  };
}

function relayOf(row: RelayRow): RelayRecord {
  return {
    meterId: row.meter_id,
    dialect: row.dialect,
    state: row.state,
    issuedMs: row.issued_ms,
    isProtected: row.is_protected === 1,
    desired: row.desired,
    reason: row.reason,
    commandId: row.command_id,
    version: row.version,
    tries: row.tries,
    reported: row.reported,
  };
}

function noticeOf(row: NoticeRow): Notice {
  const balanceMicros = micros(row.balance_micros);
  return {
    noticeId: row.notice_id,
    kind: row.kind,
    accountId: row.account_id,
    name: row.name,
    to: row.send_to,
    language: row.language,
    text: row.text,
    atMs: row.at_ms,
    data:
      row.amount_micros === null
        ? { balanceMicros }
        : { balanceMicros, amountMicros: micros(row.amount_micros) },
  };
}
