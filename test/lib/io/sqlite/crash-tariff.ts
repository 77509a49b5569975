import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { HOME_TARIFF } from './ledger-fixture';

/** Each version comes into force this much after the one before; readings are two seconds apart. */
export const VERSION_EVERY_MS = 1_337;
/** Of each meter and day, in every version. */
export const DAY_MICROS = 777;

/** A tariff of blocks, so that what lies before a reading changes what it costs; each version a little dearer. */
export function crashTariff(version: number): Tariff {
  return {
    ...HOME_TARIFF,
    version,
    timeZone: 'UTC',
    components: [
      {
        kind: 'slabs',
        id: 'energy',
        prorate: false,
        slabs: [
          { uptoWh: 2_000, rateMicrosPerKwh: 5_000_000 + version },
          { uptoWh: null, rateMicrosPerKwh: 9_000_000 + version },
        ],
      },
      { kind: 'standingDay', id: 'day', amountMicros: DAY_MICROS, perKw: false },
    ],
  };
}
