import { DAY_MS, dateOf, weekdayOf } from './calendar-date';
import { wallClock } from './wall-clock';

export const HOUR_MS = 3_600_000;

/** Offsets from UTC stay below this everywhere, so a clock change that moves a midnight lies within it. */
const SEARCH_MS = 18 * HOUR_MS;
/** From 1970 to the end of the year 9998: what a date in four digits can say, with room for a search. */
const MAX_MS = 253_370_764_800_000;
/** Eleven years of days; past it the oldest is forgotten and, when asked for, found again. */
const MAX_DAYS_KEPT = 4_096;

/** A day of the wall clock. A day with a clock change is longer or shorter; one that was skipped has no length. */
export interface LocalDay {
  date: string;
  dayNumber: number;
  /** 0 is Monday, 6 is Sunday. */
  weekday: number;
  fromMs: number;
  toMs: number;
}

/** A stretch of a day in which the wall clock shows one hour, 0 to 23. A repeated hour occurs as long as it lasts. */
export interface WallHour {
  hour: number;
  fromMs: number;
  toMs: number;
}

export interface LocalDays {
  readonly timeZone: string;
  /** The day that holds this moment. */
  dayAt(atMs: number): LocalDay;
  /** The day with this number, also when it has no length. */
  day(dayNumber: number): LocalDay;
  /** The wall clock's hours of a day in their order. */
  hoursOf(day: LocalDay): WallHour[];
}

type Offset = (atMs: number) => number;

/**
 * The days of an IANA zone as UTC boundaries. A day begins at the first moment whose local date is this day or a later
 * one, so days never overlap and leave no gap, even where clocks go back over midnight.
 */
export function localDays(timeZone: string): LocalDays {
  const offset = offsetOf(timeZone);
  const kept = new Map<number, LocalDay>();
  let latest: LocalDay | undefined;

  const day = (dayNumber: number): LocalDay => {
    const known = kept.get(dayNumber);
    if (known) return known;
    const found = {
      date: dateOf(dayNumber),
      dayNumber,
      weekday: weekdayOf(dayNumber),
      fromMs: startOf(dayNumber, offset),
      toMs: startOf(dayNumber + 1, offset),
    };
    const oldest = kept.size >= MAX_DAYS_KEPT ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(dayNumber, found);
    return found;
  };

  const dayAt = (atMs: number): LocalDay => {
    if (latest && atMs >= latest.fromMs && atMs < latest.toMs) return latest;
    checkTime(atMs);
    // Counted from the day asked for before, which is at most one off, so that a known day needs no look at the zone.
    const guess = latest && latest.dayNumber + Math.floor((atMs - latest.fromMs) / DAY_MS);
    let found = day(guess ?? Math.floor((atMs + offset(atMs)) / DAY_MS));
    while (atMs < found.fromMs) found = day(found.dayNumber - 1);
    while (atMs >= found.toMs) found = day(found.dayNumber + 1);
    latest = found;
    return found;
  };

  return { timeZone, dayAt, day, hoursOf: (of) => hoursBetween(of.fromMs, of.toMs, offset) };
}

export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

function checkTime(atMs: number): void {
  if (!Number.isSafeInteger(atMs) || atMs < 0 || atMs > MAX_MS) {
    throw new RangeError(`a time must be in whole milliseconds from 0 to ${MAX_MS}, got ${atMs}`);
  }
}

/** How far the zone's wall clock is ahead of UTC. */
function offsetOf(timeZone: string): Offset {
  const wallTime = wallClock(timeZone);
  return (atMs) => {
    const { year, month, day, hour, minute, second } = wallTime(atMs);
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
  };
}

/** The first moment in (fromMs, toMs] with another offset than at fromMs, or undefined when it does not change. */
function clockChange(fromMs: number, toMs: number, offset: Offset): number | undefined {
  const before = offset(fromMs);
  if (offset(toMs) === before) return undefined;
  let low = fromMs;
  let high = toMs;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offset(middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

function startOf(dayNumber: number, offset: Offset): number {
  const midnight = dayNumber * DAY_MS;
  const before = midnight - offset(midnight - SEARCH_MS);
  const changeMs = clockChange(midnight - SEARCH_MS, midnight + SEARCH_MS, offset);
  if (changeMs === undefined || before < changeMs) return before;
  // Clocks that jump over midnight begin the day at the jump; clocks that go back to before midnight, at the second one.
  return Math.max(changeMs, midnight - offset(changeMs));
}

function hoursBetween(fromMs: number, toMs: number, offset: Offset): WallHour[] {
  const hours: WallHour[] = [];
  if (fromMs === toMs) return hours;
  const changeMs = clockChange(fromMs, toMs - 1, offset) ?? toMs;
  for (let atMs = fromMs; atMs < toMs;) {
    const wallMs = atMs + offset(atMs);
    const untilMs = atMs < changeMs ? changeMs : toMs;
    const nextMs = Math.min(untilMs, atMs + HOUR_MS - (wallMs % HOUR_MS));
    hours.push({ hour: Math.floor((wallMs % DAY_MS) / HOUR_MS), fromMs: atMs, toMs: nextMs });
    atMs = nextMs;
  }
  return hours;
}
