import type { OwnText } from '../lib/notice/own-texts';
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
  /** Where notices to staff go. */
  officePhone: string;
  officeEmail: string;
  officeLanguage: string;
  /** The utility's own wording of notices and answers. */
  ownTexts: OwnText[];
}

export const DEFAULTS: PrepaidSiteConfig = {
  configVersion: 1,
  name: '',
  timeZone: 'UTC',
  currency: 'USD',
  database: 'ledger.sqlite',
  clockRate: '1',
  officePhone: '',
  officeEmail: '',
  officeLanguage: 'en',
  ownTexts: [],
};

export const MIGRATIONS: readonly Migration[] = [
  // Sites of the first version had no office to write to and no texts of their own.
  (old) => ({ ...old, officePhone: '', officeEmail: '', officeLanguage: 'en', ownTexts: [] }),
];
