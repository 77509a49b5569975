import type { LocalDays } from '../time/local-days';
import { minuteOfDay, wallMoment } from '../time/wall-moment';

/** When nobody shall be disturbed, in minutes of the local day; it may go over midnight. */
export interface QuietHours {
  fromMinute: number;
  toMinute: number;
}

/** As people enter them; null when both are the same, which is never. */
export function quietHours(from: string, to: string): QuietHours | null {
  const fromMinute = minuteOfDay('quietFrom', from);
  const toMinute = minuteOfDay('quietTo', to);
  return fromMinute === toMinute ? null : { fromMinute, toMinute };
}

/** The first moment from `atMs` on at which people may be disturbed. */
export function afterQuiet(quiet: QuietHours | null, days: LocalDays, atMs: number): number {
  if (quiet === null) return atMs;
  const { fromMinute, toMinute } = quiet;
  const today = days.dayAt(atMs);
  const overNight = toMinute < fromMinute ? 1 : 0;
  // What began yesterday may still last.
  for (const dayNumber of [today.dayNumber - 1, today.dayNumber]) {
    const beginMs = wallMoment(days, days.day(dayNumber), fromMinute);
    const endMs = wallMoment(days, days.day(dayNumber + overNight), toMinute);
    if (atMs >= beginMs && atMs < endMs) return endMs;
  }
  return atMs;
}
