import type { WallTime } from '../../time/wall-clock';
import type { SupplyState } from '../../ledger/account';
import type { Confirmation, RelaySettings } from '../relay-settings';

/** What a dialect puts into words. */
export interface CommandToSend {
  meterId: string;
  desired: SupplyState;
  commandId: string;
  version: number;
  issuedMs: number;
  /** The device ignores the command from this moment on, so that a late one never acts. */
  expiresMs: number;
  /** Do not close, but let somebody at the premises close. Only for dialects that can say so. */
  arm: boolean;
  settings: RelaySettings;
}

/** What dialects may ask for beyond the command. */
export interface DialectContext {
  /** A signature with the meter's key in hex; null when the site has no key. */
  sign: ((meterId: string, text: string) => string) | null;
  /** What meters on a wire want to hear before they obey, as the operator typed it. */
  devicePassword: string;
  wallTime: (atMs: number) => WallTime;
}

/** What goes to a device, over the broker or over the node's output. */
export interface DeviceCommand {
  topic: string;
  payload: string | Uint8Array | Record<string, unknown>;
}

/** What a relay says when it is asked, or when it answers to a command. */
export interface RelayWord {
  /** null when it only says that it has taken the command. */
  reported: SupplyState | null;
  /** It waits for somebody at the premises to close it. */
  isArmed: boolean;
}

/** One way of speaking to a relay. */
export interface Dialect {
  /** How commands leave: over MQTT, over output 1 to whatever is wired there, or by a line of this computer. */
  way: 'mqtt' | 'wire' | 'gpio';
  /** What makes a command count as done when nothing else is set. */
  confirm: Confirmation | ((settings: RelaySettings) => Confirmation);
  /** Whether the device itself can be told to wait for somebody who closes it. */
  canArm: boolean;
  /** The name under which the device's reports come in. */
  reportsAs: (meterId: string, settings: RelaySettings) => string;
  /** Where reports come on a broker, when they are not on our own topics. */
  reportFilters: readonly string[];
  /** Throws an error that names the setting when one is missing. */
  write: (command: CommandToSend, context: DialectContext) => DeviceCommand[];
  /** Reads what came back over a wire; null when it says nothing about the relay. */
  read: ((payload: unknown, settings: RelaySettings) => RelayWord | null) | null;
}

/** What most dialects have in common. */
export const PLAIN = {
  way: 'mqtt',
  confirm: 'report',
  canArm: false,
  reportsAs: (meterId) => meterId,
  reportFilters: [],
  read: null,
} as const satisfies Partial<Dialect>;

export const isStanding = (reported: SupplyState): RelayWord => ({ reported, isArmed: false });

/** The device's name in its topics. */
export function deviceOf({ meterId, settings }: Pick<CommandToSend, 'meterId' | 'settings'>): string {
  return settings.device ?? meterId;
}

/** The name under which the shapes of meters know a device: levels are joined by dots. */
export function reportName(meterId: string, { device }: RelaySettings): string {
  return device === undefined ? meterId : device.split('/').filter(Boolean).join('.');
}
