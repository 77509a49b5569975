import type { Reading } from '../reading';
import type { MeterClass, RangedField } from './meter-class';
import { checkPhases, type PhaseValues } from './phase-check';
import { figure, verdict, type CheckVerdict } from './verdict';

export interface ReadingLimits {
  /** A reading dated further ahead than this is held: its clock is wrong. */
  maxFutureMs: number;
  /** An older reading is held: it would change bills that are closed. */
  maxAgeMs: number;
  /** Whether the customer may feed back. Where nobody does, power that flows back is a turned transformer or a trick. */
  mayExport: boolean;
}

export const DEFAULT_READING_LIMITS: ReadingLimits = {
  maxFutureMs: 5 * 60_000,
  maxAgeMs: 35 * 86_400_000,
  mayExport: false,
};

/** What some meters say beyond a reading. */
export type CheckedReading = Reading & { phases?: readonly PhaseValues[] };

/** What the same meter said before. */
export type EarlierReading = Pick<Reading, 'atMs' | 'energyWh' | 'exportWh' | 'powerW'>;

const NONE: readonly CheckVerdict[] = [];
const RANGED_FIELDS: readonly RangedField[] = [
  'voltageV',
  'currentA',
  'powerW',
  'powerFactor',
  'frequencyHz',
];

/**
 * Checks what one reading says, with nothing remembered but the one before. The first verdict that is `rejected` or `held`
 * comes first in the list; a reading without any is well. Never throws.
 */
export function checkReading(
  reading: CheckedReading,
  meterClass: MeterClass,
  earlier: EarlierReading | null,
  nowMs: number,
  limits: ReadingLimits = DEFAULT_READING_LIMITS,
): readonly CheckVerdict[] {
  let found = add(null, checkTime(reading.atMs, nowMs, limits));
  found = add(found, checkDirection(reading, earlier, limits));
  for (const field of RANGED_FIELDS) {
    const value = reading[field];
    if (value !== undefined) found = add(found, checkRange(field, value, meterClass));
  }
  for (const one of reading.phases ? checkPhases(reading.phases, reading.powerW, limits) : NONE) {
    found = add(found, one);
  }
  return found === null ? NONE : gravestFirst(found);
}

/** Nearly every reading is well, so the list is made when there is something to put in it. */
function add(found: CheckVerdict[] | null, one: CheckVerdict | null): CheckVerdict[] | null {
  if (!one) return found;
  if (!found) return [one];
  found.push(one);
  return found;
}

function checkRange(field: RangedField, value: number, { name, ranges }: MeterClass): CheckVerdict | null {
  const range = ranges[field];
  if (!range) return null;
  // Written so that NaN is outside.
  if (!(value >= range.possible[0] && value <= range.possible[1])) {
    const [min, max] = range.possible;
    return verdict('rejected', 'range', field, value, `a ${name} meter measures from ${min} to ${max}`);
  }
  // No voltage and no frequency are an outage, which has its own event.
  if (value === 0 && (field === 'voltageV' || field === 'frequencyHz')) return null;
  if (value >= range.usual[0] && value <= range.usual[1]) return null;
  const [min, max] = range.usual;
  return verdict('flag', 'range', field, value, `usual for a ${name} meter is ${min} to ${max}`);
}

function checkTime(atMs: number, nowMs: number, limits: ReadingLimits): CheckVerdict | null {
  if (!Number.isFinite(atMs)) return verdict('rejected', 'clock', 'atMs', atMs, 'is no time');
  if (atMs > nowMs + limits.maxFutureMs) {
    const seconds = figure((atMs - nowMs) / 1000);
    return verdict('held', 'clock', 'atMs', atMs, `the clock is ${seconds} s ahead`);
  }
  if (atMs < nowMs - limits.maxAgeMs) {
    const days = figure((nowMs - atMs) / 86_400_000);
    return verdict('held', 'age', 'atMs', atMs, `the reading is ${days} days old`);
  }
  return null;
}

/** Power that counts as flowing; less may be the offset of a sensor. */
const FLOWING_W = 50;
/** A register that moved by less may have moved by one of its own steps. */
const MOVED_WH = 10;

function checkDirection(
  reading: Reading,
  earlier: EarlierReading | null,
  { mayExport }: ReadingLimits,
): CheckVerdict | null {
  const { powerW, energyWh, exportWh } = reading;
  if (powerW !== undefined && powerW < -FLOWING_W && !mayExport) {
    return verdict('flag', 'direction', 'powerW', powerW, 'power flows back where nobody feeds in');
  }
  if (!earlier || exportWh === undefined || earlier.exportWh === undefined) return null;
  if (!(reading.atMs > earlier.atMs)) return null;
  const returnedWh = exportWh - earlier.exportWh;
  if (!mayExport && returnedWh >= MOVED_WH) {
    return verdict(
      'flag',
      'direction',
      'exportWh',
      exportWh,
      'the export register moves where nobody feeds in',
    );
  }
  const isImporting = (powerW ?? 0) > FLOWING_W && (earlier.powerW ?? 0) > FLOWING_W;
  if (isImporting && returnedWh >= MOVED_WH && energyWh === earlier.energyWh) {
    const reason = 'power flows in and only the export register moves: the meter may be wired backwards';
    return verdict('flag', 'direction', 'exportWh', exportWh, reason);
  }
  return null;
}

const GRAVITY: Readonly<Record<CheckVerdict['kind'], number>> = { rejected: 0, held: 1, flag: 2, event: 3 };

const gravestFirst = (found: CheckVerdict[]): CheckVerdict[] =>
  found.sort((a, b) => GRAVITY[a.kind] - GRAVITY[b.kind]);
