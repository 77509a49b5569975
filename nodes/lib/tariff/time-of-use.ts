import type { LocalDay, LocalDays } from '../time/local-days';
import type { EnergyRule, Stretch } from './energy-rule';
import type { HourlyRates, Tariff } from './tariff';

/** Over a year of days; past it the oldest is forgotten and, when asked for, found again. */
const MAX_DAYS_KEPT = 400;

/** A day as a list of stretches with one rate each, found once per day. */
export function timeOfUseRule(component: HourlyRates, tariff: Tariff, days: LocalDays): EnergyRule {
  const hoursOn = hoursByDay(component, tariff);
  const blocks = component.periods.map(({ rateMicrosPerKwh }) => [{ uptoWh: Infinity, rateMicrosPerKwh }]);
  const kept = new Map<number, Stretch[]>();

  const stretchesOf = (day: LocalDay): Stretch[] => {
    const known = kept.get(day.dayNumber);
    if (known) return known;
    const hours = hoursOn(day);
    const stretches: Stretch[] = [];
    for (const { hour, toMs } of days.hoursOf(day)) {
      const rate = blocks[hours[hour] ?? 0] ?? [];
      const before = stretches.at(-1);
      if (before?.blocks === rate) before.toMs = toMs;
      else stretches.push({ toMs, blocks: rate });
    }
    const oldest = kept.size >= MAX_DAYS_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(day.dayNumber, stretches);
    return stretches;
  };

  return (atMs) => {
    for (const stretch of stretchesOf(days.dayAt(atMs))) if (atMs < stretch.toMs) return stretch;
    throw new RangeError(`the day of ${atMs} ends before it`);
  };
}

/** The 24 periods of a day, by season, holiday and weekday. */
function hoursByDay({ grids }: HourlyRates, { seasons, holidays }: Tariff): (day: LocalDay) => number[] {
  const isHoliday = new Set(holidays);
  return ({ date, weekday }) => {
    const monthAndDay = date.slice(5);
    // A date before the year's first season is still in the last one of the year before.
    const latest = seasons.findLastIndex(({ from }) => from <= monthAndDay);
    const grid = grids.at(latest === -1 ? seasons.length - 1 : latest);
    const hours = isHoliday.has(date) ? grid?.holiday : grid?.week[weekday];
    return hours ?? [];
  };
}
