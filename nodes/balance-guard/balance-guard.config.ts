import { OWN_HOURS, type GuardSettings } from '../lib/form/guard-settings';
import type { Migration } from '../lib/red/config-migration';

export interface BalanceGuardConfig extends GuardSettings {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
}

export const DEFAULTS: BalanceGuardConfig = {
  configVersion: 1,
  name: '',
  site: '',
  warnBelow: '30.00',
  warnPercents: '30, 10',
  warnDaysLeft: '3',
  warnNextSlab: true,
  highUsePercent: '150',
  cutAt: '0',
  warnLeadMinutes: '60',
  freshMinutes: '120',
  maxCutsPerHour: '5',
  preset: OWN_HOURS,
  cutFrom: '10:00',
  cutTo: '13:00',
  workdaysOnly: true,
  emergencyMode: 'off',
  emergencyAmount: '10.00',
  emergencyBelow: '1.00',
  overloadLimitW: '',
  policy: '',
};

export const MIGRATIONS: readonly Migration[] = [
  // Who had one warning line keeps that one alone until they choose more.
  (old) => ({ ...old, warnPercents: '', warnDaysLeft: '', warnNextSlab: false, highUsePercent: '' }),
];

/** Fields of the first version's dialog are in every stored node; these are not. */
export const SINCE_VERSION_1 = [
  'warnPercents',
  'warnDaysLeft',
  'highUsePercent',
  'preset',
  'emergencyMode',
  'emergencyAmount',
  'emergencyBelow',
  'overloadLimitW',
  'policy',
] as const satisfies readonly (keyof BalanceGuardConfig)[];
