import type { BillingRule } from '../../../nodes/lib/tariff/billing-period';

/** The calendar of the second pricing: it asks Intl what the clock on the wall shows, minute by minute. */
export const MINUTE_MS = 60_000;

export interface Wall {
  date: string;
  hour: number;
}

export type ReadWall = (atMs: number) => Wall;

export function wallOf(timeZone: string): ReadWall {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const seen = new Map<number, Wall>();
  return (atMs) => {
    const known = seen.get(atMs);
    if (known) return known;
    const text = format.format(atMs);
    const wall = { date: text.slice(0, 10), hour: Number(text.slice(11, 13)) };
    seen.set(atMs, wall);
    return wall;
  };
}

export function shiftDate(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

const HOUR_MS = 60 * MINUTE_MS;

/** Whether a date ever came: a zone that moves over the date line leaves one out. */
export function hasCome(date: string, readWall: ReadWall): boolean {
  const midnightMs = Date.parse(`${date}T00:00:00Z`);
  for (let hour = -24; hour < 48; hour += 1)
    if (readWall(midnightMs + hour * HOUR_MS).date === date) return true;
  return false;
}

/** The date a billing period began, by walking back day by day. */
function periodStart(date: string, rule: BillingRule): string {
  let start = date;
  switch (rule.kind) {
    case 'month':
      while (Number(start.slice(8)) !== rule.anchorDay) start = shiftDate(start, -1);
      return start;
    case 'days':
      while ((Date.parse(start) - Date.parse(rule.firstDate)) % (rule.days * 86_400_000) !== 0)
        start = shiftDate(start, -1);
      return start;
    case 'list':
      while (!rule.periods.some(({ fromDate }) => fromDate === start)) start = shiftDate(start, -1);
      return start;
  }
}

/** All dates of the period that holds this one. */
export function periodDates(date: string, rule: BillingRule): string[] {
  const start = periodStart(date, rule);
  const dates = [start];
  for (;;) {
    const next = shiftDate(start, dates.length);
    if (rule.kind === 'list' && next === rule.endDate) return dates;
    if (periodStart(next, rule) !== start) return dates;
    dates.push(next);
  }
}
