import { showValue } from '../text/show-value';

/** A moment as a network writes it: its own local time and how far that is from UTC. */
export interface PduTime {
  atMs: number;
  zoneMinutes: number;
}

export const TIME_OCTETS = 7;
const MS_PER_MINUTE = 60_000;
const MINUTES_PER_QUARTER = 15;
/** UTC+14 and UTC-12 are the ends of the world; what lies beyond is no zone. */
const MAX_QUARTERS = 14 * 4;
const CENTURY = 100;
/** Two digits of a year: the first text message was sent in 1992, so 70 and more lie behind us. */
const FIRST_OF_LAST_CENTURY = 70;
const NIBBLE = 0x0f;
const NIBBLE_BITS = 4;
const SIGN = 0x08;
const DIGITS = 10;

function readPair(octet: number): number {
  const tens = octet & NIBBLE;
  const ones = octet >> NIBBLE_BITS;
  return tens < DIGITS && ones < DIGITS ? DIGITS * tens + ones : NaN;
}

function writePair(value: number): number {
  return ((value % DIGITS) << NIBBLE_BITS) | Math.floor(value / DIGITS);
}

/** Quarters of an hour with the sign in the highest bit of the first digit, 3GPP TS 23.040 clause 9.2.3.11. */
function readZone(octet: number): number {
  const isNegative = (octet & SIGN) !== 0;
  const quarters = readPair(octet & ~SIGN);
  return quarters <= MAX_QUARTERS ? (isNegative ? -quarters : quarters) : NaN;
}

/** The moment in seven octets, or null when they hold none, such as the thirteenth month or the 31st of February. */
export function readPduTime(octets: Uint8Array): PduTime | null {
  const [yy = NaN, month = NaN, day = NaN, hour = NaN, minute = NaN, second = NaN] = [...octets].map(
    readPair,
  );
  const zoneMinutes = MINUTES_PER_QUARTER * readZone(octets[TIME_OCTETS - 1] ?? 0);
  const year = (yy < FIRST_OF_LAST_CENTURY ? 2000 : 1900) + yy;
  const localMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const local = new Date(localMs);
  const isReal =
    !Number.isNaN(localMs + zoneMinutes) &&
    local.getUTCMonth() === month - 1 &&
    local.getUTCDate() === day &&
    local.getUTCHours() === hour &&
    local.getUTCMinutes() === minute;
  // A zone of plus nothing, never of minus nothing.
  return isReal ? { atMs: localMs - zoneMinutes * MS_PER_MINUTE, zoneMinutes: zoneMinutes || 0 } : null;
}

export function writePduTime(field: string, { atMs, zoneMinutes }: PduTime): number[] {
  const quarters = zoneMinutes / MINUTES_PER_QUARTER;
  if (!Number.isInteger(quarters) || Math.abs(quarters) > MAX_QUARTERS) {
    throw new RangeError(`zoneMinutes must be whole quarters of an hour within a day, got ${zoneMinutes}`);
  }
  const local = new Date(atMs + zoneMinutes * MS_PER_MINUTE);
  const year = local.getUTCFullYear();
  if (!(year >= 1900 + FIRST_OF_LAST_CENTURY && year < 2000 + FIRST_OF_LAST_CENTURY)) {
    throw new RangeError(`${field} must be a time from 1970 to 2069, got ${showValue(atMs)}`);
  }
  const pairs = [
    year % CENTURY,
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ].map(writePair);
  return [...pairs, writePair(Math.abs(quarters)) | (quarters < 0 ? SIGN : 0)];
}
