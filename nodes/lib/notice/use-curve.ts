import type { MeterHistoryPoint } from '../ledger/report';
import { registerAt } from '../tariff/register-at';
import type { LocalDay, LocalDays } from '../time/local-days';

export const HOURS_PER_DAY = 24;

/** Where a register stood at a moment, between the readings around it; null before the first and after the last. */
export function standAt(points: readonly MeterHistoryPoint[], atMs: number): number | null {
  const index = points.findLastIndex((point) => point.atMs <= atMs);
  const before = points[index];
  if (!before) return null;
  if (before.atMs === atMs) return before.energyWh;
  const after = points[index + 1];
  if (!after) return null;
  const { atMs: fromMs, energyWh: fromWh } = before;
  return registerAt({ fromMs, fromWh, toMs: after.atMs, toWh: after.energyWh }, atMs);
}

/** What was used between two moments; null where the readings do not reach so far. */
export function useBetween(
  points: readonly MeterHistoryPoint[],
  fromMs: number,
  toMs: number,
): number | null {
  const from = standAt(points, fromMs);
  const to = standAt(points, toMs);
  return from === null || to === null ? null : to - from;
}

/** What was used since a moment, as far as is known. */
export function useSince(points: readonly MeterHistoryPoint[], fromMs: number): number | null {
  const from = standAt(points, fromMs);
  const last = points.at(-1);
  return from === null || !last ? null : last.energyWh - from;
}

/** What was used in each hour of the wall clock, 0 to 23, over some days. */
export function useByHour(
  points: readonly MeterHistoryPoint[],
  days: LocalDays,
  over: readonly LocalDay[],
): number[] {
  const usedWh = new Array<number>(HOURS_PER_DAY).fill(0);
  for (const day of over)
    for (const { hour, fromMs, toMs } of days.hoursOf(day))
      usedWh[hour] = (usedWh[hour] ?? 0) + (useBetween(points, fromMs, toMs) ?? 0);
  return usedWh;
}
