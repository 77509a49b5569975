import type { Migration } from '../lib/red/config-migration';

export interface BalanceGuardConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
  /** At or below this balance the supply is cut. */
  cutAt: string;
  /** Below this balance the customer is warned. */
  warnBelow: string;
  /** No cut before a warning is this old. */
  warnLeadMinutes: string;
  /** No cut on a reading older than this. */
  freshMinutes: string;
  /** At most this many cuts in the whole fleet within an hour, but never fewer than 1 % of it. */
  maxCutsPerHour: string;
  /** Cuts happen only from this local time of day … */
  cutFrom: string;
  /** … to this one. From 00:00 to 24:00 is the whole day. */
  cutTo: string;
  /** No cuts on Saturdays and Sundays. */
  workdaysOnly: boolean;
}

export const DEFAULTS: BalanceGuardConfig = {
  configVersion: 0,
  name: '',
  site: '',
  cutAt: '0',
  warnBelow: '30.00',
  warnLeadMinutes: '60',
  freshMinutes: '120',
  maxCutsPerHour: '5',
  cutFrom: '10:00',
  cutTo: '13:00',
  workdaysOnly: true,
};

export const MIGRATIONS: readonly Migration[] = [];
