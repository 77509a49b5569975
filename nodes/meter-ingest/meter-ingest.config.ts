import type { Migration } from '../lib/red/config-migration';

export interface MeterIngestConfig {
  configVersion: number;
  name: string;
  /** Id of a prepaid-site. */
  site: string;
  /** Id of a meter-broker; empty when readings come over the input wire. */
  broker: string;
  /** When a sender behind our broker is told that its reading is taken: after the commit, or on arrival. */
  acknowledge: 'commit' | 'arrival';
}

export const DEFAULTS: MeterIngestConfig = {
  configVersion: 0,
  name: '',
  site: '',
  broker: '',
  acknowledge: 'commit',
};

export const MIGRATIONS: readonly Migration[] = [];
