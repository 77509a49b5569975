import type { Reading } from '../../../../nodes/lib/meter/reading';

/** Something that happens to a meter, or that somebody does to it. */
export interface Spoiling {
  name: string;
  /** Whether a filter that only sees this one meter can know. */
  isVisible: boolean;
  spoil: (run: readonly Reading[], from: number) => Reading[];
}

const MS_PER_HOUR = 3_600_000;

/** Changes each reading from an index on, with the time since then. */
const each =
  (change: (reading: Reading, hours: number, first: Reading) => Partial<Reading>): Spoiling['spoil'] =>
  (run, from) =>
    run.map((reading, index) => {
      const first = run[from]!;
      if (index < from) return reading;
      return { ...reading, ...change(reading, (reading.atMs - first.atMs) / MS_PER_HOUR, first) };
    });

/** Scales what the register counts from an index on; it never falls. */
const scaleRegister = (run: readonly Reading[], from: number, share: number): Reading[] => {
  const startWh = run[from]!.energyWh;
  return run.map((reading, index) => {
    if (index < from) return reading;
    return { ...reading, energyWh: Math.floor(startWh + (reading.energyWh - startWh) * share) };
  });
};

const scaled = (value: number | undefined, factor: number): number => (value ?? 0) * factor;

/** What was said a day before, as somebody plays it who recorded it: one reading for each. */
const dayBefore = (run: readonly Reading[], index: number): Reading => {
  const spacingMs = (run.at(-1)!.atMs - run[0]!.atMs) / (run.length - 1);
  return run[index - Math.round((24 * MS_PER_HOUR) / spacingMs)]!;
};

export const SPOILINGS: readonly Spoiling[] = [
  {
    name: 'step: the voltage sensor +15 %',
    isVisible: true,
    spoil: each(({ voltageV }) => ({ voltageV: scaled(voltageV, 1.15) })),
  },
  {
    name: 'step: the current sensor −30 %',
    isVisible: true,
    spoil: each(({ currentA }) => ({ currentA: scaled(currentA, 0.7) })),
  },
  {
    name: 'drift: the voltage sensor +1 V an hour',
    isVisible: true,
    spoil: each(({ voltageV }, hours) => ({ voltageV: (voltageV ?? 0) + hours })),
  },
  {
    name: 'drift: the current sensor −1 % an hour',
    isVisible: true,
    spoil: each(({ currentA }, hours) => ({ currentA: scaled(currentA, Math.max(0, 1 - 0.01 * hours)) })),
  },
  {
    name: 'drift: the power −1 % an hour',
    isVisible: true,
    spoil: each(({ powerW }, hours) => ({ powerW: scaled(powerW, Math.max(0, 1 - 0.01 * hours)) })),
  },
  {
    name: 'stuck: the voltage',
    isVisible: true,
    spoil: each((_reading, _hours, { voltageV = 0 }) => ({ voltageV })),
  },
  {
    name: 'stuck: the current',
    isVisible: true,
    spoil: each((_reading, _hours, { currentA = 0 }) => ({ currentA })),
  },
  {
    name: 'stuck: the power',
    isVisible: true,
    spoil: each((_reading, _hours, { powerW = 0 }) => ({ powerW })),
  },
  { name: 'dead: the current', isVisible: true, spoil: each(() => ({ currentA: 0 })) },
  {
    name: 'scaled: power and register × 0.6',
    isVisible: true,
    spoil: (run, from) =>
      scaleRegister(each(({ powerW }) => ({ powerW: scaled(powerW, 0.6) }))(run, from), from, 0.6),
  },
  {
    name: 'scaled: the register × 0.6',
    isVisible: true,
    spoil: (run, from) => scaleRegister(run, from, 0.6),
  },
  {
    name: 'scaled: current, power and register × 0.6',
    // One meter that is wrong in every way alike is only seen beside others.
    isVisible: false,
    spoil: (run, from) => {
      const less = each(({ currentA, powerW }) => ({
        currentA: scaled(currentA, 0.6),
        powerW: scaled(powerW, 0.6),
      }));
      return scaleRegister(less(run, from), from, 0.6);
    },
  },
  {
    name: 'replayed: V, I and P of the day before',
    isVisible: true,
    spoil: (run, from) =>
      run.map((reading, index) => {
        if (index < from) return reading;
        const { voltageV = 0, currentA = 0, powerW = 0, powerFactor = 0 } = dayBefore(run, index);
        return { ...reading, voltageV, currentA, powerW, powerFactor };
      }),
  },
  {
    name: 'replayed: all of the day before',
    isVisible: true,
    spoil: (run, from) => {
      const shiftWh = run[from]!.energyWh - dayBefore(run, from).energyWh;
      return run.map((reading, index) => {
        if (index < from) return reading;
        const earlier = dayBefore(run, index);
        return { ...earlier, atMs: reading.atMs, energyWh: earlier.energyWh + shiftWh };
      });
    },
  },
];
