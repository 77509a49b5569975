import { showValue } from '../text/show-value';
import type { Reading, Refusal } from './reading';

export type ParseResult = { ok: true; reading: Reading } | { ok: false; refusal: Refusal };

/** A frame larger than this is refused whole: it would hold up everybody behind it. */
export const MAX_READINGS_PER_FRAME = 5_000;
const MAX_METER_ID_LENGTH = 64;
/** 1 TWh: more than any single meter counts. */
const MAX_ENERGY_WH = 1_000_000_000_000;
/** The year 2000. An earlier time is a clock that was never set. */
const MIN_AT_MS = 946_684_800_000;
const MAX_FLAGS = 16;

interface NumberField {
  key: 'powerW' | 'voltageV' | 'currentA' | 'powerFactor' | 'frequencyHz' | 'reactiveVar' | 'exportWh';
  min: number;
  max: number;
}

/** Fields that are shown and checked but never billed, with what any meter could mean by them. */
const OPTIONAL_FIELDS: readonly NumberField[] = [
  { key: 'powerW', min: -1e9, max: 1e9 },
  { key: 'voltageV', min: 0, max: 1e6 },
  { key: 'currentA', min: -1e6, max: 1e6 },
  { key: 'powerFactor', min: -1, max: 1 },
  { key: 'frequencyHz', min: 0, max: 1000 },
  { key: 'reactiveVar', min: -1e9, max: 1e9 },
  { key: 'exportWh', min: 0, max: MAX_ENERGY_WH },
];

/** Reads one plain JSON reading. `fallback` fills in what the transport knows: the meter from the topic, the time of arrival. */
export function parseJsonReading(value: unknown, fallback: { meterId: string; atMs: number }): ParseResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return rejected('payload', value, 'must be a JSON object');
  }
  const source = value as Record<string, unknown>;
  const meterId = source['meterId'] ?? fallback.meterId;
  if (typeof meterId !== 'string' || meterId === '' || meterId.length > MAX_METER_ID_LENGTH) {
    return rejected('meterId', meterId, `must be text of 1 to ${MAX_METER_ID_LENGTH} characters`);
  }
  const atMs = source['atMs'] ?? fallback.atMs;
  if (typeof atMs !== 'number' || !Number.isSafeInteger(atMs) || atMs < MIN_AT_MS) {
    return rejected('atMs', atMs, 'must be a time in whole milliseconds since 1970', meterId);
  }
  const energyWh = source['energyWh'];
  if (
    typeof energyWh !== 'number' ||
    !Number.isSafeInteger(energyWh) ||
    energyWh < 0 ||
    energyWh > MAX_ENERGY_WH
  ) {
    return rejected('energyWh', energyWh, 'must be whole Wh, not negative', meterId);
  }
  const reading: Reading = { meterId, atMs, energyWh };
  return fillOptional(reading, source);
}

function fillOptional(reading: Reading, source: Record<string, unknown>): ParseResult {
  for (const { key, min, max } of OPTIONAL_FIELDS) {
    const given = source[key];
    if (given === undefined) continue;
    if (typeof given !== 'number' || !(given >= min && given <= max)) {
      return rejected(key, given, `must be a number from ${min} to ${max}`, reading.meterId);
    }
    reading[key] = given;
  }
  const flags = source['flags'];
  if (flags !== undefined) {
    if (
      !Array.isArray(flags) ||
      flags.length > MAX_FLAGS ||
      !flags.every((flag) => typeof flag === 'string')
    ) {
      return rejected('flags', flags, `must be a list of at most ${MAX_FLAGS} texts`, reading.meterId);
    }
    reading.flags = flags;
  }
  return { ok: true, reading };
}

export function rejected(
  field: string,
  value: unknown,
  reason: string,
  meterId?: string,
): { ok: false; refusal: Refusal } {
  const refusal: Refusal = { kind: 'rejected', field, value: showValue(value), reason };
  if (meterId !== undefined) refusal.meterId = meterId;
  return { ok: false, refusal };
}
