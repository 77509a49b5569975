import type { Migration } from '../lib/red/config-migration';

export interface TariffCalcConfig {
  configVersion: number;
  name: string;
  tariffId: string;
  /** Rises by one whenever the price changes; the editor takes care of it. */
  version: number | string;
  /** As typed, with at most 6 decimals. */
  pricePerKwh: string;
}

export const DEFAULTS: TariffCalcConfig = {
  configVersion: 0,
  name: '',
  tariffId: 'domestic',
  version: 1,
  pricePerKwh: '8.00',
};

export const MIGRATIONS: readonly Migration[] = [];
