import { DAY_MS, dateOf, dayNumberOf } from '../time/calendar-date';
import type { LocalDays } from '../time/local-days';
import { NoPrice } from './no-price';

/** How long months are for the utility. Dates are local dates, 'YYYY-MM-DD'. */
export type BillingRule =
  | { kind: 'month'; anchorDay: number }
  | { kind: 'days'; firstDate: string; days: number }
  /** Given periods, for a calendar we do not compute: each ends where the next begins, the last at `endDate`. */
  | { kind: 'list'; periods: { fromDate: string; label: string }[]; endDate: string };

export interface BillingPeriod {
  fromMs: number;
  toMs: number;
  label: string;
  /** The day numbers of its first day and of the day after its last. */
  fromDay: number;
  toDay: number;
}

interface DateRange {
  fromDay: number;
  toDay: number;
  label: string;
}

type FindRange = (dayNumber: number) => DateRange;

export interface BillingPeriods {
  /** The billing period that holds a moment. */
  at(atMs: number): BillingPeriod;
  /** The billing period of a date, also of one that the zone skipped. */
  ofDay(dayNumber: number): BillingPeriod;
}

export function billingPeriods(rule: BillingRule, days: LocalDays): BillingPeriods {
  const find = finderOf(rule);
  const ofDay = (dayNumber: number): BillingPeriod => {
    const { fromDay, toDay, label } = find(dayNumber);
    return { fromMs: days.day(fromDay).fromMs, toMs: days.day(toDay).fromMs, label, fromDay, toDay };
  };
  return { at: (atMs) => ofDay(days.dayAt(atMs).dayNumber), ofDay };
}

function finderOf(rule: BillingRule): FindRange {
  switch (rule.kind) {
    case 'month':
      return (dayNumber) => monthRange(dayNumber, rule.anchorDay);
    case 'days':
      return (dayNumber) => daysRange(dayNumber, dayOf(rule.firstDate), rule.days);
    case 'list':
      return listFinder(rule);
  }
}

/** A month from the 1st is labelled "2026-03", any other by its first day. */
function monthRange(dayNumber: number, anchorDay: number): DateRange {
  const date = new Date(dayNumber * DAY_MS);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth() - (date.getUTCDate() < anchorDay ? 1 : 0);
  const fromDay = Date.UTC(year, month, anchorDay) / DAY_MS;
  const label = dateOf(fromDay).slice(0, anchorDay === 1 ? 7 : 10);
  return { fromDay, toDay: Date.UTC(year, month + 1, anchorDay) / DAY_MS, label };
}

function daysRange(dayNumber: number, firstDay: number, length: number): DateRange {
  const fromDay = firstDay + Math.floor((dayNumber - firstDay) / length) * length;
  return { fromDay, toDay: fromDay + length, label: dateOf(fromDay) };
}

function listFinder({ periods, endDate }: BillingRule & { kind: 'list' }): FindRange {
  const ranges = periods.map(({ fromDate, label }, index) => ({
    fromDay: dayOf(fromDate),
    toDay: dayOf(periods[index + 1]?.fromDate ?? endDate),
    label,
  }));
  return (dayNumber) => {
    const range = ranges.find(({ fromDay, toDay }) => fromDay <= dayNumber && dayNumber < toDay);
    if (range) return range;
    const given = `the billing periods are given from ${periods[0]?.fromDate ?? 'no date'} to ${endDate}`;
    const cure = `approve a higher version with that day in its list, in force from the same moment as this one or from ${endDate}`;
    throw new NoPrice(
      'billing.endDate',
      endDate,
      `${given}, and ${dateOf(dayNumber)} is in none of them: ${cure}`,
    );
  };
}

function dayOf(date: string): number {
  const dayNumber = dayNumberOf(date);
  if (dayNumber === undefined) throw new RangeError(`a date must be written YYYY-MM-DD, got "${date}"`);
  return dayNumber;
}
