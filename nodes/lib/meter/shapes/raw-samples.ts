import { RecentMap } from '../recent-map';
import { deviceTime, deviceOfTopic, objectOf } from './device-message';
import type { SampleCalibration } from './meter-settings';
import type { Shape } from './shape';
import { Statement } from './statement';

/** Ten seconds at 1 kHz. */
const MAX_SAMPLES = 10_000;
/** Meters whose zero line is remembered. */
const MAX_METERS = 20_000;
/** How fast the zero line follows the samples: by 1/1024 of the distance each. */
const OFFSET_DIVISOR = 1024;

/** The converter of an ESP32. What stands before it is different in every meter, so volts and amperes have no default. */
const DEFAULT_CALIBRATION: Pick<SampleCalibration, 'phaseCal' | 'supplyMv' | 'bits'> = {
  phaseCal: 1,
  supplyMv: 3300,
  bits: 12,
};
/** What the constants of a front end can be. */
export const CALIBRATION_LIMITS: Readonly<Record<keyof SampleCalibration, [min: number, max: number]>> = {
  voltCal: [1e-6, 1e6],
  ampCal: [1e-6, 1e6],
  phaseCal: [-10, 10],
  supplyMv: [1, 100_000],
  bits: [1, 32],
};

export interface ZeroLine {
  volt: number;
  amp: number;
}

/** Where the zero line of each meter's samples was found last, so that the next window starts from it. */
export class SampleOffsets {
  private readonly byMeter = new RecentMap<string, ZeroLine>(MAX_METERS);

  of(owner: string): ZeroLine | undefined {
    return this.byMeter.get(owner);
  }

  keep(owner: string, line: ZeroLine): void {
    this.byMeter.set(owner, line);
  }
}

/** What a window of samples holds. */
export interface MeasuredWindow {
  voltageV: number;
  currentA: number;
  powerW: number;
  apparentVa: number;
  powerFactor: number;
  halfCycles: number;
  line: ZeroLine;
}

/**
 * EmonLib's calcVI over samples that are there already: the zero line is followed by a slow filter, the sums run over
 * whole half cycles of the voltage, and the voltage is shifted between two samples to make up for its sensor's delay.
 * Null when the samples do not hold a half cycle.
 */
export function measureSamples(
  volts: readonly number[],
  amps: readonly number[],
  calibration: SampleCalibration,
  before: ZeroLine | undefined,
): MeasuredWindow | null {
  const line = before ? { ...before } : { volt: meanOf(volts), amp: meanOf(amps) };
  const sums = { vv: 0, ii: 0, p: 0, count: 0 };
  const whole = { vv: 0, ii: 0, p: 0, count: 0 };
  let lastV = 0;
  let halfCycles = -1;
  for (const [index, volt] of volts.entries()) {
    line.volt += (volt - line.volt) / OFFSET_DIVISOR;
    line.amp += ((amps[index] ?? 0) - line.amp) / OFFSET_DIVISOR;
    const v = volt - line.volt;
    const i = (amps[index] ?? 0) - line.amp;
    if (index > 0 && lastV > 0 !== v > 0) {
      halfCycles += 1;
      Object.assign(whole, sums);
    }
    if (halfCycles >= 0) {
      sums.vv += v * v;
      sums.ii += i * i;
      sums.p += (lastV + calibration.phaseCal * (v - lastV)) * i;
      sums.count += 1;
    }
    lastV = v;
  }
  return halfCycles < 1 ? null : { ...inUnits(whole, calibration), halfCycles, line };
}

