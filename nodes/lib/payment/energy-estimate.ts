import type { Micros } from '../money/micros';
import { pieceAt, type MeterPlan } from '../tariff/meter-plan';
import type { MeterState } from '../tariff/meter-state';
import { price } from '../tariff/price-curve';
import { DAY_MS } from '../time/calendar-date';

/** Where a meter and its prices stand. */
export interface PricedMeter {
  headMs: number;
  headWh: number;
  state: MeterState;
  plan: MeterPlan;
}

/** Every hour of the day and every day of the week is in it, so that time-of-use prices weigh as they usually do. */
const SPREAD_MS = 7 * DAY_MS;
/** More than a house uses in a lifetime: what costs nothing would otherwise have no end. */
const MAX_WH = 1_000_000_000;
const FIRST_GUESS_WH = 1_000;

/**
 * How much energy an amount buys from here on: at the meter's own place in the slabs of this billing period, used evenly
 * over the coming week, standing charges apart. null when nobody can say, as without a price or when energy is free.
 */
export function energyFor(amountMicros: Micros, meter: PricedMeter, nowMs: number): number | null {
  const costOf = costFrom(meter, nowMs);
  try {
    // What the time up to now costs by itself is no part of what is bought.
    const before = costOf(0);
    let tooMuch = FIRST_GUESS_WH;
    while (costOf(tooMuch) - before <= amountMicros) {
      tooMuch *= 2;
      if (tooMuch > MAX_WH) return null;
    }
    let enough = 0;
    while (tooMuch - enough > 1) {
      const middle = Math.floor((enough + tooMuch) / 2);
      if (costOf(middle) - before <= amountMicros) enough = middle;
      else tooMuch = middle;
    }
    return enough;
  } catch {
    // A tariff without a price for the coming days, such as one that follows a market.
    return null;
  }
}

function costFrom({ headMs, headWh, state, plan }: PricedMeter, nowMs: number): (energyWh: number) => number {
  const toMs = Math.max(nowMs, headMs) + SPREAD_MS;
  return (energyWh) =>
    price(plan, state, { fromMs: headMs, fromWh: headWh, toMs, toWh: headWh + energyWh }).amountMicros;
}

/** The billing period of a moment as the utility calls it, such as "Falgun, 2076". */
export function periodLabelAt(plan: MeterPlan, atMs: number): string {
  return pieceAt(plan, atMs).tariff.periods.at(atMs).label;
}
