import type { Figures } from '../policy/account-situation';
import { HOURS_PER_DAY } from './use-curve';

/** What a customer's own data say of a week. */
export interface TipData {
  /** In the week, and in the one before it; null where the meter does not say. */
  usedWh: number | null;
  beforeWh: number | null;
  /** All accounts of the tariff with their use in the week, this one among them. */
  similar: { accounts: number; usedWh: number };
  /** By the hour of the wall clock. */
  hoursWh: readonly number[];
  /** What the next kWh costs in each hour; null when prices are not known. */
  ratesMicros: readonly number[] | null;
}

/** With fewer households beside it, nobody would know whom they are compared with, or one would be the measure. */
const LEAST_OTHERS = 5;

/** The figures of a tip; null when there is too little data for one. */
export function tipFigures({ usedWh, beforeWh, similar, hoursWh, ratesMicros }: TipData): Figures | null {
  if (usedWh === null || beforeWh === null) return null;
  const others = similar.accounts - 1;
  const similarWh = others < LEAST_OTHERS ? null : Math.round((similar.usedWh - usedWh) / others);
  return { usedWh, beforeWh, similarWh, ...costliestHour(hoursWh, ratesMicros) };
}

/** The hour that costs most in all, if a kWh costs less at another time. */
function costliestHour(hoursWh: readonly number[], ratesMicros: readonly number[] | null): Figures {
  const none = { hour: null, savingMicros: null };
  if (ratesMicros === null) return none;
  const costs = hoursWh.map((energyWh, hour) => energyWh * (ratesMicros[hour] ?? 0));
  const most = Math.max(...costs);
  const hour = costs.indexOf(most);
  const savingMicros = (ratesMicros[hour] ?? 0) - Math.min(...ratesMicros);
  if (most <= 0 || savingMicros <= 0) return none;
  return { hour: `${hour}-${(hour + 1) % HOURS_PER_DAY}`, savingMicros };
}
