import type { LocalTime } from './local-time';
import { CHANCE, chanceAt, wholeAt } from './seeded-random';

/** What somebody has done to a meter at a moment. */
export interface Tampering {
  /** How much of the true use the meter still counts. */
  countedShare: number;
  flags: string[];
}

const HONEST: Tampering = { countedShare: 1, flags: [] };
const CHANCE_PER_DAY = 0.6;
const START_MINUTE = { min: 17 * 60, max: 20 * 60 };
const LENGTH_MINUTES = { min: 120, max: 230 };
const COUNTED_SHARE = 0.3;
/** The meter notices its opened cover for a while; afterwards only the low use gives the bridge away. */
const COVER_OPEN_MINUTES = 30;

/** On most evenings somebody bridges the meter for some hours. It ends before midnight, so a day stands for itself. */
export function tamperingAt(seed: number, house: number, { day, minuteOfDay }: LocalTime): Tampering {
  const draw = (what: number): number => chanceAt(seed, CHANCE.tampering, house * 3 + what, day);
  if (minuteOfDay < START_MINUTE.min || draw(0) >= CHANCE_PER_DAY) return HONEST;
  const start = wholeAt(START_MINUTE.min, START_MINUTE.max, draw(1));
  const minutes = minuteOfDay - start;
  if (minutes < 0 || minutes >= wholeAt(LENGTH_MINUTES.min, LENGTH_MINUTES.max, draw(2))) return HONEST;
  return { countedShare: COUNTED_SHARE, flags: minutes < COVER_OPEN_MINUTES ? ['cover-open'] : [] };
}
