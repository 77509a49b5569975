import type { Migration } from '../lib/red/config-migration';

export interface MeterDevicesConfig {
  configVersion: number;
  name: string;
  /** Id of a meter-broker. */
  broker: string;
}

export const DEFAULTS: MeterDevicesConfig = { configVersion: 0, name: '', broker: '' };

export const MIGRATIONS: readonly Migration[] = [];
