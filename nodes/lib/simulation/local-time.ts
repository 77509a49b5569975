const MS_PER_MINUTE = 60_000;
const MINUTES_PER_DAY = 1_440;
/** 1 January 1970 was a Thursday; Sunday counts as 0. */
const FIRST_WEEKDAY = 4;

/** A moment as people in the neighbourhood see it on the wall. */
export interface LocalTime {
  /** Days since 1 January 1970. */
  day: number;
  minuteOfDay: number;
  isWeekend: boolean;
  /** From 0 on 1 January to about 1 on 31 December. */
  yearShare: number;
}

const DAYS_PER_YEAR = 365.25;

/** Takes local wall time apart; `localMs` is UTC milliseconds plus the zone's offset. */
export function localTime(localMs: number): LocalTime {
  const minute = Math.floor(localMs / MS_PER_MINUTE);
  const day = Math.floor(minute / MINUTES_PER_DAY);
  const weekday = (day + FIRST_WEEKDAY) % 7;
  return {
    day,
    minuteOfDay: minute - day * MINUTES_PER_DAY,
    isWeekend: weekday === 0 || weekday === 6,
    yearShare: (day % DAYS_PER_YEAR) / DAYS_PER_YEAR,
  };
}

/** Zones change their offset at full quarters of an hour only. */
const OFFSET_HOLDS_MS = 15 * MS_PER_MINUTE;

/** Turns UTC into local wall time. It asks the calendar once per quarter of an hour of time that passes. */
export function localClock(timeZone: string): (utcMs: number) => number {
  const calendar = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  let quarter = NaN;
  let offsetMs = 0;
  return (utcMs) => {
    const current = Math.floor(utcMs / OFFSET_HOLDS_MS);
    if (current !== quarter) {
      quarter = current;
      offsetMs = offsetAt(calendar, current * OFFSET_HOLDS_MS);
    }
    return utcMs + offsetMs;
  };
}

function offsetAt(calendar: Intl.DateTimeFormat, utcMs: number): number {
  const parts = new Map(calendar.formatToParts(utcMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) - utcMs;
}
