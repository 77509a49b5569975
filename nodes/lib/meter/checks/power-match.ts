import type { MeterClass } from './meter-class';
import { numberAt } from './number-at';

/** How many readings in a row, less what fitted between, did not fit. */
const EVIDENCE = 0;
/** Which of the class's factors this meter uses; 0 until its readings have shown it. */
const FACTOR = 1;
export const MATCH_NUMBERS = 2;

/** Class 1 and the rounding of a power factor with two decimals, at one standard deviation. */
const SHARE = 0.02;
/** What P itself is rounded to. */
const STEP_W = 2;
/** Three that do not fit are said; it is over when twice as many more have fitted. */
const RAISE_AT = 3;
const MOST_EVIDENCE = 6;
const FITTED = 0.5;
/** A factor is only believed on a reading that it explains within this. */
const FACTOR_TOLERANCE = 0.1;
/** And that carries this many standard deviations of rounding. */
const FACTOR_SIGMAS = 20;

export const NO_ANSWER = 0;
export const FITS = 1;
/** Beyond the gate, which an appliance switched on between two measurements does too. */
export const SUSPECT = 2;
/** So often that chance and appliances are ruled out. */
export const CONTRADICTS = 3;
export type MatchAnswer = typeof NO_ANSWER | typeof FITS | typeof SUSPECT | typeof CONTRADICTS;

/**
 * Compares P with V × I × PF of the same reading. A kettle moves both sides alike, so it is no news; a sensor that is
 * stuck, dead, drifting or scaled moves one. Without a power factor P can only be too much.
 */
export function matchPower(
  state: Float32Array,
  at: number,
  voltageV: number,
  currentA: number,
  powerW: number,
  powerFactor: number | undefined,
  gate: number,
  meterClass: MeterClass,
): MatchAnswer {
  const apparentVa = Math.abs(voltageV * currentA);
  const expectedW = powerFactor === undefined ? apparentVa : apparentVa * Math.abs(powerFactor);
  const magnitudeW = Math.abs(powerW);
  const stepVa = Math.abs(voltageV) * meterClass.currentStepA;
  const factor =
    numberAt(state, at + FACTOR) || findFactor(magnitudeW, expectedW, stepVa, powerFactor, meterClass);
  if (factor === 0) return NO_ANSWER;
  state[at + FACTOR] = factor;
  const missingW = magnitudeW - factor * expectedW;
  const deviationW = SHARE * factor * apparentVa;
  const variance = deviationW * deviationW + factor * factor * stepVa * stepVa + STEP_W * STEP_W;
  const isWithinPower = powerFactor === undefined && missingW < 0;
  const isSuspect = !isWithinPower && missingW * missingW > gate * variance;
  const before = numberAt(state, at + EVIDENCE);
  const evidence = isSuspect ? Math.min(MOST_EVIDENCE, before + 1) : Math.max(0, before - FITTED);
  state[at + EVIDENCE] = evidence;
  if (evidence >= RAISE_AT) return CONTRADICTS;
  return isSuspect ? SUSPECT : FITS;
}

/** Whether all doubts are over. */
export const isMatchQuiet = (state: Float32Array, at: number): boolean => state[at + EVIDENCE] === 0;

function findFactor(
  magnitudeW: number,
  expectedW: number,
  stepVa: number,
  powerFactor: number | undefined,
  { powerFactors }: MeterClass,
): number {
  if (powerFactors.length === 1) return powerFactors[0] ?? 0;
  // Without a power factor nothing tells 1 with a bad one from √3 with a worse.
  if (powerFactor === undefined || !(magnitudeW > FACTOR_SIGMAS * (stepVa + STEP_W)) || !(expectedW > 0))
    return 0;
  const shown = magnitudeW / expectedW;
  return powerFactors.find((factor) => Math.abs(shown / factor - 1) < FACTOR_TOLERANCE) ?? 0;
}
