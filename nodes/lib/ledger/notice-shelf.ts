import type { Micros } from '../money/micros';
import type { Delivery, Notice, NoticeChannel } from '../notice/notice';
import type { CalendarKind } from '../notice/notice-calendar';

export interface NoticeDelivery {
  notice: Notice;
  delivery: Delivery;
}

/** An account for which a notice of the calendar is due, and since when. */
export interface DueAccount {
  accountId: string;
  dueMs: number;
}

/** An account whose use is to be looked up; they come in the order of their keys. */
export interface AccountWithoutUse {
  accountKey: number;
  accountId: string;
}

/** What an account used in a week; null where its meters do not say. */
export interface WeekUse {
  week: string;
  tariffId: string;
  usedWh: number | null;
  beforeWh: number | null;
}

/** What all statements of a period come to. */
export interface StatementTotals {
  statements: number;
  usedWh: number;
  chargesMicros: Micros;
  paidMicros: Micros;
}

/** What a ledger knows of notices on their way and of those that come with the calendar. */
export interface NoticeShelf {
  notice(noticeId: number): Notice | undefined;
  /** Undefined for a notice that nobody planned to deliver. */
  delivery(noticeId: number): NoticeDelivery | undefined;
  /** Notices to look at now, those that wait longest first. */
  dueDeliveries(nowMs: number, limit: number): NoticeDelivery[];
  /** How many are neither done nor given up. */
  countUndelivered(): number;
  /** How many a channel was handed and has not done with. */
  countUnderWay(channel: NoticeChannel): number;
  /** Of those a channel was handed, the ones that are to be looked at before a moment. */
  underWay(channel: NoticeChannel, dueBeforeMs: number, limit: number): NoticeDelivery[];
  /** Of the last thousands, those of which nobody knows whether they arrived, the newest first. */
  unconfirmed(limit: number): NoticeDelivery[];
  dueAccounts(kind: CalendarKind, nowMs: number, limit: number): DueAccount[];
  /** What nobody has taken over yet, the oldest first: what the calendar brought, and what was written before a moment. */
  unhanded(beforeMs: number, limit: number): Notice[];
  /** Of the accounts behind `afterKey` that are due for a tip, those whose use in this week is not known yet. */
  dueWithoutUse(week: string, nowMs: number, afterKey: number, limit: number): AccountWithoutUse[];
  weekUse(accountId: string): WeekUse | undefined;
  /** What all accounts of a tariff used in a week. */
  weekTotal(week: string, tariffId: string): { accounts: number; usedWh: number };
  /** Periods with statements that the office has no summary of, in the order of their labels. */
  periodsToSum(limit: number): string[];
  totals(period: string): StatementTotals;
}
