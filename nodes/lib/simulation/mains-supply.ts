import { CHANCE, smoothNoiseAt } from './seeded-random';

/** The supply at a house. */
export interface Mains {
  voltageV: number;
  frequencyHz: number;
}

const NOMINAL_V = 230;
const SWING_V = 6;
/** What a kilowatt of its own pulls the voltage of a house down. */
const DROP_V_PER_KW = 1.1;
const NOMINAL_HZ = 50;
const SWING_HZ = 0.06;
const STEP_MS = 60_000;
/** The frequency is the same everywhere, so it belongs to no house. */
const WHOLE_GRID = 0;

export function mainsAt(seed: number, house: number, siteMs: number, loadW: number): Mains {
  const position = siteMs / STEP_MS;
  const swing = (subject: number): number => 2 * smoothNoiseAt(seed, CHANCE.mains, subject, position / 7) - 1;
  return {
    voltageV: round(NOMINAL_V + SWING_V * swing(house) - (DROP_V_PER_KW * loadW) / 1000, 1),
    frequencyHz: round(NOMINAL_HZ + SWING_HZ * swing(WHOLE_GRID), 2),
  };
}

export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  return Math.round(value * factor) / factor;
}
