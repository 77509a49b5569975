import type { Migration } from '../lib/red/config-migration';

export interface RelaySwitchConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
  /** Id of a meter-broker; empty when output 1 is wired to whatever sends the commands. */
  broker: string;
  /** The first repetition comes after this; each further one waits twice as long. */
  retrySeconds: string;
  maxTries: string;
}

export const DEFAULTS: RelaySwitchConfig = {
  configVersion: 0,
  name: '',
  site: '',
  broker: '',
  retrySeconds: '5',
  maxTries: '5',
};

export const MIGRATIONS: readonly Migration[] = [];
