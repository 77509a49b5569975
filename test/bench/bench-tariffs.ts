import type { Tariff } from '../../nodes/lib/tariff/tariff';
import { PRICE_MICROS_PER_WH } from './path-flow';

/** One rate, a little higher with each version. */
export function flatTariff(version: number): Tariff {
  const rateMicrosPerKwh = 1_000 * PRICE_MICROS_PER_WH + (version - 1);
  return {
    tariffId: 'domestic',
    version,
    timeZone: 'UTC',
    billing: { kind: 'month', anchorDay: 1 },
    holidays: [],
    seasons: [],
    components: [{ kind: 'flat', id: 'energy', rateMicrosPerKwh }],
  };
}
