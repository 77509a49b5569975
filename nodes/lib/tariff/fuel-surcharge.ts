import { dayNumberOf } from '../time/calendar-date';
import type { LocalDays } from '../time/local-days';
import type { EnergyRule } from './energy-rule';
import type { FuelSurcharge, Tariff } from './tariff';

/** Nothing before local midnight of its first day, its rate from then on. */
export function fuelSurchargeRule(
  { fromDate, rateMicrosPerKwh }: FuelSurcharge,
  _tariff: Tariff,
  days: LocalDays,
): EnergyRule {
  const dayNumber = dayNumberOf(fromDate);
  if (dayNumber === undefined) throw new RangeError(`fromDate must be a date, got "${fromDate}"`);
  const startMs = days.day(dayNumber).fromMs;
  const before = { toMs: startMs, blocks: [{ uptoWh: Infinity, rateMicrosPerKwh: 0 }] };
  const after = { toMs: Infinity, blocks: [{ uptoWh: Infinity, rateMicrosPerKwh }] };
  return (atMs) => (atMs < startMs ? before : after);
}
