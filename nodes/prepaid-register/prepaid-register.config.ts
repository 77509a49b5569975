import type { Migration } from '../lib/red/config-migration';

export interface PrepaidRegisterConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
}

export const DEFAULTS: PrepaidRegisterConfig = { configVersion: 0, name: '', site: '' };

export const MIGRATIONS: readonly Migration[] = [];
