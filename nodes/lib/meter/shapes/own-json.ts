import { showValue } from '../../text/show-value';
import type { Refusal } from '../reading';
import { MIN_AT_MS } from './device-message';
import { FIELD_RULES, MAX_ENERGY_WH, type FieldName } from './quantity';
import { MAX_PHASES, type MeterReading, type PhaseValues, type PhaseField } from './statement';

export type OwnResult = { ok: true; reading: MeterReading } | { ok: false; refusal: Refusal };

const MAX_METER_ID_LENGTH = 64;
const MAX_FLAGS = 16;
/** Of a flag as JSON: a held reading is kept as JSON, and its room is bounded. */
const MAX_FLAG_LENGTH = 64;

type OptionalField = Exclude<FieldName, 'energyWh'>;

const PHASE_FIELDS = (['voltageV', 'currentA', 'powerW', 'powerFactor'] satisfies PhaseField[]).map(
  (key) => ({ key, min: FIELD_RULES[key].min, max: FIELD_RULES[key].max }),
);

/**
 * Reads a reading in our own words, where every field is a number in its unit. Most readings are, so nothing here is
 * looked up, converted or remembered. The transport fills in what it knows: the meter from the topic, the time of arrival.
 */
export function readOwn(source: Record<string, unknown>, topicMeterId: string, nowMs: number): OwnResult {
  const meterId = source['meterId'] ?? topicMeterId;
  if (typeof meterId !== 'string' || meterId === '' || meterId.length > MAX_METER_ID_LENGTH) {
    return rejected('meterId', meterId, `must be text of 1 to ${MAX_METER_ID_LENGTH} characters`);
  }
  const atMs = source['atMs'] ?? nowMs;
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
  const reading: MeterReading = { meterId, atMs, energyWh };
  return fillOptional(reading, source);
}

/** Written out, because a loop over the names of the fields costs as much as all the rest. */
function fillOptional(reading: MeterReading, source: Record<string, unknown>): OwnResult {
  const { powerW, voltageV, currentA, powerFactor, frequencyHz, reactiveVar, apparentVa, exportWh } = source;
  if (isGiven(powerW) && !fill(reading, 'powerW', powerW)) return outOfRange(reading, 'powerW', powerW);
  if (isGiven(voltageV) && !fill(reading, 'voltageV', voltageV))
    return outOfRange(reading, 'voltageV', voltageV);
  if (isGiven(currentA) && !fill(reading, 'currentA', currentA))
    return outOfRange(reading, 'currentA', currentA);
  if (isGiven(powerFactor) && !fill(reading, 'powerFactor', powerFactor))
    return outOfRange(reading, 'powerFactor', powerFactor);
  if (isGiven(frequencyHz) && !fill(reading, 'frequencyHz', frequencyHz))
    return outOfRange(reading, 'frequencyHz', frequencyHz);
  if (isGiven(reactiveVar) && !fill(reading, 'reactiveVar', reactiveVar))
    return outOfRange(reading, 'reactiveVar', reactiveVar);
  if (isGiven(apparentVa) && !fill(reading, 'apparentVa', apparentVa))
    return outOfRange(reading, 'apparentVa', apparentVa);
  if (isGiven(exportWh) && !fill(reading, 'exportWh', exportWh))
    return outOfRange(reading, 'exportWh', exportWh);
  const { flags, phases } = source;
  if (flags !== undefined) {
    if (!isFlags(flags)) {
      const reason = `must be a list of at most ${MAX_FLAGS} texts of at most ${MAX_FLAG_LENGTH} characters`;
      return rejected('flags', flags, reason, reading.meterId);
    }
    reading.flags = flags;
  }
  return phases === undefined ? { ok: true, reading } : fillPhases(reading, phases);
}

