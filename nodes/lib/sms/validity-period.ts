import { showValue } from '../text/show-value';
import type { OctetReader } from './octet-reader';
import { readPduTime, TIME_OCTETS } from './pdu-time';

/** How long a network shall try: from its submission on, or until a moment. Null: as long as the network likes. */
export type Validity = { lastsMs: number } | { untilMs: number } | null;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

interface Scale {
  firstValue: number;
  /** The period of the value before `firstValue` in this scale. */
  baseMs: number;
  stepMs: number;
  toMs: number;
}

/** The relative format, 3GPP TS 23.040 clause 9.2.3.12.1: steps that grow with the period. */
const SCALES: readonly Scale[] = [
  { firstValue: 0, baseMs: 0, stepMs: 5 * MINUTE_MS, toMs: 12 * HOUR_MS },
  { firstValue: 144, baseMs: 12 * HOUR_MS, stepMs: 30 * MINUTE_MS, toMs: DAY_MS },
  { firstValue: 168, baseMs: DAY_MS, stepMs: DAY_MS, toMs: 30 * DAY_MS },
  { firstValue: 197, baseMs: 4 * WEEK_MS, stepMs: WEEK_MS, toMs: 63 * WEEK_MS },
];

/** The octet for the shortest period that is not shorter than what is wanted. */
export function writeValidity(lastsMs: number): number {
  const scale = SCALES.find(({ toMs }) => lastsMs > 0 && lastsMs <= toMs);
  if (!scale) {
    throw new RangeError(
      `validityMs must be more than 0 and at most 63 weeks (${63 * WEEK_MS}), got ${showValue(lastsMs)}`,
    );
  }
  return scale.firstValue + Math.max(1, Math.ceil((lastsMs - scale.baseMs) / scale.stepMs)) - 1;
}

export function readRelativeValidity(octet: number): number {
  const scale = SCALES.findLast(({ firstValue }) => octet >= firstValue);
  return scale ? scale.baseMs + (octet - scale.firstValue + 1) * scale.stepMs : 0;
}

const ENHANCED_EXTENDS = 0x80;
const ENHANCED_FORMAT = 0x07;

/** The enhanced format, clause 9.2.3.12.3, as far as it says a period; single-shot flags are not ours to judge. */
function readEnhanced(octets: Uint8Array): Validity {
  const [flags = 0, first = 0, second = 0, third = 0] = octets;
  if ((flags & ENHANCED_EXTENDS) !== 0) return null;
  if ((flags & ENHANCED_FORMAT) === 1) return { lastsMs: readRelativeValidity(first) };
  if ((flags & ENHANCED_FORMAT) === 2) return { lastsMs: first * 1000 };
  if ((flags & ENHANCED_FORMAT) !== 3) return null;
  const [hours, minutes, seconds] = [first, second, third].map((pair) => (pair & 0x0f) * 10 + (pair >> 4));
  return { lastsMs: (hours ?? 0) * HOUR_MS + (minutes ?? 0) * MINUTE_MS + (seconds ?? 0) * 1000 };
}

/** Bits 4 and 3 of the first octet of an SMS-SUBMIT. */
export const RELATIVE_VALIDITY = 0x10;
const VALIDITY_MASK = 0x18;
const ABSOLUTE_VALIDITY = 0x18;
const ENHANCED_VALIDITY = 0x08;

export function readValidity(reader: OctetReader, firstOctet: number): Validity {
  const format = firstOctet & VALIDITY_MASK;
  const field = 'validity period';
  if (format === RELATIVE_VALIDITY) return { lastsMs: readRelativeValidity(reader.takeOne(field)) };
  if (format === ENHANCED_VALIDITY) return readEnhanced(reader.take(TIME_OCTETS, field));
  if (format !== ABSOLUTE_VALIDITY) return null;
  const until = readPduTime(reader.take(TIME_OCTETS, field));
  return until && { untilMs: until.atMs };
}
