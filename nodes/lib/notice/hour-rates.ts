import type { PricedMeter } from '../payment/energy-estimate';
import { price } from '../tariff/price-curve';
import type { LocalDay, LocalDays } from '../time/local-days';
import { HOURS_PER_DAY } from './use-curve';

const ONE_KWH_WH = 1_000;

/**
 * What one more kWh costs in each hour of a day that is still to come, at the meter's own place in the slabs; null when
 * there is no price for it yet.
 */
export function hourRates(meter: PricedMeter, days: LocalDays, day: LocalDay): number[] | null {
  const { headMs, headWh, state, plan } = meter;
  const rates = new Array<number>(HOURS_PER_DAY).fill(0);
  try {
    for (const { hour, fromMs, toMs } of days.hoursOf(day)) {
      const idle = price(plan, state, { fromMs: headMs, fromWh: headWh, toMs: fromMs, toWh: headWh });
      const costOf = (energyWh: number): number =>
        price(plan, idle.state, { fromMs, fromWh: headWh, toMs, toWh: headWh + energyWh }).amountMicros;
      rates[hour] = costOf(ONE_KWH_WH) - costOf(0);
    }
    return rates;
  } catch {
    // A tariff without a price for that day, such as one that follows a market.
    return null;
  }
}
