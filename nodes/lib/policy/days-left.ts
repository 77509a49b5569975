import type { Micros } from '../money/micros';
import { weekdayOf } from '../time/calendar-date';
import type { LocalDays } from '../time/local-days';

/** What one complete local day cost. */
export interface DayCost {
  dayNumber: number;
  costMicros: Micros;
}

/** What a day of each weekday costs on average, Monday first. It changes once a day, so a ledger can keep it. */
export type WeekdayCosts = readonly number[];

/** How far back use says something about today. */
export const DAYS_LOOKED_AT = 28;
/** Nobody plans further ahead. */
export const MAX_DAYS_LEFT = 366;
const DAYS_PER_WEEK = 7;
const TENTHS = 10;

/** How many days the money above the cut-off lasts at the usual cost; tenths are rounded down. */
export function daysLeft(
  means: WeekdayCosts | null,
  moneyMicros: Micros,
  days: LocalDays,
  nowMs: number,
): number | null {
  if (means === null) return null;
  const today = days.dayAt(nowMs);
  let left = Number(moneyMicros);
  if (left <= 0) return 0;
  const lengthMs = today.toMs - today.fromMs;
  const restMs = today.toMs - nowMs;
  const restCost = Number((BigInt(means[today.weekday] ?? 0) * BigInt(restMs)) / BigInt(lengthMs));
  const restOfDay = restMs / lengthMs;
  if (left < restCost) return inTenths((left / restCost) * restOfDay);
  left -= restCost;
  for (let ahead = 1; ahead <= MAX_DAYS_LEFT; ahead += 1) {
    const cost = means[weekdayOf(today.dayNumber + ahead)] ?? 0;
    if (left < cost) return inTenths(restOfDay + ahead - 1 + left / cost);
    left -= cost;
  }
  return MAX_DAYS_LEFT;
}

/** What is used at the usual cost from now on for so many days and parts of one. */
export function costAhead(means: WeekdayCosts, days: LocalDays, nowMs: number, lastsDays: number): number {
  const today = days.dayAt(nowMs);
  const lengthMs = today.toMs - today.fromMs;
  const restOfDay = (today.toMs - nowMs) / lengthMs;
  const first = Math.min(lastsDays, restOfDay);
  let cost = (means[today.weekday] ?? 0) * first;
  let left = lastsDays - first;
  for (let ahead = 1; left > 0; ahead += 1, left -= 1)
    cost += (means[weekdayOf(today.dayNumber + ahead)] ?? 0) * Math.min(1, left);
  return cost;
}

/**
 * From complete days of the last 28 before `today`, a day number; null as long as not every weekday has been seen: one
 * reading says nothing about a week.
 */
export function weekdayCosts(costs: readonly DayCost[], today: number): WeekdayCosts | null {
  const sums = Array.from({ length: DAYS_PER_WEEK }, () => ({ micros: 0n, days: 0n }));
  for (const { dayNumber, costMicros } of costs) {
    const sum = sums[weekdayOf(dayNumber)];
    if (!sum || dayNumber >= today || dayNumber < today - DAYS_LOOKED_AT) continue;
    sum.micros += BigInt(costMicros);
    sum.days += 1n;
  }
  if (sums.some(({ days }) => days === 0n)) return null;
  // A day can earn money where solar power is fed in; it does not make the credit last longer than it is.
  return sums.map((sum) => Math.max(0, Number(sum.micros / sum.days)));
}

function inTenths(days: number): number {
  return Math.min(MAX_DAYS_LEFT, Math.floor(days * TENTHS) / TENTHS);
}
