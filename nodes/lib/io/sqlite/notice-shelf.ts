import type Database from 'better-sqlite3';
import type {
  AccountWithoutUse,
  DueAccount,
  NoticeDelivery,
  NoticeShelf,
  StatementTotals,
  WeekUse,
} from '../../ledger/notice-shelf';
import type { DeliveryState, Notice, NoticeChannel } from '../../notice/notice';
import type { CalendarKind } from '../../notice/notice-calendar';
import { NOTICE_COLUMNS, noticeOf, type NoticeRow } from './reports';

interface DeliveryRow extends NoticeRow {
  state: DeliveryState;
  not_before_ms: number;
  channel: NoticeChannel | null;
  attempt: number;
  tries: number;
  reason: string;
}

/** The column of an account that says when a notice is due. */
export const DUE_COLUMNS: Readonly<Record<CalendarKind, string>> = {
  statement: 'statement_ms',
  tip: 'tip_ms',
};

const DELIVERY = `SELECT state, not_before_ms, notice_delivery.channel, attempt, tries, reason, ${NOTICE_COLUMNS}
  JOIN notice_delivery USING (notice_id)`;
/** Among so many of the last ones it is looked for those of which nobody knows: a walk of milliseconds. */
const LOOKED_THROUGH = 20_000;
const OPEN = "state IN ('waiting', 'handed', 'taken')";

/** Reads how far notices have come, and whom the calendar asks to be told something. */
export class SqliteNoticeShelf implements NoticeShelf {
  private readonly selectNotice;
  private readonly selectDelivery;
  private readonly selectDue;
  private readonly countOpen;
  private readonly countHanded;
  private readonly selectUnderWay;
  private readonly selectUnconfirmed;
  private readonly selectDueAccounts;
  private readonly selectUnhanded;
  private readonly selectWithoutUse;
  private readonly selectWeekUse;
  private readonly selectWeekTotal;
  private readonly selectPeriods;
  private readonly selectTotals;

  constructor(db: Database.Database) {
    this.selectNotice = db.prepare<[number], NoticeRow>(`SELECT ${NOTICE_COLUMNS} WHERE notice_id = ?`);
    this.selectDelivery = db.prepare<[number], DeliveryRow>(`${DELIVERY} WHERE notice_id = ?`);
    this.selectDue = db.prepare<[number, number], DeliveryRow>(
      // The number of the delivery, not of the notice, is the one that the index is in order of.
      `${DELIVERY} WHERE ${OPEN} AND not_before_ms <= ? ORDER BY not_before_ms, notice_delivery.notice_id LIMIT ?`,
    );
    this.countOpen = db.prepare<[], number>(`SELECT count(*) FROM notice_delivery WHERE ${OPEN}`).pluck();
    this.countHanded = db
      .prepare<[NoticeChannel], number>(
        "SELECT count(*) FROM notice_delivery WHERE state IN ('handed', 'taken') AND channel = ?",
      )
      .pluck();
    this.selectUnderWay = db.prepare<[NoticeChannel, number, number], DeliveryRow>(
      `${DELIVERY} WHERE state IN ('handed', 'taken') AND notice_delivery.channel = ? AND not_before_ms < ? LIMIT ?`,
    );
    this.selectUnconfirmed = db.prepare<[number], DeliveryRow>(
      `${DELIVERY} WHERE state = 'unconfirmed'
         AND notice_delivery.notice_id > (SELECT max(notice_id) FROM notice_delivery) - ${LOOKED_THROUGH}
       ORDER BY notice_delivery.notice_id DESC LIMIT ?`,
    );
    const dueAccounts = (kind: CalendarKind): Database.Statement<[number, number], DueAccount> =>
      db.prepare(
        `SELECT account_id AS accountId, ${DUE_COLUMNS[kind]} AS dueMs FROM account
         WHERE ${DUE_COLUMNS[kind]} <= ? ORDER BY ${DUE_COLUMNS[kind]}, account_key LIMIT ?`,
      );
    this.selectDueAccounts = { statement: dueAccounts('statement'), tip: dueAccounts('tip') };
    this.selectUnhanded = db.prepare<[number, number], NoticeRow>(
      `SELECT ${NOTICE_COLUMNS} WHERE handed_at_ms IS NULL AND (period IS NOT NULL OR at_ms <= ?) ORDER BY notice_id LIMIT ?`,
    );
    this.selectWithoutUse = db.prepare<[number, number, string, number], AccountWithoutUse>(
      `SELECT account_key AS accountKey, account_id AS accountId FROM account LEFT JOIN week_use USING (account_key)
       WHERE account_key > ? AND tip_ms <= ? AND coalesce(week, '') <> ? ORDER BY account_key LIMIT ?`,
    );
    this.selectWeekUse = db.prepare<[string], WeekUse>(
      `SELECT week, tariff_id AS tariffId, used_wh AS usedWh, before_wh AS beforeWh
       FROM week_use JOIN account USING (account_key) WHERE account_id = ?`,
    );
    this.selectWeekTotal = db.prepare<[string, string], { accounts: number; usedWh: number }>(
      'SELECT count(used_wh) AS accounts, coalesce(sum(used_wh), 0) AS usedWh FROM week_use WHERE week = ? AND tariff_id = ?',
    );
    this.selectPeriods = db
      .prepare<[number], string>(
        // From one period to the next by the index: statements are as many as customers, periods are few.
        `WITH RECURSIVE made (period) AS (
           SELECT min(period) FROM notice WHERE kind = 'statement' AND period IS NOT NULL
           UNION ALL
           SELECT (SELECT min(period) FROM notice WHERE kind = 'statement' AND period > made.period)
           FROM made WHERE made.period IS NOT NULL)
         SELECT period FROM made WHERE period IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM notice WHERE kind = 'summary' AND notice.period = made.period AND coalesce(account_key, 0) = 0)
         ORDER BY period LIMIT ?`,
      )
      .pluck();
    this.selectTotals = db.prepare<[string], StatementTotals>(
      `SELECT count(*) AS statements, coalesce(sum(figures ->> 'usedWh'), 0) AS usedWh,
         coalesce(sum(figures ->> 'chargesMicros'), 0) AS chargesMicros,
         coalesce(sum(figures ->> 'paidMicros'), 0) AS paidMicros
       FROM notice WHERE kind = 'statement' AND period = ?`,
    );
  }