function inUnits(
  { vv, ii, p, count }: { vv: number; ii: number; p: number; count: number },
  { voltCal, ampCal, supplyMv, bits }: SampleCalibration,
): Omit<MeasuredWindow, 'halfCycles' | 'line'> {
  const voltsPerCount = supplyMv / 1000 / 2 ** bits;
  const voltRatio = voltCal * voltsPerCount;
  const ampRatio = ampCal * voltsPerCount;
  const voltageV = voltRatio * Math.sqrt(vv / count);
  const currentA = ampRatio * Math.sqrt(ii / count);
  const powerW = (voltRatio * ampRatio * p) / count;
  const apparentVa = voltageV * currentA;
  // Shifting the voltage can end a hair beyond what is possible.
  const powerFactor = apparentVa === 0 ? 0 : Math.max(-1, Math.min(1, powerW / apparentVa));
  return { voltageV, currentA, powerW, apparentVa, powerFactor };
}

function meanOf(samples: readonly number[]): number {
  let sum = 0;
  for (const sample of samples) sum += sample;
  return samples.length === 0 ? 0 : sum / samples.length;
}

/** Samples of the converter, `{"samplesV":[…],"samplesI":[…]}`, with or without their calibration. */
export const rawSamples: Shape = {
  name: 'raw samples',
  isPartial: true,
  recognises(message) {
    const source = objectOf(message);
    return Array.isArray(source['samplesV']) && Array.isArray(source['samplesI']);
  },
  read(message, { settingsOf, offsets }) {
    const source = objectOf(message);
    const named = source['meterId'];
    const meterId = typeof named === 'string' ? named : deviceOfTopic(message.levels);
    const statement = new Statement(meterId, deviceTime(source['atMs'] ?? source['ts']));
    statement.source = 'integrated';
    const volts = samplesOf(statement, source, 'samplesV');
    const amps = samplesOf(statement, source, 'samplesI');
    const calibration = calibrationOf(statement, source, settingsOf(meterId).calibration ?? {});
    if (volts.length !== amps.length)
      statement.refuse('samplesI', amps, `must be as many as samplesV, ${volts.length}`);
    if (statement.refusal) return [statement];
    // By the device too, so that nobody moves the zero line of another's meter.
    const owner = `${deviceOfTopic(message.levels)} ${meterId}`;
    const measured = measureSamples(volts, amps, calibration, offsets.of(owner));
    if (!measured) return [statement.refuse('samplesV', volts, 'must hold at least one whole half cycle')];
    offsets.keep(owner, measured.line);
    return [
      statement
        .take('voltageV', measured.voltageV, 'V')
        .take('currentA', measured.currentA, 'A')
        .take('powerW', measured.powerW, 'W')
        .take('apparentVa', measured.apparentVa, 'VA')
        .take('powerFactor', measured.powerFactor, ''),
    ];
  },
};

function samplesOf(statement: Statement, source: Record<string, unknown>, key: string): number[] {
  const list = source[key] as unknown[];
  if (list.length === 0 || list.length > MAX_SAMPLES) {
    statement.refuse(key, list, `must hold 1 to ${MAX_SAMPLES} samples`);
    return [];
  }
  const wrong = list.findIndex((sample) => typeof sample !== 'number' || !(Math.abs(sample) <= MAX_SAMPLE));
  if (wrong >= 0) statement.refuse(`${key}[${wrong}]`, list[wrong], 'must be a count of the converter');
  return list as number[];
}
/** A converter of 32 bits has no larger count. */
const MAX_SAMPLE = 2 ** 32;

function calibrationOf(
  statement: Statement,
  source: Record<string, unknown>,
  set: Partial<SampleCalibration>,
): SampleCalibration {
  const calibration = { voltCal: NaN, ampCal: NaN, ...DEFAULT_CALIBRATION, ...set };
  for (const key of Object.keys(CALIBRATION_LIMITS) as (keyof SampleCalibration)[]) {
    const given = source[key] ?? calibration[key];
    const [min, max] = CALIBRATION_LIMITS[key];
    if (typeof given === 'number' && given >= min && given <= max) calibration[key] = given;
    else statement.refuse(key, source[key], `must be a number from ${min} to ${max}`);
  }
  return calibration;
}
