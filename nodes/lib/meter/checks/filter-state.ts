import { CHANNEL_NUMBERS } from './kalman-channel';
import { MATCH_NUMBERS } from './power-match';
import { SLOPE_LARGE_NUMBERS, SLOPE_NUMBERS } from './register-slope';
import { REPLAY_NUMBERS } from './replay-guard';
import { VOLTAGE_NUMBERS } from './voltage-watch';

/** Where each part of a meter's filter keeps its numbers. Zero everywhere is a meter that has said nothing. */
export const VOLTAGE_CHANNEL = 0;
export const CURRENT_CHANNEL = VOLTAGE_CHANNEL + CHANNEL_NUMBERS;
export const POWER_CHANNEL = CURRENT_CHANNEL + CHANNEL_NUMBERS;
export const MATCH = POWER_CHANNEL + CHANNEL_NUMBERS;
export const SLOPE = MATCH + MATCH_NUMBERS;
export const VOLTAGE = SLOPE + SLOPE_NUMBERS;
/** Current and power before, and for how many readings they have been exactly that. */
export const LAST_CURRENT = VOLTAGE + VOLTAGE_NUMBERS;
export const CURRENT_RUN = LAST_CURRENT + 1;
export const LAST_POWER = CURRENT_RUN + 1;
export const POWER_RUN = LAST_POWER + 1;
/** Which fields were ever measured, and which alarms are up, as bits. */
export const STARTED = POWER_RUN + 1;
export const RAISED = STARTED + 1;
export const SMALL_NUMBERS = RAISED + 1;

/** What does not fit 24 bits: times and registers. */
export const LAST_MS = 0;
export const SLOPE_LARGE = LAST_MS + 1;
export const LARGE_NUMBERS = SLOPE_LARGE + SLOPE_LARGE_NUMBERS;

export const WHOLE_NUMBERS = REPLAY_NUMBERS;

/** The numbers of one meter within those of many. */
export interface FilterSlot {
  small: Float32Array;
  smallAt: number;
  large: Float64Array;
  largeAt: number;
  whole: Int32Array;
  /** null where replays are not looked for. */
  wholeAt: number | null;
}
