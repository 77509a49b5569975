import { readLinks, writeLinks } from '../lib/neighbour/link-names';
import type { Migration } from '../lib/red/config-migration';

export interface BypassRouterConfig {
  configVersion: number;
  name: string;
  /** Id of a bypass-identity. It says which side this is. */
  identity: string;
  /** Head-end: id of the prepaid-site whose ledger the readings go to, or empty. */
  site: string;
  /** Head-end: `commit` acknowledges readings when the ledger has them, `arrival` when they are stored here. */
  acknowledge: 'commit' | 'arrival';
  /** Gateway: the ways up that there are. */
  hasDirect: boolean;
  hasModem: boolean;
  hasNeighbours: boolean;
  mode: 'automatic' | 'direct' | 'modem' | 'neighbour';
  /** The links to neighbours by name, separated by commas; never with a password. */
  links: string;
  linkKind: 'serial' | 'network';
  baudRate: string;
  /** Several nodes on one pair of wires: RS-485. */
  isShared: boolean;
  outboxMegabytes: string;
  outboxDays: string;
  heartbeatSeconds: string;
  /** A new key after so many days; 0 for never. */
  rotateDays: string;
}

export interface BypassRouterCredentials {
  /** What all neighbours share; empty for links that anybody may join. */
  linkKey?: string;
  /** Of the users that the MQTT links name. */
  linkPassword?: string;
}

/** What a migration hands to the running node and the editor never saves. */
export interface BypassRouterSettings extends BypassRouterConfig {
  /** By link: the password that stood in its address. */
  formerPasswords?: readonly (string | null)[];
}

export const DEFAULTS: BypassRouterConfig = {
  configVersion: 1,
  name: '',
  identity: '',
  site: '',
  acknowledge: 'commit',
  hasDirect: true,
  hasModem: false,
  hasNeighbours: true,
  mode: 'automatic',
  links: 'neighbours',
  linkKind: 'serial',
  baudRate: '9600',
  isShared: false,
  outboxMegabytes: '1000',
  outboxDays: '400',
  heartbeatSeconds: '60',
  rotateDays: '90',
};

export const MIGRATIONS: readonly Migration[] = [
  // Version 0 took passwords in the addresses of links. They work until the dialog has put them where they belong.
  ({ links = DEFAULTS.links, ...rest }) => {
    const read = readLinks(String(links));
    return { ...rest, links: writeLinks(read), formerPasswords: read.map(({ password }) => password) };
  },
];
