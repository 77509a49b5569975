import { parseAmount } from '../lib/money/micros';
import type { Migration } from '../lib/red/config-migration';
import { canonicalTariff } from '../lib/tariff/tariff-version';

export interface TariffCalcConfig {
  configVersion: number;
  name: string;
  /** The site whose ledger knows where each meter stands in its billing period; empty for a calculator. */
  site: string;
  /** A `Tariff` as JSON. It carries the tariff's id and version. */
  tariff: string;
  /** An approved tariff prices readings; a draft can only be tried out. */
  state: 'draft' | 'approved';
  /** 'YYYY-MM-DDTHH:mm' on the wall clock of the tariff's zone; empty for as soon as it is deployed. */
  inForceFrom: string;
}

const FLAT_PRICE = '8.00';

/** A new node bills at once: one rate, in the zone of whoever sets it up. */
export const DEFAULTS: TariffCalcConfig = {
  configVersion: 1,
  name: '',
  site: '',
  tariff: flatTariffJson('domestic', 1, FLAT_PRICE, new Intl.DateTimeFormat().resolvedOptions().timeZone),
  state: 'approved',
  inForceFrom: '',
};

export const MIGRATIONS: readonly Migration[] = [
  // Version 0 knew one price per kWh and no zone; without a calendar in the tariff any zone prices alike.
  ({ tariffId = 'domestic', version = 1, pricePerKwh = FLAT_PRICE, ...rest }) => ({
    ...rest,
    tariff: flatTariffJson(String(tariffId), Number(version), String(pricePerKwh), 'UTC'),
  }),
];

function flatTariffJson(tariffId: string, version: number, pricePerKwh: string, timeZone: string): string {
  return canonicalTariff({
    tariffId,
    version,
    timeZone,
    billing: { kind: 'month', anchorDay: 1 },
    holidays: [],
    seasons: [],
    components: [{ kind: 'flat', id: 'energy', rateMicrosPerKwh: parseAmount(pricePerKwh) }],
  });
}
