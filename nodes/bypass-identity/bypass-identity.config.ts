import type { Migration } from '../lib/red/config-migration';

export interface BypassIdentityConfig {
  configVersion: number;
  name: string;
  /** `gateway` sends up what its meters say, `head-end` opens it. */
  side: 'gateway' | 'head-end';
  /** Everybody on the way reads it, so it is no meter's number. Empty when the one-time code says it. */
  gatewayId: string;
}

export interface BypassIdentityCredentials {
  /** A one-time code, or the public key of the head-end. */
  code?: string;
}

export const DEFAULTS: BypassIdentityConfig = {
  configVersion: 0,
  name: '',
  side: 'gateway',
  gatewayId: '',
};

export const MIGRATIONS: readonly Migration[] = [];