  notice(noticeId: number): Notice | undefined {
    const row = this.selectNotice.get(noticeId);
    return row && noticeOf(row);
  }

  delivery(noticeId: number): NoticeDelivery | undefined {
    const row = this.selectDelivery.get(noticeId);
    return row && deliveryOf(row);
  }

  dueDeliveries(nowMs: number, limit: number): NoticeDelivery[] {
    return this.selectDue.all(nowMs, limit).map(deliveryOf);
  }

  countUndelivered(): number {
    return this.countOpen.get() ?? 0;
  }

  countUnderWay(channel: NoticeChannel): number {
    return this.countHanded.get(channel) ?? 0;
  }

  underWay(channel: NoticeChannel, dueBeforeMs: number, limit: number): NoticeDelivery[] {
    return this.selectUnderWay.all(channel, dueBeforeMs, limit).map(deliveryOf);
  }

  unconfirmed(limit: number): NoticeDelivery[] {
    return this.selectUnconfirmed.all(limit).map(deliveryOf);
  }

  dueAccounts(kind: CalendarKind, nowMs: number, limit: number): DueAccount[] {
    return this.selectDueAccounts[kind].all(nowMs, limit);
  }

  unhanded(beforeMs: number, limit: number): Notice[] {
    return this.selectUnhanded.all(beforeMs, limit).map(noticeOf);
  }

  dueWithoutUse(week: string, nowMs: number, afterKey: number, limit: number): AccountWithoutUse[] {
    return this.selectWithoutUse.all(afterKey, nowMs, week, limit);
  }

  weekUse(accountId: string): WeekUse | undefined {
    return this.selectWeekUse.get(accountId);
  }

  weekTotal(week: string, tariffId: string): { accounts: number; usedWh: number } {
    return this.selectWeekTotal.get(week, tariffId) ?? { accounts: 0, usedWh: 0 };
  }

  periodsToSum(limit: number): string[] {
    return this.selectPeriods.all(limit);
  }

  totals(period: string): StatementTotals {
    const totals = this.selectTotals.get(period);
    if (!totals) throw new Error('a sum without a group is one row');
    return totals;
  }
}

function deliveryOf(row: DeliveryRow): NoticeDelivery {
  const { state, not_before_ms: notBeforeMs, channel, attempt, tries, reason } = row;
  return { notice: noticeOf(row), delivery: { state, notBeforeMs, channel, attempt, tries, reason } };
}
