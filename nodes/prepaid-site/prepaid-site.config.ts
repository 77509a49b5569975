import type { Migration } from '../lib/red/config-migration';

export interface PrepaidSiteConfig {
  configVersion: number;
  name: string;
  /** IANA name, such as Asia/Kolkata. */
  timeZone: string;
  /** ISO 4217 code. Fixed once the ledger has its first entry. */
  currency: string;
  /** Path of the ledger's file; a relative path is below the data folder. */
  database: string;
  /** 1 is the wall clock; more is a simulation, for a ledger of its own. */
  clockRate: string;
}

export const DEFAULTS: PrepaidSiteConfig = {
  configVersion: 0,
  name: '',
  timeZone: 'UTC',
  currency: 'USD',
  database: 'ledger.sqlite',
  clockRate: '1',
};

export const MIGRATIONS: readonly Migration[] = [];
