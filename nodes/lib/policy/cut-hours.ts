/** When cutting is allowed, in the site's local time. */
export interface CutHours {
  fromMinute: number;
  /** Up to and including 1440, the end of the day. A window may not wrap midnight: nobody should be cut at night. */
  toMinute: number;
  workdaysOnly: boolean;
}

const TIME_OF_DAY = /^(\d{1,2}):(\d{2})$/;
const MINUTES_PER_DAY = 24 * 60;

export function parseTimeOfDay(field: string, text: string): number {
  const match = TIME_OF_DAY.exec(text.trim());
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : NaN;
  if (!match || Number(match[2]) > 59 || minute > MINUTES_PER_DAY) {
    throw new RangeError(`${field} must be a time of day such as 10:00, got "${text}"`);
  }
  return minute;
}

export function cutHours(from: string, to: string, workdaysOnly: boolean): CutHours {
  const fromMinute = parseTimeOfDay('cutFrom', from);
  const toMinute = parseTimeOfDay('cutTo', to);
  if (toMinute <= fromMinute) throw new RangeError(`cutTo must be later than cutFrom ${from}, got "${to}"`);
  return { fromMinute, toMinute, workdaysOnly };
}

const WEEKEND = new Set(['Sat', 'Sun']);

/** Tells for any moment whether cutting is allowed. Asked only when a cut is due, so the calendar may be slow. */
export function mayCutAt(hours: CutHours, timeZone: string): (nowMs: number) => boolean {
  const calendar = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (nowMs) => {
    const parts = calendar.formatToParts(nowMs);
    const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
    if (hours.workdaysOnly && WEEKEND.has(part('weekday'))) return false;
    const minute = Number(part('hour')) * 60 + Number(part('minute'));
    return minute >= hours.fromMinute && minute < hours.toMinute;
  };
}
