/** Clocks change by less than this and not twice within it. */
const AROUND_MS = 18 * 3_600_000;
const WALL_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})$/;

/**
 * The moment at which a tariff's wall clock shows 'YYYY-MM-DDTHH:mm', or null for an empty text: as soon as deployed.
 * A time that comes twice is the first one; a time that the clocks skip is as much later as they skip.
 */
export function inForceMs(text: string, timeZone: string): number | null {
  if (text === '') return null;
  const wallMs = wallTime(text);
  if (wallMs === undefined)
    throw new RangeError(`inForceFrom must be empty or a time YYYY-MM-DDTHH:mm, got "${text.slice(0, 40)}"`);
  const asBefore = wallMs - offsetAt(wallMs - AROUND_MS, timeZone);
  const asAfter = wallMs - offsetAt(wallMs + AROUND_MS, timeZone);
  const shows = (atMs: number): boolean => atMs + offsetAt(atMs, timeZone) === wallMs;
  return !shows(asBefore) && shows(asAfter) ? asAfter : asBefore;
}

function wallTime(text: string): number | undefined {
  if (!WALL_TIME.test(text)) return undefined;
  const ms = Date.parse(`${text}Z`);
  // 30 February is read as a day in March, so only a time that comes back unchanged exists.
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 16) !== text ? undefined : ms;
}

/** How far the zone's wall clock is ahead of UTC. */
function offsetAt(atMs: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const wall: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(atMs)) wall[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = wall;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}
