import { numberAt } from './number-at';

/** The value that repeats, how long it has, and the longest time it ever did. */
const LAST_V = 0;
const RUN_READINGS = 1;
const RUN_S = 2;
const LONGEST_S = 3;
/** The mean of the last hour, that of the last week, and how far hours usually are from it. */
const HOUR_V = 4;
const WEEK_V = 5;
const VARIANCE = 6;
const KNOWN_S = 7;
/** 1 once a value between two whole volts was seen. */
const IS_FINE = 8;
export const VOLTAGE_NUMBERS = 9;

/** Mains never stand still: at tenths of a volt not for minutes, at whole volts not for hours. */
const STUCK_S = 2 * 3_600;
const STUCK_WHOLE_S = 12 * 3_600;
const STUCK_READINGS = 12;
/** And four times as long as it ever did before, for sensors coarser than that. */
const STUCK_OVER_LONGEST = 4;
const HOUR_S = 3_600;
const WEEK_S = 7 * 86_400;
/** Before a day has passed nobody knows what is usual. */
const KNOWN_AFTER_S = 86_400;
/** A supply steadier than this is not usual, it is new. */
const LEAST_SHARE = 0.01;
/** A lasting change is over when it is this share of the limit. */
const OVER_SHARE = 0.5;
/** EN 50160 calls a change of 5 % rapid; the grid has made it, not a load in the house. */
const DISTURBANCE_SHARE = 0.05;

export function startVoltage(state: Float32Array, at: number, voltageV: number): void {
  state[at + IS_FINE] = Number.isInteger(voltageV) ? 0 : 1;
  state[at + LAST_V] = voltageV;
  state[at + HOUR_V] = voltageV;
  state[at + WEEK_V] = voltageV;
}

/** Whether the voltage has not moved for longer than mains can stand still. Zero is an outage or a dead sensor. */
export function isVoltageStuck(
  state: Float32Array,
  at: number,
  voltageV: number,
  durationS: number,
): boolean {
  if (Math.fround(voltageV) !== state[at + LAST_V]) {
    // A run that was called stuck is no measure for the next.
    const runS = numberAt(state, at + RUN_S);
    if (!isLong(state, at)) state[at + LONGEST_S] = Math.max(numberAt(state, at + LONGEST_S), runS);
    state[at + LAST_V] = voltageV;
    if (!Number.isInteger(voltageV)) state[at + IS_FINE] = 1;
    state[at + RUN_READINGS] = 0;
    state[at + RUN_S] = 0;
    return false;
  }
  state[at + RUN_READINGS] = Math.min(1e6, numberAt(state, at + RUN_READINGS) + 1);
  state[at + RUN_S] = Math.min(1e9, numberAt(state, at + RUN_S) + durationS);
  return voltageV !== 0 && isLong(state, at);
}

function isLong(state: Float32Array, at: number): boolean {
  const usualS = state[at + IS_FINE] === 1 ? STUCK_S : STUCK_WHOLE_S;
  const limitS = Math.max(usualS, STUCK_OVER_LONGEST * numberAt(state, at + LONGEST_S));
  return numberAt(state, at + RUN_READINGS) >= STUCK_READINGS && numberAt(state, at + RUN_S) >= limitS;
}

/** Whether the mean of the last hour has left what the last week calls usual. */
export function isVoltageDrifting(
  state: Float32Array,
  at: number,
  voltageV: number,
  durationS: number,
  gate: number,
  isDrifting: boolean,
): boolean {
  const knownS = Math.min(WEEK_S, numberAt(state, at + KNOWN_S) + durationS);
  state[at + KNOWN_S] = knownS;
  const hourV =
    numberAt(state, at + HOUR_V) +
    (durationS / (durationS + HOUR_S)) * (voltageV - numberAt(state, at + HOUR_V));
  // Until a week is known, it is the mean of all there was.
  const share = Math.min(1, durationS / (durationS + knownS));
  const deviation = voltageV - numberAt(state, at + WEEK_V);
  const weekV = numberAt(state, at + WEEK_V) + share * deviation;
  const before = numberAt(state, at + VARIANCE);
  const variance = (1 - share) * (before + share * deviation * deviation);
  state[at + HOUR_V] = hourV;
  state[at + WEEK_V] = weekV;
  state[at + VARIANCE] = variance;
  if (knownS < KNOWN_AFTER_S) return false;
  const least = LEAST_SHARE * weekV;
  const limit = gate * Math.max(variance, least * least) * (isDrifting ? OVER_SHARE : 1);
  return (hourV - weekV) * (hourV - weekV) > limit;
}

export const usualVoltage = (state: Float32Array, at: number): number => numberAt(state, at + WEEK_V);
export const hourlyVoltage = (state: Float32Array, at: number): number => numberAt(state, at + HOUR_V);

/** An innovation beyond the gate is a disturbance when it is also large for a grid. */
export function isDisturbance(innovationV: number, usualV: number): boolean {
  return Math.abs(innovationV) > DISTURBANCE_SHARE * usualV;
}
