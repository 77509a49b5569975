import type { MeterRow } from '../lib/meter/meter-rules';
import type { MeterClassName } from '../lib/meter/checks/meter-class';
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
  /** Topics to listen to, with spaces or commas between them; empty for all that could be a meter. */
  topics: string;
  /** What meters are, where no row says otherwise. */
  meterClass: MeterClassName;
  /** Whether customers may feed in, where no row says otherwise. */
  mayExport: boolean;
  /** A reading older than this is held; 0 takes readings of any age. */
  maxAgeDays: number;
  /** Whether voltage, current and power are filtered, so that failing sensors and false data are found. */
  checksSignals: boolean;
  meters: MeterRow[];
  /** Ways to read payloads that are not known by themselves, as in a profile file. */
  profiles: unknown[];
}

export const DEFAULTS: MeterIngestConfig = {
  configVersion: 0,
  name: '',
  site: '',
  broker: '',
  acknowledge: 'commit',
  topics: '',
  meterClass: 'single-phase',
  mayExport: false,
  maxAgeDays: 35,
  checksSignals: true,
  meters: [],
  profiles: [],
};

export const MIGRATIONS: readonly Migration[] = [];
