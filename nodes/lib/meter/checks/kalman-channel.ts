import { numberAt } from './number-at';

/**
 * A Kalman filter with one state: the true value walks at random, and what is measured is the value with noise. With one
 * state the filter is closed: predict `p + q·dt`, gain `k = p / (p + r)`, correct. The state lives in a stretch of a
 * number array, so that a million meters are a few arrays and not millions of objects.
 */
const VALUE = 0;
const VARIANCE = 1;
/** How far the value walks: variance per second. It is learned from the innovations. */
const WALK = 2;
/** How long it has not been measured, for meters that leave out what has not changed. */
const UNHEARD_S = 3;
export const CHANNEL_NUMBERS = 4;

export interface ChannelNoise {
  /** The sensor's own noise: a share of the value, and what remains at zero. */
  share: number;
  floor: number;
}

/** How fast the walk is learned. 1/32 settles within a hundred readings and forgets within a day of quarter hours. */
const LEARN = 1 / 32;
/** Values are bounded and do not walk for ever: no longer time than this adds to the variance. */
const MAX_WALK_S = 3_600;
/** The walk of a value that has not moved yet, in sensor variances per second: it wakes up within seconds. */
const LEAST_WALK = 1e-4;
/** Until a value has shown how it walks it may walk far, so that its first steps are no news. */
const FIRST_WALK = 0.1;

export function startChannel(state: Float32Array, at: number, measured: number, noise: ChannelNoise): void {
  const r = noiseVariance(measured, noise);
  state[at + VALUE] = measured;
  state[at + VARIANCE] = r;
  state[at + WALK] = FIRST_WALK * r;
  state[at + UNHEARD_S] = 0;
}

/** Time passes without a measurement. */
export function skipChannel(state: Float32Array, at: number, durationS: number): void {
  state[at + UNHEARD_S] = Math.min(MAX_WALK_S, numberAt(state, at + UNHEARD_S) + durationS);
}

/**
 * Takes a measurement after `durationS`. Returns the innovation when it is beyond the gate (a multiple of its variance,
 * chi-square distributed), else 0. A jump is believed at once: loads jump, and a filter that lags would hide it.
 */
export function filterChannel(
  state: Float32Array,
  at: number,
  measured: number,
  durationS: number,
  gate: number,
  noise: ChannelNoise,
): number {
  const value = numberAt(state, at + VALUE);
  const variance = numberAt(state, at + VARIANCE);
  const walk = numberAt(state, at + WALK);
  const dt = Math.min(durationS + numberAt(state, at + UNHEARD_S), MAX_WALK_S);
  const r = noiseVariance(measured, noise);
  const predicted = variance + walk * dt;
  const innovation = measured - value;
  const spread = predicted + r;
  const square = innovation * innovation;
  const isJump = square > gate * spread;
  state[at + UNHEARD_S] = 0;
  const seenWalk = ((isJump ? gate * spread : square) - variance - r) / dt;
  state[at + WALK] = Math.max(LEAST_WALK * r, walk + LEARN * (seenWalk - walk));
  if (isJump) {
    state[at + VALUE] = measured;
    state[at + VARIANCE] = r;
    return innovation;
  }
  const gain = predicted / spread;
  state[at + VALUE] = value + gain * innovation;
  state[at + VARIANCE] = (1 - gain) * predicted;
  return 0;
}

export const channelValue = (state: Float32Array, at: number): number => numberAt(state, at + VALUE);

const noiseVariance = (measured: number, { share, floor }: ChannelNoise): number => {
  const deviation = share * measured;
  return deviation * deviation + floor * floor;
};