/** Absent and null both say nothing. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

function fill(reading: MeterReading, field: OptionalField, given: unknown): boolean {
  const { min, max, unit } = FIELD_RULES[field];
  if (typeof given !== 'number' || !(given >= min && given <= max)) return false;
  if (unit === 'Wh' && !Number.isSafeInteger(given)) return false;
  reading[field] = given;
  return true;
}

function outOfRange(reading: MeterReading, field: OptionalField, given: unknown): OwnResult {
  const { min, max, unit } = FIELD_RULES[field];
  const reason = unit === 'Wh' ? 'must be whole Wh, not negative' : `must be a number from ${min} to ${max}`;
  return rejected(field, given, reason, reading.meterId);
}

function isFlags(value: unknown): value is string[] {
  return Array.isArray(value) && value.length <= MAX_FLAGS && value.every(isFlag);
}

function isFlag(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > MAX_FLAG_LENGTH) return false;
  return JSON.stringify(value).length <= MAX_FLAG_LENGTH + '""'.length;
}

function fillPhases(reading: MeterReading, given: unknown): OwnResult {
  if (!Array.isArray(given) || given.length > MAX_PHASES) {
    return rejected('phases', given, `must be a list of at most ${MAX_PHASES} phases`, reading.meterId);
  }
  const phases: PhaseValues[] = [];
  for (const [index, item] of given.entries()) {
    const source: unknown = item;
    if (typeof source !== 'object' || source === null) {
      return rejected(`phases[${index}]`, source, 'must be an object', reading.meterId);
    }
    const phase: PhaseValues = {};
    for (const { key, min, max } of PHASE_FIELDS) {
      const value = (source as Record<string, unknown>)[key];
      if (value === undefined || value === null) continue;
      if (typeof value !== 'number' || !(value >= min && value <= max)) {
        const reason = `must be a number from ${min} to ${max}`;
        return rejected(`phases[${index}].${key}`, value, reason, reading.meterId);
      }
      phase[key] = value;
    }
    phases.push(phase);
  }
  reading.phases = phases;
  return { ok: true, reading };
}

/** Columns of a frame: one list per field, all as long as the list of meters. */
const COLUMNS = Object.keys(FIELD_RULES);

/** Whether an object is a frame in columns, `{meters:[…], atMs, energyWh:[…]}`. */
export function isColumns(source: Record<string, unknown>): boolean {
  return Array.isArray(source['meters']) && Array.isArray(source['energyWh']);
}

/** Turns columns into rows in our own words; a text says what is wrong with the frame as a whole. */
export function rowsOfColumns(
  source: Record<string, unknown>,
  maxRows: number,
): Record<string, unknown>[] | Refusal {
  const meters = source['meters'] as unknown[];
  const count = meters.length;
  if (count === 0 || count > maxRows) {
    return refusalOf('meters', meters, `must hold 1 to ${maxRows} meters`);
  }
  const present: { key: string; list: unknown[] }[] = [];
  for (const key of COLUMNS) {
    const list = source[key];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.length !== count) {
      return refusalOf(key, list, `must be a list of ${count}, one for each meter`);
    }
    present.push({ key, list });
  }
  const at = source['atMs'];
  if (Array.isArray(at) && at.length !== count) {
    return refusalOf('atMs', at, `must be one time or a list of ${count}`);
  }
  const times = Array.isArray(at) ? (at as unknown[]) : null;
  return meters.map((meterId, index) => {
    // A row without a meter must not become a reading of the gateway itself.
    const row: Record<string, unknown> = { meterId: meterId ?? '', atMs: times ? times[index] : at };
    for (const { key, list } of present) row[key] = list[index];
    return row;
  });
}

export function refusalOf(field: string, value: unknown, reason: string, meterId?: string): Refusal {
  const refusal: Refusal = { kind: 'rejected', field, value: showValue(value), reason };
  if (meterId !== undefined) refusal.meterId = meterId;
  return refusal;
}

function rejected(field: string, value: unknown, reason: string, meterId?: string): OwnResult {
  return { ok: false, refusal: refusalOf(field, value, reason, meterId) };
}
