import type { Closing } from '../lib/relay/relay-settings';
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
  /** No command acts later than this after it was made. */
  lifeSeconds: string;
  /** When many restores are wanted at once, they are spread over this. */
  spreadSeconds: string;
  /** So many within a minute are many. */
  massAbove: string;
  minOnSeconds: string;
  minOffSeconds: string;
  switchesPerHour: string;
  closing: Closing;
  /** Power above this behind an open relay is an alarm. */
  drawAboveW: string;
  settleSeconds: string;
  /** Whose key signs commands in our own JSON. */
  signing: 'none' | 'site' | 'device';
  /** What a relay on a line of this computer does when the node stops. */
  failState: 'keep' | 'on' | 'off';
}

export interface RelaySwitchCredentials {
  signingKey?: string;
  devicePassword?: string;
}

export const DEFAULTS: RelaySwitchConfig = {
  configVersion: 1,
  name: '',
  site: '',
  broker: '',
  retrySeconds: '5',
  maxTries: '5',
  lifeSeconds: '300',
  spreadSeconds: '600',
  massAbove: '20',
  minOnSeconds: '60',
  minOffSeconds: '60',
  switchesPerHour: '12',
  closing: 'direct',
  drawAboveW: '10',
  settleSeconds: '30',
  signing: 'none',
  failState: 'keep',
};

export type NumberField =
  | 'retrySeconds'
  | 'maxTries'
  | 'lifeSeconds'
  | 'spreadSeconds'
  | 'massAbove'
  | 'minOnSeconds'
  | 'minOffSeconds'
  | 'switchesPerHour'
  | 'drawAboveW'
  | 'settleSeconds';

/** The least and the most of every number. What allowed a command holds for five minutes, so none may live longer. */
export const BOUNDS: Readonly<Record<NumberField, readonly [number, number]>> = {
  retrySeconds: [1, 60],
  maxTries: [1, 100],
  lifeSeconds: [10, 300],
  spreadSeconds: [0, 3_600],
  massAbove: [0, 10_000],
  minOnSeconds: [0, 3_600],
  minOffSeconds: [0, 3_600],
  switchesPerHour: [1, 3_600],
  drawAboveW: [0, 10_000],
  settleSeconds: [0, 3_600],
};

/** The number in a field, or null when it is none that may stand there. */
export function numberIn(field: NumberField, text: string): number | null {
  const [least, most] = BOUNDS[field];
  const value = Number(text);
  return text.trim() !== '' && Number.isSafeInteger(value) && value >= least && value <= most ? value : null;
}

/** A key that can be guessed signs nothing. */
const MIN_KEY_LENGTH = 16;
/** What the editor shows instead of a password that it was never given. */
const KEPT_PASSWORD = '__PWRD__';

/** Whether commands can be signed with this key, or need not be. A node of the first version signs nothing. */
export function isKeyGood(signing: RelaySwitchConfig['signing'] | undefined, key: string): boolean {
  return signing === undefined || signing === 'none' || key === KEPT_PASSWORD || key.length >= MIN_KEY_LENGTH;
}

/** Settings that a node of version 0 does not have, and the dialog would leave empty. */
export const SINCE_VERSION_1 = [
  'lifeSeconds',
  'spreadSeconds',
  'massAbove',
  'minOnSeconds',
  'minOffSeconds',
  'switchesPerHour',
  'closing',
  'drawAboveW',
  'settleSeconds',
  'signing',
  'failState',
] as const;

/** Waits were not bounded at first; a longer one would let a device that comes back wait longer than a minute. */
const LONGEST_RETRY_SECONDS = 60;
const FEWEST = 1;

export const MIGRATIONS: readonly Migration[] = [
  // Nodes of the first version had no protection: they go on as they were until somebody decides otherwise.
  (old) => ({
    ...old,
    retrySeconds: within(old['retrySeconds'], LONGEST_RETRY_SECONDS, DEFAULTS.retrySeconds),
    maxTries: within(old['maxTries'], BOUNDS.maxTries[1], DEFAULTS.maxTries),
    spreadSeconds: '0',
    minOnSeconds: '0',
    minOffSeconds: '0',
    switchesPerHour: String(BOUNDS.switchesPerHour[1]),
  }),
];

function within(stored: unknown, most: number, fallback: string): unknown {
  if (stored === undefined) return fallback;
  const value = Number(stored);
  return Number.isSafeInteger(value) && value >= FEWEST ? String(Math.min(value, most)) : stored;
}
