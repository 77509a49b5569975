import type { Migration } from '../lib/red/config-migration';

export interface PrepaidReportConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
}

export const DEFAULTS: PrepaidReportConfig = { configVersion: 0, name: '', site: '' };

export const MIGRATIONS: readonly Migration[] = [];
