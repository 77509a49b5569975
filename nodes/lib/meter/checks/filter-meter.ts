import type { Reading } from '../reading';
import {
  CURRENT_DEAD,
  CURRENT_STUCK,
  DISTURBANCE,
  MISMATCH,
  POWER_DEAD,
  POWER_STUCK,
  REPLAYED,
  SLOPE_OFF,
  VOLTAGE_DEAD,
  VOLTAGE_DRIFT,
  VOLTAGE_STUCK,
} from './alarms';
import {
  CURRENT_CHANNEL,
  CURRENT_RUN,
  LAST_CURRENT,
  LAST_MS,
  LAST_POWER,
  MATCH,
  POWER_CHANNEL,
  POWER_RUN,
  RAISED,
  SLOPE,
  SLOPE_LARGE,
  STARTED,
  VOLTAGE,
  VOLTAGE_CHANNEL,
  type FilterSlot,
} from './filter-state';
import { channelValue, filterChannel, skipChannel, startChannel, type ChannelNoise } from './kalman-channel';
import type { MeterClass } from './meter-class';
import { CONTRADICTS, isMatchQuiet, matchPower, NO_ANSWER } from './power-match';
import { matchSlope, startSlope } from './register-slope';
import { isReplayed, startReplay } from './replay-guard';
import {
  isDisturbance,
  isVoltageDrifting,
  isVoltageStuck,
  startVoltage,
  usualVoltage,
} from './voltage-watch';
import { numberAt } from './number-at';

export interface Estimate {
  voltageV?: number;
  currentA?: number;
  powerW?: number;
  /** Bits of the alarms that are up. */
  alarms: number;
}

/** What the sensors of small meters do: class 0.2 for voltage, class 0.5 for current and power, and their last digit. */
const VOLTAGE_NOISE: ChannelNoise = { share: 0.002, floor: 0.1 };
const CURRENT_NOISE: ChannelNoise = { share: 0.005, floor: 0.01 };
const POWER_NOISE: ChannelNoise = { share: 0.005, floor: 1 };

const HAS_VOLTAGE = 1;
const HAS_CURRENT = 2;
const HAS_POWER = 4;
/** Power and register were seen together. */
const HAS_SLOPE = 8;
const HAS_MARKS = 16;

/** Below this share of the usual the supply is out; an outage is no measurement of the mains. */
const OUT_SHARE = 0.2;
/** Two equal values are chance, three may be a sensor that stands still. */
const STANDS_STILL = 2;
const MATCH_ALARMS = CURRENT_STUCK | POWER_STUCK | VOLTAGE_DEAD | CURRENT_DEAD | POWER_DEAD | MISMATCH;
/** No meter measures more, and squares of it still fit the numbers that are kept. */
const MOST = 1e9;
/** 1 TWh: more than any single meter counts. */
const MOST_WH = 1e12;

/** A number that can be measured; anything else counts as not reported. */
const measured = (value: number | undefined): number | undefined =>
  value !== undefined && value >= -MOST && value <= MOST ? value : undefined;

/** Takes a reading. Returns the bits of the alarms that came up or are over with it. */
export function filterMeter(
  slot: FilterSlot,
  reading: Reading,
  gate: number,
  meterClass: MeterClass,
): number {
  const { small, smallAt, large, largeAt } = slot;
  const durationMs = reading.atMs - (large[largeAt + LAST_MS] ?? 0);
  if (!(durationMs > 0) || durationMs === Infinity) return 0;
  large[largeAt + LAST_MS] = reading.atMs;
  const durationS = Math.max(0.001, durationMs / 1000);
  const voltageV = measured(reading.voltageV);
  const currentA = measured(reading.currentA);
  const powerW = measured(reading.powerW);
  const before = numberAt(small, smallAt + RAISED);
  let now = before;
  let momentary = 0;
  if (voltageV === undefined) skipChannel(small, smallAt + VOLTAGE_CHANNEL, durationS);
  else {
    now = watchVoltage(slot, now, voltageV, durationS, gate);
    momentary = now & DISTURBANCE;
    now &= ~DISTURBANCE;
  }
  if (currentA === undefined) skipChannel(small, smallAt + CURRENT_CHANNEL, durationS);
  else watchLoad(slot, HAS_CURRENT, CURRENT_CHANNEL, LAST_CURRENT, currentA, durationS, gate);
  if (powerW === undefined) skipChannel(small, smallAt + POWER_CHANNEL, durationS);
  else {
    watchLoad(slot, HAS_POWER, POWER_CHANNEL, LAST_POWER, powerW, durationS, gate);
    now = compareSlope(slot, now, reading, powerW, gate);
    if (voltageV !== undefined && currentA !== undefined) {
      const powerFactor = measured(reading.powerFactor);
      now = compareProduct(slot, now, voltageV, currentA, powerW, powerFactor, gate, meterClass);
      now = compareWithPast(slot, now, voltageV, currentA, powerW, durationMs);
    }
  }
  small[smallAt + RAISED] = now;
  return (before ^ now) | momentary;
}

/** What the filters make of the readings so far. */
export function estimate({ small, smallAt }: FilterSlot): Estimate {
  const started = numberAt(small, smallAt + STARTED);
  const found: Estimate = { alarms: numberAt(small, smallAt + RAISED) };
  if ((started & HAS_VOLTAGE) !== 0) found.voltageV = channelValue(small, smallAt + VOLTAGE_CHANNEL);
  if ((started & HAS_CURRENT) !== 0) found.currentA = channelValue(small, smallAt + CURRENT_CHANNEL);
  if ((started & HAS_POWER) !== 0) found.powerW = channelValue(small, smallAt + POWER_CHANNEL);
  return found;
}

