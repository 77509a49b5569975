import type { Migration } from '../lib/red/config-migration';

export interface GsmModemConfig {
  configVersion: number;
  name: string;
  /** Id of a modem-port. */
  modem: string;
  /** Whether the network tells when a text has reached its phone. */
  wantsReport: boolean;
  validityHours: string;
  /** A text that needs more messages is refused. */
  maxParts: string;
  /** An incoming text is kept until the flow says {took: …}. */
  confirms: boolean;
}

export const DEFAULTS: GsmModemConfig = {
  configVersion: 0,
  name: '',
  modem: '',
  wantsReport: true,
  validityHours: '24',
  maxParts: '4',
  confirms: false,
};

export const MIGRATIONS: readonly Migration[] = [];
