import type { AccountCard } from '../lib/ledger/account';
import type { DueAccount } from '../lib/ledger/notice-shelf';
import { hourRates } from '../lib/notice/hour-rates';
import type { CalendarKind } from '../lib/notice/notice-calendar';
import { statementFigures } from '../lib/notice/statement-figures';
import { tipFigures } from '../lib/notice/weekly-tip';
import type { Figures } from '../lib/policy/account-situation';
import type { Site } from '../lib/site/site';
import { errorText } from '../lib/text/to-error';
import { DAY_MS } from '../lib/time/calendar-date';
import type { LocalDay } from '../lib/time/local-days';
import { wallMoment } from '../lib/time/wall-moment';
import type { UseDesk } from './use-desk';

/** So many accounts are looked at in one turn; between them readings are committed. */
const ACCOUNTS_PER_TURN = 50;
const PERIODS_PER_TURN = 10;
const DAYS_PER_WEEK = 7;
/** An account that is new begins with the next period: of the last one it knows nothing. */
const NEVER_LOOKED_AT_MS = 0;

export interface CalendarSettings {
  makesStatements: boolean;
  makesTips: boolean;
  calendarMinute: number;
}

interface Plan {
  nextMs: number;
  notice: { period: string; figures: Figures } | null;
}

/** Makes what nothing but the calendar asks for: statements, the summary of them for the office, and weekly tips. */
export class CalendarDesk {
  private isBusy = false;
  /** At a start nobody knows whether a summary is missing. */
  private maySumUp = true;
  /** What a tariff's households used, for the week that is being told of. */
  private readonly totals = new Map<string, { accounts: number; usedWh: number }>();
  private totalsWeek = '';
  /** How far the accounts have been gone through for their use in a week; to the end of them, Infinity. */
  private noted = { week: '', toKey: 0 };

  constructor(
    private readonly site: Site,
    private readonly use: UseDesk,
    private readonly settings: CalendarSettings,
    /** Hears of accounts for which nothing could be made. */
    private readonly onFault: (error: Error) => void,
  ) {}

  /** Makes some of what is due; true when there may be more. Does nothing while it is still at it. */
  async turn(): Promise<boolean> {
    if (this.isBusy) return false;
    this.isBusy = true;
    try {
      const isMore = this.settings.makesStatements && (await this.statements());
      return (this.settings.makesTips && (await this.tips())) || isMore;
    } finally {
      this.isBusy = false;
    }
  }

  private async statements(): Promise<boolean> {
    const due = this.site.store.notices.dueAccounts('statement', this.site.nowMs(), ACCOUNTS_PER_TURN);
    for (const account of due)
      if (await this.make('statement', account, (card) => this.statementOf(card, account)))
        this.maySumUp = true;
    if (due.length === 0 && this.maySumUp) await this.summaries();
    return due.length === ACCOUNTS_PER_TURN;
  }

  private statementOf(card: AccountCard, { dueMs }: DueAccount): Plan {
    const nowMs = this.site.nowMs();
    const periods = this.use.periodsOf(card);
    // Without a tariff there is no period; a day later there may be.
    if (!periods) return { nextMs: nowMs + DAY_MS, notice: null };
    const current = periods.at(nowMs);
    const nextMs = this.momentOn(this.use.days.day(current.toDay));
    const beginMs = this.momentOn(this.use.days.day(current.fromDay));
    if (dueMs === NEVER_LOOKED_AT_MS) return { nextMs: nowMs < beginMs ? beginMs : nextMs, notice: null };
    if (nowMs < beginMs) return { nextMs: beginMs, notice: null };
    const last = periods.at(current.fromMs - 1);
    const statement = this.site.store.statement(card.accountId, last.fromMs, last.toMs);
    const figures = statement ? statementFigures(statement, last.label) : null;
    return { nextMs, notice: figures && { period: last.label, figures } };
  }

  /** Only when no statement is missing any more. */
  private async summaries(): Promise<void> {
    const { notices } = this.site.store;
    const periods = notices.periodsToSum(PERIODS_PER_TURN);
    for (const period of periods)
      await this.site.post({ type: 'summary', period, figures: { period, ...notices.totals(period) } });
    this.maySumUp = periods.length === PERIODS_PER_TURN;
  }

