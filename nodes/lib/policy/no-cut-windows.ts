import { DAY_MS, dayNumberOf } from '../time/calendar-date';
import type { LocalDay, LocalDays } from '../time/local-days';

/** Minutes of the wall clock; 1440 is the end of the day. */
export interface DayWindow {
  fromMinute: number;
  toMinute: number;
}

/** When nobody is cut, in the site's local time. */
export interface NoCutSet {
  /** The first local date of this set; null has always been. The latest that has begun is in force. */
  fromDate: string | null;
  /** Seven lists, Monday first. A night is the end of one day and the begin of the next. */
  week: readonly (readonly DayWindow[])[];
  /** No cut on these dates at all. */
  holidays: readonly string[];
  /** No cut on days such as the second Saturday of a month; 0 is Monday. */
  monthDays: readonly { nth: number; weekday: number }[];
  /** Dates with windows of their own, whatever else they are. */
  specialDays: readonly { date: string; windows: readonly DayWindow[] }[];
}

/** Why nobody may be cut now, and until when. */
export interface NoCut {
  because: 'weekly hours' | 'holiday' | 'day of the month' | 'special day';
  untilMs: number;
}

export const MINUTES_PER_DAY = 1_440;
const WHOLE_DAY: readonly DayWindow[] = [{ fromMinute: 0, toMinute: MINUTES_PER_DAY }];
const MS_PER_MINUTE = 60_000;
/** Longer than any row of holidays; whoever forbids cutting for ever is told the end of this. */
const MAX_DAYS_AHEAD = 31;

/** What forbids a cut at this moment, or null. */
export function noCutAt(sets: readonly NoCutSet[], days: LocalDays, nowMs: number): NoCut | null {
  let day = days.dayAt(nowMs);
  const first = windowAt(sets, days, day, nowMs);
  if (!first) return null;
  // Windows that touch are one stretch for people, also over midnight.
  let { untilMs } = first;
  const lastDay = day.dayNumber + MAX_DAYS_AHEAD;
  for (;;) {
    if (untilMs >= day.toMs) day = days.day(day.dayNumber + 1);
    if (day.dayNumber > lastDay) break;
    const next = windowAt(sets, days, day, untilMs);
    if (!next) break;
    untilMs = next.untilMs;
  }
  return { because: first.because, untilMs };
}

function windowAt(
  sets: readonly NoCutSet[],
  days: LocalDays,
  day: LocalDay,
  atMs: number,
): NoCut | undefined {
  const set = setInForce(sets, day.dayNumber);
  if (!set) return undefined;
  const { because, windows } = windowsOf(set, day);
  for (const window of windows) {
    const untilMs = msOf(days, day, window.toMinute, 'last');
    if (atMs >= msOf(days, day, window.fromMinute, 'first') && atMs < untilMs) return { because, untilMs };
  }
  return undefined;
}

function setInForce(sets: readonly NoCutSet[], dayNumber: number): NoCutSet | undefined {
  const beginOf = ({ fromDate }: NoCutSet): number =>
    fromDate === null ? -Infinity : (dayNumberOf(fromDate) ?? Infinity);
  return sets
    .filter((set) => beginOf(set) <= dayNumber)
    .reduce<NoCutSet | undefined>(
      (latest, set) => (latest && beginOf(latest) > beginOf(set) ? latest : set),
      undefined,
    );
}

function windowsOf(
  set: NoCutSet,
  { date, weekday }: LocalDay,
): { because: NoCut['because']; windows: readonly DayWindow[] } {
  const special = set.specialDays.find((candidate) => candidate.date === date);
  if (special) return { because: 'special day', windows: special.windows };
  if (set.holidays.includes(date)) return { because: 'holiday', windows: WHOLE_DAY };
  const nth = Math.ceil(Number(date.slice(8)) / 7);
  if (set.monthDays.some((candidate) => candidate.nth === nth && candidate.weekday === weekday))
    return { because: 'day of the month', windows: WHOLE_DAY };
  return { because: 'weekly hours', windows: set.week[weekday] ?? [] };
}

/**
 * The moment at which a day's wall clock shows a minute. An hour that occurs twice gives two; a minute that is skipped is
 * where the clock goes on. Taking the first for a begin and the last for an end leaves nobody's window shorter.
 */
function msOf(days: LocalDays, day: LocalDay, minute: number, which: 'first' | 'last'): number {
  if (minute >= MINUTES_PER_DAY) return day.toMs;
  // A day of 24 hours has no clock change to look for.
  if (day.toMs - day.fromMs === DAY_MS) return day.fromMs + minute * MS_PER_MINUTE;
  const hours = days.hoursOf(day);
  const hour = Math.floor(minute / 60);
  const isThis = (candidate: { hour: number }): boolean => candidate.hour === hour;
  const found = which === 'first' ? hours.find(isThis) : hours.findLast(isThis);
  const after = found ?? hours.find((candidate) => candidate.hour > hour);
  if (!after) return day.toMs;
  return found ? Math.min(found.toMs, found.fromMs + (minute % 60) * MS_PER_MINUTE) : after.fromMs;
}
