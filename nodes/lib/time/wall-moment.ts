import { DAY_MS } from './calendar-date';
import type { LocalDay, LocalDays } from './local-days';

const MINUTES_PER_DAY = 1_440;
const MS_PER_MINUTE = 60_000;
const MINUTES_PER_HOUR = 60;
const TIME_OF_DAY = /^(\d{1,2}):(\d{2})$/;

/** The minute of a time such as 21:00; 24:00 is none, since it belongs to the next day. */
export function minuteOfDay(field: string, text: string): number {
  const match = TIME_OF_DAY.exec(text.trim());
  const minute = match ? Number(match[1]) * MINUTES_PER_HOUR + Number(match[2]) : NaN;
  if (!match || Number(match[2]) >= MINUTES_PER_HOUR || minute >= MINUTES_PER_DAY)
    throw new RangeError(`${field} must be a time of day such as 21:00, got "${text}"`);
  return minute;
}

/** The first moment of a day at which the wall clock shows this minute, or has passed it where clocks are put on. */
export function wallMoment(days: LocalDays, day: LocalDay, minute: number): number {
  if (day.toMs - day.fromMs === DAY_MS) return day.fromMs + minute * MS_PER_MINUTE;
  const hour = Math.floor(minute / MINUTES_PER_HOUR);
  const found = days.hoursOf(day).find((candidate) => candidate.hour >= hour);
  if (!found) return day.toMs;
  const past = found.hour === hour ? (minute % MINUTES_PER_HOUR) * MS_PER_MINUTE : 0;
  return Math.min(found.toMs, found.fromMs + past);
}
