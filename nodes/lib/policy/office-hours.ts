import { MINUTES_PER_DAY, type DayWindow, type NoCutSet } from './no-cut-windows';

const TIME_OF_DAY = /^(\d{1,2}):(\d{2})$/;
const FIRST_DAY_OF_WEEKEND = 5;
const ALL_DAY: readonly DayWindow[] = [{ fromMinute: 0, toMinute: MINUTES_PER_DAY }];

/** Minutes since midnight of a text such as 10:00; 24:00 is the end of the day. */
function parseTimeOfDay(field: string, text: string): number {
  const match = TIME_OF_DAY.exec(text.trim());
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  if (!match || Number(match[2]) > 59 || minute > MINUTES_PER_DAY) {
    throw new RangeError(`${field} must be a time of day such as 10:00, got "${text}"`);
  }
  return minute;
}

/** Nobody is cut outside these hours, which may not wrap midnight: nobody should be cut at night. */
export function noCutOutside(from: string, to: string, workdaysOnly: boolean): NoCutSet {
  const fromMinute = parseTimeOfDay('cutFrom', from);
  const toMinute = parseTimeOfDay('cutTo', to);
  if (toMinute <= fromMinute) throw new RangeError(`cutTo must be later than cutFrom ${from}, got "${to}"`);
  const windows: DayWindow[] = [];
  if (fromMinute > 0) windows.push({ fromMinute: 0, toMinute: fromMinute });
  if (toMinute < MINUTES_PER_DAY) windows.push({ fromMinute: toMinute, toMinute: MINUTES_PER_DAY });
  const week = Array.from({ length: 7 }, (_, weekday) =>
    workdaysOnly && weekday >= FIRST_DAY_OF_WEEKEND ? ALL_DAY : windows,
  );
  return { fromDate: null, week, holidays: [], monthDays: [], specialDays: [] };
}