/** Whether a part has begun; if not, it has with this. */
function isFirst({ small, smallAt }: FilterSlot, part: number): boolean {
  const started = numberAt(small, smallAt + STARTED);
  small[smallAt + STARTED] = started | part;
  return (started & part) === 0;
}

function watchVoltage(
  slot: FilterSlot,
  alarms: number,
  voltageV: number,
  durationS: number,
  gate: number,
): number {
  const { small, smallAt } = slot;
  const at = smallAt + VOLTAGE;
  const isOut = Math.abs(voltageV) <= OUT_SHARE * usualVoltage(small, at);
  if (isOut) {
    skipChannel(small, smallAt + VOLTAGE_CHANNEL, durationS);
    return alarms;
  }
  if (isFirst(slot, HAS_VOLTAGE)) {
    startChannel(small, smallAt + VOLTAGE_CHANNEL, voltageV, VOLTAGE_NOISE);
    startVoltage(small, at, voltageV);
    return alarms;
  }
  const channel = smallAt + VOLTAGE_CHANNEL;
  const innovationV = filterChannel(small, channel, voltageV, durationS, gate, VOLTAGE_NOISE);
  const isStuck = isVoltageStuck(small, at, voltageV, durationS);
  const wasDrifting = (alarms & VOLTAGE_DRIFT) !== 0;
  const isDrifting = isVoltageDrifting(small, at, voltageV, durationS, gate, wasDrifting);
  const quiet = alarms & ~(VOLTAGE_STUCK | VOLTAGE_DRIFT);
  return (
    quiet |
    (isStuck ? VOLTAGE_STUCK : 0) |
    (isDrifting ? VOLTAGE_DRIFT : 0) |
    (isDisturbance(innovationV, usualVoltage(small, at)) ? DISTURBANCE : 0)
  );
}

/** Current and power jump as people live; alone they are smoothed and never suspected. `last` is followed by its run. */
function watchLoad(
  slot: FilterSlot,
  part: typeof HAS_CURRENT | typeof HAS_POWER,
  channel: number,
  last: number,
  value: number,
  durationS: number,
  gate: number,
): void {
  const { small, smallAt } = slot;
  const noise = part === HAS_CURRENT ? CURRENT_NOISE : POWER_NOISE;
  const run = smallAt + last + 1;
  if (isFirst(slot, part)) startChannel(small, smallAt + channel, value, noise);
  else {
    filterChannel(small, smallAt + channel, value, durationS, gate, noise);
    small[run] = small[smallAt + last] === Math.fround(value) ? Math.min(1e6, numberAt(small, run) + 1) : 0;
  }
  small[smallAt + last] = value;
}

function compareSlope(
  slot: FilterSlot,
  alarms: number,
  reading: Reading,
  powerW: number,
  gate: number,
): number {
  const { small, smallAt, large, largeAt } = slot;
  const { atMs, energyWh } = reading;
  if (!(energyWh >= 0 && energyWh <= MOST_WH)) return alarms;
  const at = smallAt + SLOPE;
  const largeSlope = largeAt + SLOPE_LARGE;
  if (isFirst(slot, HAS_SLOPE)) {
    startSlope(small, at, large, largeSlope, atMs, energyWh, powerW);
    return alarms;
  }
  const isOff = matchSlope(small, at, large, largeSlope, atMs, energyWh, powerW, gate);
  if (isOff === null) return alarms;
  return isOff ? alarms | SLOPE_OFF : alarms & ~SLOPE_OFF;
}

function compareProduct(
  slot: FilterSlot,
  alarms: number,
  voltageV: number,
  currentA: number,
  powerW: number,
  powerFactor: number | undefined,
  gate: number,
  meterClass: MeterClass,
): number {
  const { small, smallAt } = slot;
  const at = smallAt + MATCH;
  const answer = matchPower(small, at, voltageV, currentA, powerW, powerFactor, gate, meterClass);
  if (answer === NO_ANSWER) return alarms;
  if (answer === CONTRADICTS) {
    return (alarms & MATCH_ALARMS) === 0 ? alarms | culprit(slot, voltageV, currentA, powerW) : alarms;
  }
  return isMatchQuiet(small, at) ? alarms & ~MATCH_ALARMS : alarms;
}

/** Which sensor it is, where one gives itself away. */
function culprit({ small, smallAt }: FilterSlot, voltageV: number, currentA: number, powerW: number): number {
  if (voltageV === 0) return VOLTAGE_DEAD;
  if (currentA === 0) return CURRENT_DEAD;
  if (powerW === 0) return POWER_DEAD;
  const currentRun = numberAt(small, smallAt + CURRENT_RUN);
  const powerRun = numberAt(small, smallAt + POWER_RUN);
  if (currentRun >= STANDS_STILL && powerRun < currentRun) return CURRENT_STUCK;
  if (powerRun >= STANDS_STILL && currentRun < powerRun) return POWER_STUCK;
  return MISMATCH;
}

function compareWithPast(
  slot: FilterSlot,
  alarms: number,
  voltageV: number,
  currentA: number,
  powerW: number,
  durationMs: number,
): number {
  const { whole, wholeAt } = slot;
  if (wholeAt === null) return alarms;
  if (isFirst(slot, HAS_MARKS)) {
    startReplay(whole, wholeAt, powerW);
    return alarms;
  }
  const answer = isReplayed(whole, wholeAt, voltageV, currentA, powerW, durationMs);
  if (answer === null) return alarms;
  return answer ? alarms | REPLAYED : alarms & ~REPLAYED;
}
