import type { Reading } from '../reading';
import type { FilterSlot } from './filter-state';
import { CURRENT_RUN, POWER_RUN, RAISED, SLOPE, VOLTAGE } from './filter-state';
import { slopeShare } from './register-slope';
import { figure, verdict, type CheckName, type CheckVerdict } from './verdict';
import { hourlyVoltage, usualVoltage } from './voltage-watch';
import { numberAt } from './number-at';

export type AlarmName =
  | 'voltage-stuck'
  | 'current-stuck'
  | 'power-stuck'
  | 'voltage-dead'
  | 'current-dead'
  | 'power-dead'
  | 'voltage-drift'
  | 'disturbance'
  | 'mismatch'
  | 'slope'
  | 'replay';

type AlarmField = 'voltageV' | 'currentA' | 'powerW' | 'energyWh';

interface Alarm {
  name: AlarmName;
  bit: number;
  check: CheckName;
  field: AlarmField;
  reason: (slot: FilterSlot, reading: Reading) => string;
}

const small = ({ small: numbers, smallAt }: FilterSlot, index: number): number =>
  numberAt(numbers, smallAt + index);
const show = (value: number | undefined): string => (value === undefined ? 'nothing' : figure(value));
const product = ({ voltageV, currentA, powerFactor, powerW }: Reading): string =>
  `P is ${show(powerW)} W, and ${show(voltageV)} V × ${show(currentA)} A` +
  (powerFactor === undefined ? ' cannot be so much' : ` × ${show(powerFactor)} is another power`);

/** In the order of their bits. */
export const ALARMS: readonly Alarm[] = [
  {
    name: 'voltage-stuck',
    bit: 1,
    check: 'stuck',
    field: 'voltageV',
    reason: () => 'has not moved for longer than mains can stand still',
  },
  {
    name: 'current-stuck',
    bit: 2,
    check: 'stuck',
    field: 'currentA',
    reason: (slot, reading) =>
      `the same for ${small(slot, CURRENT_RUN) + 1} readings while ${product(reading)}`,
  },
  {
    name: 'power-stuck',
    bit: 4,
    check: 'stuck',
    field: 'powerW',
    reason: (slot, reading) =>
      `the same for ${small(slot, POWER_RUN) + 1} readings while ${product(reading)}`,
  },
  {
    name: 'voltage-dead',
    bit: 8,
    check: 'dead',
    field: 'voltageV',
    reason: (_slot, { powerW }) => `no voltage, and ${show(powerW)} W flow`,
  },
  {
    name: 'current-dead',
    bit: 16,
    check: 'dead',
    field: 'currentA',
    reason: (_slot, { powerW }) => `no current, and ${show(powerW)} W flow`,
  },
  {
    name: 'power-dead',
    bit: 32,
    check: 'dead',
    field: 'powerW',
    reason: (_slot, { voltageV, currentA }) => `no power, with ${show(voltageV)} V and ${show(currentA)} A`,
  },
  {
    name: 'voltage-drift',
    bit: 64,
    check: 'drift',
    field: 'voltageV',
    reason: ({ small: numbers, smallAt }) =>
      `${figure(hourlyVoltage(numbers, smallAt + VOLTAGE))} V over the last hour, ` +
      `usual is ${figure(usualVoltage(numbers, smallAt + VOLTAGE))} V`,
  },
  {
    name: 'disturbance',
    bit: 128,
    check: 'disturbance',
    field: 'voltageV',
    reason: ({ small: numbers, smallAt }) =>
      `jumped further than a grid does, usual is ${figure(usualVoltage(numbers, smallAt + VOLTAGE))} V`,
  },
  {
    name: 'mismatch',
    bit: 256,
    check: 'mismatch',
    field: 'powerW',
    reason: (_slot, reading) => product(reading),
  },
  {
    name: 'slope',
    bit: 512,
    check: 'slope',
    field: 'energyWh',
    reason: ({ small: numbers, smallAt }) => {
      const share = slopeShare(numbers, smallAt + SLOPE);
      const percent = figure(Math.abs(share) * 100);
      return `counted ${percent} % ${share > 0 ? 'more' : 'less'} than the power adds up to, and not for the first time`;
    },
  },
  {
    name: 'replay',
    bit: 1024,
    check: 'replay',
    field: 'powerW',
    reason: () => 'voltage, current and power come in the same order as before, digit for digit',
  },
];

const bitOf = (wanted: AlarmName): number => ALARMS.find(({ name }) => name === wanted)?.bit ?? 0;

export const VOLTAGE_STUCK = bitOf('voltage-stuck');
export const CURRENT_STUCK = bitOf('current-stuck');
export const POWER_STUCK = bitOf('power-stuck');
export const VOLTAGE_DEAD = bitOf('voltage-dead');
export const CURRENT_DEAD = bitOf('current-dead');
export const POWER_DEAD = bitOf('power-dead');
export const VOLTAGE_DRIFT = bitOf('voltage-drift');
/** Is over with the reading that showed it, so it is never seen to end. */
export const DISTURBANCE = bitOf('disturbance');
export const MISMATCH = bitOf('mismatch');
export const SLOPE_OFF = bitOf('slope');
export const REPLAYED = bitOf('replay');

/** A flag for an alarm that came up, an event for one that is over. */
export function alarmVerdict(alarm: Alarm, slot: FilterSlot, reading: Reading): CheckVerdict {
  const { bit, check, field, reason } = alarm;
  const isUp = bit === DISTURBANCE || (small(slot, RAISED) & bit) !== 0;
  const value = reading[field];
  return isUp
    ? verdict('flag', check, field, value, reason(slot, reading))
    : verdict('event', check, field, value, 'over: it fits again');
}
