import { micros } from '../money/micros';
import { HOUR_MS, type LocalDay, type LocalDays } from '../time/local-days';
import { DAYS_LOOKED_AT, weekdayCosts, type WeekdayCosts } from './days-left';

/** Where an account's meters stand, all together. */
export interface MetersNow {
  atMs: number;
  registerWh: number;
  /** All that the meters have ever cost. */
  costMicros: number;
  /** Which meters these are: with others, nothing before can be compared. */
  meters: string;
  periodFromMs: number;
  /** What energy has cost since the billing period began. */
  periodCostMicros: number;
}

/** One complete day: its number, what it cost, and what was used. */
type DayUse = readonly [dayNumber: number, costMicros: number, usedWh: number];

/**
 * What an account's use is compared with: a few numbers that are carried from day to day, so that no past has to be read.
 * Plain data: it is stored beside the balance.
 */
export interface UseRecord {
  meters: string;
  /** Where the meters stood when the present day began, or within it when the record is new. */
  dayNumber: number;
  dayWh: number;
  dayCostMicros: number;
  isWholeDay: boolean;
  lastMs: number;
  lastWh: number;
  periodFromMs: number;
  periodCostMicros: number;
  days: readonly DayUse[];
  /** Use by hour of the day; older days count less and less. */
  hoursWh: readonly number[];
}

const HOURS_PER_DAY = 24;
/** With fewer complete days nothing is usual yet. */
const LEAST_DAYS = 7;
/** Each day makes those before it count so much of what they did. */
const FADE = (DAYS_LOOKED_AT - 1) / DAYS_LOOKED_AT;

/** The record after another look at the meters. */
export function stepUse(before: UseRecord | null, now: MetersNow, days: LocalDays): UseRecord {
  const today = days.dayAt(now.atMs);
  if (before?.meters !== now.meters || now.atMs < before.lastMs) {
    const known = before ?? { days: [], hoursWh: new Array<number>(HOURS_PER_DAY).fill(0) };
    return { ...known, ...begunAt(now, today.dayNumber, false) };
  }
  const hoursWh = addHours(before, now, days);
  const period =
    before.periodFromMs === now.periodFromMs
      ? { periodFromMs: before.periodFromMs, periodCostMicros: before.periodCostMicros }
      : periodOf(now);
  const same = { ...before, hoursWh, ...period, lastMs: now.atMs, lastWh: now.registerWh };
  if (today.dayNumber === before.dayNumber) return same;
  const begun = begunAt(now, today.dayNumber, true);
  return {
    ...begun,
    ...period,
    days: completed(before, now, today.dayNumber),
    hoursWh: hoursWh.map((usedWh) => usedWh * FADE),
  };
}

function begunAt(
  now: MetersNow,
  dayNumber: number,
  isWholeDay: boolean,
): Omit<UseRecord, 'days' | 'hoursWh'> {
  const { meters, registerWh, costMicros, atMs } = now;
  return {
    meters,
    dayNumber,
    dayWh: registerWh,
    dayCostMicros: costMicros,
    isWholeDay,
    lastMs: atMs,
    lastWh: registerWh,
    ...periodOf(now),
  };
}

function periodOf({ periodFromMs, costMicros, periodCostMicros }: MetersNow): {
  periodFromMs: number;
  periodCostMicros: number;
} {
  return { periodFromMs, periodCostMicros: costMicros - periodCostMicros };
}

/** Days without any reading share what was used over them. A first day that was seen in part says nothing. */
function completed(before: UseRecord, now: MetersNow, today: number): readonly DayUse[] {
  const count = today - before.dayNumber;
  if (!before.isWholeDay || count > DAYS_LOOKED_AT) return before.days;
  const cost = Math.round((now.costMicros - before.dayCostMicros) / count);
  const usedWh = Math.round((now.registerWh - before.dayWh) / count);
  const added = Array.from({ length: count }, (_, index): DayUse => [before.dayNumber + index, cost, usedWh]);
  return [...before.days, ...added].filter(([dayNumber]) => dayNumber >= today - DAYS_LOOKED_AT);
}

function addHours(before: UseRecord, now: MetersNow, days: LocalDays): number[] {
  const hoursWh = before.hoursWh.slice();
  const usedWh = now.registerWh - before.lastWh;
  const lengthMs = now.atMs - before.lastMs;
  // A longer silence says nothing about hours.
  if (usedWh <= 0 || lengthMs <= 0 || lengthMs > HOURS_PER_DAY * HOUR_MS) return hoursWh;
  for (let atMs = before.lastMs; atMs < now.atMs;) {
    const day = days.dayAt(atMs);
    const hour = hourOf(day, atMs);
    const endMs = Math.min(now.atMs, day.toMs, day.fromMs + (hour + 1) * HOUR_MS);
    const place = Math.min(hour, HOURS_PER_DAY - 1);
    hoursWh[place] = (hoursWh[place] ?? 0) + (usedWh * (endMs - atMs)) / lengthMs;
    atMs = endMs;
  }
  return hoursWh;
}

function hourOf({ fromMs }: LocalDay, atMs: number): number {
  return Math.floor((atMs - fromMs) / HOUR_MS);
}

/** Today's use, and what is usual by this time of the day; null while too little is known. */
export function useToday(
  record: UseRecord,
  { atMs, registerWh }: Pick<MetersNow, 'atMs' | 'registerWh'>,
  days: LocalDays,
): { usedWh: number; usualWh: number | null } {
  return { usedWh: registerWh - record.dayWh, usualWh: usualBy(record, atMs, days) };
}

function usualBy({ days, hoursWh }: UseRecord, atMs: number, calendar: LocalDays): number | null {
  const wholeWh = hoursWh.reduce((sum, usedWh) => sum + usedWh, 0);
  if (days.length < LEAST_DAYS || wholeWh <= 0) return null;
  const meanWh = days.reduce((sum, [, , usedWh]) => sum + usedWh, 0) / days.length;
  const today = calendar.dayAt(atMs);
  const hour = Math.min(hourOf(today, atMs), HOURS_PER_DAY - 1);
  const before = hoursWh.slice(0, hour).reduce((sum, usedWh) => sum + usedWh, 0);
  const inHour = Math.min(1, (atMs - today.fromMs - hour * HOUR_MS) / HOUR_MS);
  return Math.round((meanWh * (before + (hoursWh[hour] ?? 0) * inHour)) / wholeWh);
}

export function costsByWeekday({ days, dayNumber }: UseRecord): WeekdayCosts | null {
  return weekdayCosts(
    days.map(([day, costMicros]) => ({ dayNumber: day, costMicros: micros(costMicros) })),
    dayNumber,
  );
}
