import { wholeNumber } from '../lib/form/field-check';
import type { Migration } from '../lib/red/config-migration';
import { MAX_HOUSES } from '../lib/simulation/neighbourhood';

export interface MeterSimulatorConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site, whose clock and time zone the neighbourhood lives by. */
  site: string;
  /** Id of a meter-broker, to which every meter connects by itself. */
  broker: string;
  houses: string;
  /** The same seed gives the same neighbourhood with the same days. */
  seed: string;
  /** In the site's time. */
  reportEveryMinutes: string;
  residentsBuy: boolean;
}

export const DEFAULTS: MeterSimulatorConfig = {
  configVersion: 0,
  name: '',
  site: '',
  broker: '',
  houses: '24',
  seed: '42',
  reportEveryMinutes: '15',
  residentsBuy: true,
};

export const MIGRATIONS: readonly Migration[] = [];

/** What each number may be. A meter that is silent for more than a day would count as lost. */
export const LIMITS = {
  houses: { min: 1, max: MAX_HOUSES },
  seed: { min: 0, max: 0xffff_ffff },
  reportEveryMinutes: { min: 1, max: 1_440 },
} as const;

export type NumberField = keyof typeof LIMITS;

/** Reads one of the numbers. Throws a sentence for people when it is none or out of its range. */
export function readNumber(field: NumberField, text: string | number): number {
  const { min, max } = LIMITS[field];
  const value = wholeNumber(String(text));
  if (value !== null && value >= min && value <= max) return value;
  throw new RangeError(`${field} must be a whole number from ${min} to ${max}, got "${text}"`);
}
