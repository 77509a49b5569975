import { WIDEST_LIMITS, type BrokerLimitTexts } from '../lib/devices/broker-limits';
import type { Migration } from '../lib/red/config-migration';

export interface MeterBrokerConfig extends BrokerLimitTexts {
  configVersion: number;
  name: string;
  /** `embedded` runs a broker in this process, `external` uses somebody else's. */
  kind: 'embedded' | 'external';
  /** `each`: every device has a password of its own; `shared`: one for all that have none, which may be empty. */
  access: 'each' | 'shared';
  host: string;
  port: string;
  /** Where devices come over TLS; empty without TLS. */
  tlsPort: string;
  /** Files in PEM format; empty for those that `wattkeeper certificates` makes. */
  certificate: string;
  privateKey: string;
  /** Lifts the rule that a device may only write below its own name. */
  isOpen: boolean;
  /** Address of an external broker, such as mqtts://broker.example:8883. */
  url: string;
  /** File with the certificate that an external broker's is signed with; empty for those that everybody trusts. */
  authority: string;
  /** Readers of an external broker with the same group share its messages (MQTT 5 §4.8.2); empty to hear them all. */
  sharedGroup: string;
}

export interface MeterBrokerCredentials {
  username?: string;
  password?: string;
}

/** A new broker knows each device, and has room for a few thousand of them behind one address. */
export const DEFAULTS: MeterBrokerConfig = {
  configVersion: 1,
  name: '',
  kind: 'embedded',
  access: 'each',
  host: '127.0.0.1',
  port: '1883',
  tlsPort: '',
  certificate: '',
  privateKey: '',
  isOpen: false,
  maxConnections: '10000',
  maxPerAddress: '2000',
  connectsPerSecond: '100',
  messagesPerMinute: '600',
  maxPayloadKb: '512',
  url: 'mqtt://127.0.0.1:1883',
  authority: '',
  sharedGroup: '',
};

export const MIGRATIONS: readonly Migration[] = [
  // Version 0 knew one password for all devices, or none on this machine, and no limits that could be set. The editor
  // gives an old node the defaults of a new one, so whatever it has of these was never somebody's choice.
  (old) => ({ ...old, ...WIDEST_LIMITS, access: 'shared', tlsPort: '' }),
];
