import type { Migration } from '../lib/red/config-migration';

export interface MeterBrokerConfig {
  configVersion: number;
  name: string;
  /** `embedded` runs a broker in this process, `external` uses somebody else's. */
  kind: 'embedded' | 'external';
  host: string;
  port: string;
  /** Lifts the rule that a device may only write below its own name. */
  isOpen: boolean;
  /** Address of an external broker, such as mqtts://broker.example:8883. */
  url: string;
}

export interface MeterBrokerCredentials {
  username?: string;
  password?: string;
}

export const DEFAULTS: MeterBrokerConfig = {
  configVersion: 0,
  name: '',
  kind: 'embedded',
  host: '127.0.0.1',
  port: '1883',
  isOpen: false,
  url: 'mqtt://127.0.0.1:1883',
};

export const MIGRATIONS: readonly Migration[] = [];
