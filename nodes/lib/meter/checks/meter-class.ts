export type RangedField = 'voltageV' | 'currentA' | 'powerW' | 'powerFactor' | 'frequencyHz';

/** Outside `possible` no meter of the class can have said it; outside `usual` somebody should look. */
export interface FieldRange {
  possible: readonly [min: number, max: number];
  usual: readonly [min: number, max: number];
}

export type MeterClassName = 'single-phase' | 'three-phase' | 'ct' | 'pulse' | 'direct-current';

/** What can be expected of a kind of meter. */
export interface MeterClass {
  name: MeterClassName;
  /** A field without a range is not measured by the class and is not checked. */
  ranges: Readonly<Partial<Record<RangedField, FieldRange>>>;
  /**
   * What V × I × PF is multiplied with to give P. A meter of three phases may mean the voltage of one phase or between
   * two, and the current of one phase or the sum; which one it is shows in its readings. Empty: nothing to compare.
   */
  powerFactors: readonly number[];
  /** The smallest current that the class tells from none; below it P and V × I × PF need not agree. */
  currentStepA: number;
}

/** Both mains of the world, 100 to 240 V; zero while the supply is out, and 300 V where a neutral is broken. */
const HOUSE_VOLTAGE: FieldRange = { possible: [0, 480], usual: [80, 276] };
/** Between two phases of 277/480 V, with the same reserve. */
const LINE_VOLTAGE: FieldRange = { possible: [0, 830], usual: [80, 530] };
/** 16.7 and 400 Hz are no public supply; a generator out of step is possible. Zero while the supply is out. */
const FREQUENCY: FieldRange = { possible: [0, 100], usual: [45, 65] };
const POWER_FACTOR: FieldRange = { possible: [-1, 1], usual: [-1, 1] };
/** What three phases add up to, by how the voltage and the current are meant. */
const THREE_PHASE_FACTORS = [1, Math.sqrt(3), 3] as const;

/** Limits of whole meters: the largest direct connection in use is 100 A, with the overload that a fuse lets pass. */
export const METER_CLASSES: Readonly<Record<MeterClassName, MeterClass>> = {
  'single-phase': {
    name: 'single-phase',
    ranges: {
      voltageV: HOUSE_VOLTAGE,
      currentA: { possible: [-200, 200], usual: [-100, 100] },
      powerW: { possible: [-60_000, 60_000], usual: [-24_000, 24_000] },
      powerFactor: POWER_FACTOR,
      frequencyHz: FREQUENCY,
    },
    powerFactors: [1],
    currentStepA: 0.01,
  },
  'three-phase': {
    name: 'three-phase',
    ranges: {
      voltageV: LINE_VOLTAGE,
      currentA: { possible: [-600, 600], usual: [-300, 300] },
      powerW: { possible: [-180_000, 180_000], usual: [-72_000, 72_000] },
      powerFactor: POWER_FACTOR,
      frequencyHz: FREQUENCY,
    },
    powerFactors: THREE_PHASE_FACTORS,
    currentStepA: 0.03,
  },
  /** Behind current transformers, up to 5,000/5 A, and possibly voltage transformers up to 36 kV. */
  ct: {
    name: 'ct',
    ranges: {
      voltageV: { possible: [0, 42_000], usual: [80, 40_000] },
      currentA: { possible: [-12_000, 12_000], usual: [-6_000, 6_000] },
      powerW: { possible: [-4e8, 4e8], usual: [-2e8, 2e8] },
      powerFactor: POWER_FACTOR,
      frequencyHz: FREQUENCY,
    },
    powerFactors: THREE_PHASE_FACTORS,
    currentStepA: 0.5,
  },
  /** Counts pulses; its power is computed from their distance, so only the register itself can be checked. */
  pulse: {
    name: 'pulse',
    ranges: { powerW: { possible: [-1e7, 1e7], usual: [0, 1e6] } },
    powerFactors: [],
    currentStepA: 0,
  },
  /** Solar home systems and charging of batteries. */
  'direct-current': {
    name: 'direct-current',
    ranges: {
      voltageV: { possible: [0, 1_500], usual: [5, 1_000] },
      currentA: { possible: [-1_000, 1_000], usual: [-500, 500] },
      powerW: { possible: [-500_000, 500_000], usual: [-250_000, 250_000] },
    },
    powerFactors: [1],
    currentStepA: 0.02,
  },
};
