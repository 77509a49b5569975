import type { Household, HouseholdKind } from './household-load';
import { CHANCE, chanceAt, wholeAt } from './seeded-random';
import type { SolarRoof } from './solar-roof';

/** A house as the utility knows it, and as its residents live in it. */
export interface House {
  number: number;
  /** Houses have names here and people have none. */
  name: string;
  accountId: string;
  meterId: string;
  phone: string;
  household: Household;
  roof: SolarRoof | null;
  isTampered: boolean;
  /** Whether its residents buy electricity again by themselves. */
  residentsBuy: boolean;
  /** Whole units of the site's currency, paid in before the first reading. */
  openingCredit: number;
  /** What the meter had counted before it came here. */
  openingWh: number;
  powerFactor: number;
}

export const MAX_HOUSES = 500;
/** Somebody has just moved in here, with little credit and a kiln; recharging it is left to whoever watches. */
export const NEWCOMER_HOUSE = 7;
/** Two hours of the kiln at the price that residents know. */
const NEWCOMER_CREDIT = 55;
const TAMPERED_HOUSE = 13;

const STREETS = [
  'Mill Lane',
  'Orchard Row',
  'Well Street',
  'Chapel Hill',
  'Weaver Street',
  'Station Road',
  'Meadow Way',
  'Harbour Street',
  'School Lane',
  'Tower Close',
];
const HOUSES_PER_ROW = 8;

const USUAL_KINDS: readonly HouseholdKind[] = [
  'family',
  'couple',
  'family',
  'retired',
  'shared',
  'couple',
  'family',
];
const WORKSHOP_EVERY = 12;
/** One roof in so many, beginning with the third house. */
const ROOF_EVERY = 8;
const FIRST_ROOF = 3;
const ROOF_PEAK_W = { min: 2_400, max: 4_800 };
const SCALE = { min: 0.8, spread: 0.4 };
/** More than two days of any household, so that nobody but the newcomer is short at once. */
const OPENING_CREDIT_STEPS = { min: 6, max: 10 };
const CREDIT_STEP = 50;
const OPENING_KWH = { min: 900, max: 24_000 };
const POWER_FACTOR_PERCENT = { min: 91, max: 99 };
/** The numbers +44 7700 900000 to 900999 are kept for fiction by the British regulator and ring nowhere. */
const FICTIONAL_PHONES = 447_700_900_000;

const OTHER = { kind: 0, scale: 1, roof: 2, credit: 3, register: 4, powerFactor: 5 } as const;

/** Builds the houses of a seed. The same seed always builds the same ones, and a longer street only adds to it. */
export function buildNeighbourhood(seed: number, houses: number): House[] {
  if (!Number.isSafeInteger(houses) || houses < 1 || houses > MAX_HOUSES) {
    throw new RangeError(`houses must be a whole number from 1 to ${MAX_HOUSES}, got ${houses}`);
  }
  return Array.from({ length: houses }, (_, index) => buildHouse(seed, index + 1));
}

function buildHouse(seed: number, number: number): House {
  const draw = (trait: number): number => chanceAt(seed, CHANCE.traits, number, trait);
  const isNewcomer = number === NEWCOMER_HOUSE;
  const code = String(number).padStart(3, '0');
  const creditSteps = wholeAt(OPENING_CREDIT_STEPS.min, OPENING_CREDIT_STEPS.max, draw(OTHER.credit));
  return {
    number,
    name: nameOf(number),
    accountId: `house-${code}`,
    meterId: `meter-${code}`,
    phone: `+${FICTIONAL_PHONES + number}`,
    household: {
      house: number,
      kind: isNewcomer ? 'newcomer' : kindOf(number, draw(OTHER.kind)),
      scale: isNewcomer ? 1 : SCALE.min + SCALE.spread * draw(OTHER.scale),
    },
    roof: hasRoof(number) ? { peakW: wholeAt(ROOF_PEAK_W.min, ROOF_PEAK_W.max, draw(OTHER.roof)) } : null,
    isTampered: number === TAMPERED_HOUSE,
    residentsBuy: !isNewcomer,
    openingCredit: isNewcomer ? NEWCOMER_CREDIT : CREDIT_STEP * creditSteps,
    openingWh: wholeAt(OPENING_KWH.min, OPENING_KWH.max, draw(OTHER.register)) * 1000,
    powerFactor: wholeAt(POWER_FACTOR_PERCENT.min, POWER_FACTOR_PERCENT.max, draw(OTHER.powerFactor)) / 100,
  };
}

/** Eight houses to a row; after ten rows the same streets go on with higher numbers. */
function nameOf(number: number): string {
  const row = Math.floor((number - 1) / HOUSES_PER_ROW);
  const street = STREETS[row % STREETS.length] ?? '';
  const earlierHouses = Math.floor(row / STREETS.length) * HOUSES_PER_ROW;
  return `${street} ${earlierHouses + ((number - 1) % HOUSES_PER_ROW) + 1}`;
}

function kindOf(number: number, chance: number): HouseholdKind {
  if (number % WORKSHOP_EVERY === 0) return 'workshop';
  return USUAL_KINDS[wholeAt(0, USUAL_KINDS.length - 1, chance)] ?? 'family';
}

const hasRoof = (number: number): boolean => number % ROOF_EVERY === FIRST_ROOF;