  private async tips(): Promise<boolean> {
    const nowMs = this.site.nowMs();
    const { notices } = this.site.store;
    const today = this.use.days.dayAt(nowMs);
    const monday = this.use.days.day(today.dayNumber - today.weekday);
    const nextMonday = this.use.days.day(monday.dayNumber + DAYS_PER_WEEK);
    const beginMs = this.momentOn(monday);
    // Households can be compared once the use of all of them is known.
    if (nowMs >= beginMs && (await this.noteUses(monday, nowMs)) > 0) return true;
    const due = notices.dueAccounts('tip', nowMs, ACCOUNTS_PER_TURN);
    for (const account of due) {
      const plan = (card: AccountCard): Plan => {
        if (nowMs < beginMs) return { nextMs: beginMs, notice: null };
        const isTold = account.dueMs !== NEVER_LOOKED_AT_MS && !card.isOptedOut;
        const figures = isTold ? this.tipOf(card, monday) : null;
        return {
          nextMs: this.momentOn(nextMonday),
          notice: figures && { period: monday.date, figures },
        };
      };
      // Who was not due when the others were gone through.
      if (nowMs >= beginMs && notices.weekUse(account.accountId)?.week !== monday.date)
        await this.noteUse(account.accountId, monday);
      await this.make('tip', account, plan);
    }
    return due.length === ACCOUNTS_PER_TURN;
  }

  /** Goes on through the accounts, each once in a week: to begin anew each time would take longer with each turn. */
  private async noteUses(monday: LocalDay, nowMs: number): Promise<number> {
    if (this.noted.week !== monday.date) this.noted = { week: monday.date, toKey: 0 };
    const { noted } = this;
    if (noted.toKey === Infinity) return 0;
    const unknown = this.site.store.notices.dueWithoutUse(monday.date, nowMs, noted.toKey, ACCOUNTS_PER_TURN);
    for (const { accountKey, accountId } of unknown) {
      await this.noteUse(accountId, monday);
      noted.toKey = accountKey;
    }
    if (unknown.length === 0) noted.toKey = Infinity;
    return unknown.length;
  }

  private tipOf(card: AccountCard, monday: LocalDay): Figures | null {
    const known = this.site.store.notices.weekUse(card.accountId);
    if (known?.week !== monday.date || known.usedWh === null || known.beforeWh === null) return null;
    const { usedWh, beforeWh, tariffId } = known;
    const meter = this.use.pricedMeter(card);
    const tomorrow = this.use.days.day(this.use.days.dayAt(this.site.nowMs()).dayNumber + 1);
    return tipFigures({
      usedWh,
      beforeWh,
      similar: this.totalOf(monday.date, tariffId),
      hoursWh: this.use.weekBefore(card, monday).hoursWh,
      ratesMicros: meter && hourRates(meter, this.use.days, tomorrow),
    });
  }

  private async noteUse(accountId: string, monday: LocalDay): Promise<void> {
    const use = { tariffId: '', usedWh: null as number | null, beforeWh: null as number | null };
    try {
      const card = this.site.store.accountCard(accountId);
      const { usedWh, beforeWh } = card ? this.use.weekBefore(card, monday) : use;
      Object.assign(use, { tariffId: card ? this.use.tariffOf(card) : '', usedWh, beforeWh });
    } catch (error) {
      this.onFault(new Error(`the use of account ${accountId} is not known: ${errorText(error)}`));
    }
    await this.site.post({ type: 'weekUse', accountId, week: monday.date, ...use });
  }

  private totalOf(week: string, tariffId: string): { accounts: number; usedWh: number } {
    if (week !== this.totalsWeek) this.totals.clear();
    this.totalsWeek = week;
    const known = this.totals.get(tariffId);
    if (known) return known;
    const total = this.site.store.notices.weekTotal(week, tariffId);
    this.totals.set(tariffId, total);
    return total;
  }

  /** Whether a notice was made. An account that has a fault does not hold up the others, and is looked at again later. */
  private async make(
    kind: CalendarKind,
    { accountId, dueMs }: DueAccount,
    planFor: (card: AccountCard) => Plan,
  ): Promise<boolean> {
    const plan = this.planned(accountId, planFor);
    const result = await this.site.post({ type: 'calendarNotice', accountId, kind, dueMs, ...plan });
    return result.outcome === 'recorded' && result.notices !== undefined;
  }

  private planned(accountId: string, planFor: (card: AccountCard) => Plan): Plan {
    const later = { nextMs: this.site.nowMs() + DAY_MS, notice: null };
    try {
      const card = this.site.store.accountCard(accountId);
      return card ? planFor(card) : later;
    } catch (error) {
      this.onFault(new Error(`nothing could be made for account ${accountId}: ${errorText(error)}`));
      return later;
    }
  }

  private momentOn(day: LocalDay): number {
    return wallMoment(this.use.days, day, this.settings.calendarMinute);
  }
}
