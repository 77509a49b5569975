import type { SupplyState } from '../ledger/account';
import { CHANCE, chanceAt, wholeAt } from './seeded-random';

/** What residents remember of their electricity. */
export interface ResidentMemory {
  purchases: number;
  /** How many Wh all their purchases should have bought, by the price they know. */
  boughtWh: number;
  /** What the meter counted when they bought for the first time. */
  firstWh: number;
  /** When they will get round to buying; null while they see no need. */
  buyAtMs: number | null;
}

/** What anybody in the house can see. */
export interface Observation {
  nowMs: number;
  relay: SupplyState;
  energyWh: number;
}

export interface Purchase {
  number: number;
  /** Whole units of the site's currency. */
  amount: number;
}

/** The price on the leaflet in the kitchen. A utility that charges something else finds its customers a little off. */
export const KNOWN_PRICE_PER_KWH = 8;

const MS_PER_HOUR = 3_600_000;
/** When they start to think of buying: some early, some only when little is left. */
const NOTICES_BELOW_WH = { min: 1_500, max: 6_000 };
/** How long it takes them then. In the dark they hurry. */
const PUTS_OFF_HOURS = { min: 1, max: 20 };
const IN_THE_DARK_HOURS = { min: 1, max: 4 };
const AMOUNT_STEP = 50;
const AMOUNT_STEPS = { min: 2, max: 6 };

export const whFor = (amount: number): number => Math.floor((amount * 1000) / KNOWN_PRICE_PER_KWH);

/**
 * Decides, a little later than would be wise, whether the residents buy now. They know nothing of any ledger: they
 * see whether the light is on, and what the meter has counted since they bought.
 */
export function considerBuying(
  seed: number,
  house: number,
  memory: ResidentMemory,
  seen: Observation,
): Purchase | null {
  const number = memory.purchases + 1;
  const draw = (what: number): number => chanceAt(seed, CHANCE.purchase, house * 4 + what, number);
  const leftWh = memory.boughtWh - (seen.energyWh - memory.firstWh);
  const isDark = seen.relay === 'off';
  if (!isDark && leftWh >= wholeAt(NOTICES_BELOW_WH.min, NOTICES_BELOW_WH.max, draw(0))) {
    memory.buyAtMs = null;
    return null;
  }
  const calmHours = wholeAt(PUTS_OFF_HOURS.min, PUTS_OFF_HOURS.max, draw(1));
  const darkHours = wholeAt(IN_THE_DARK_HOURS.min, IN_THE_DARK_HOURS.max, draw(1));
  memory.buyAtMs ??= seen.nowMs + calmHours * MS_PER_HOUR;
  if (isDark) memory.buyAtMs = Math.min(memory.buyAtMs, seen.nowMs + darkHours * MS_PER_HOUR);
  if (seen.nowMs < memory.buyAtMs) return null;
  const amount = AMOUNT_STEP * wholeAt(AMOUNT_STEPS.min, AMOUNT_STEPS.max, draw(2));
  memory.purchases = number;
  memory.boughtWh += whFor(amount);
  memory.buyAtMs = null;
  return { number, amount };
}
