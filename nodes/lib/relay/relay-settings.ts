import { showValue } from '../text/show-value';

/** What makes a command count as done: the relay's own word, the power behind it, or nothing at all. */
export type Confirmation = 'report' | 'power' | 'none';
/** Whether a relay is closed from afar, or only made ready so that somebody at the premises closes it. */
export type Closing = 'direct' | 'arm';

/** What is to be known of one relay beyond its dialect. Everything may be absent; a dialect says what it needs. */
export interface RelaySettings {
  /** The name of the device in its topics, when that is not the meter's. */
  device?: string;
  /** Which of several relays of the device. */
  channel?: number;
  /** The topic of commands, when it is not the usual one of the dialect. */
  topic?: string;
  confirm?: Confirmation;
  closing?: Closing;
  /** The meter measures its voltage behind the relay, so that voltage says how the relay stands. */
  sensesBehind?: boolean;
  /** ESPHome: the name of the switch. */
  entity?: string;
  /** Modbus: the number of the slave, and the register or coil of the relay. */
  unit?: number;
  register?: number;
  /** Modbus: a request for a Modbus node, or the bytes for a serial one. */
  form?: 'request' | 'frame';
  /** DL/T 645: the twelve digits of the meter. */
  address?: string;
  /** Serial: what is sent, and what comes back. */
  textOn?: string;
  textOff?: string;
  textIsOn?: string;
  textIsOff?: string;
  /** GPIO: the line of a relay that needs power to stay, or the two lines of one that latches. */
  line?: string;
  onLine?: string;
  offLine?: string;
  activeLow?: boolean;
  pulseMs?: number;
  /** GPIO: a line that says how the contact stands. */
  readLine?: string;
  readActiveLow?: boolean;
}

export type SettingName = keyof RelaySettings;

type Check = (value: unknown) => boolean;

const MAX_TOPIC_LENGTH = 200;
const MAX_TEXT_LENGTH = 64;
/** A latching coil is made for pulses of some ten milliseconds; after a second it burns. */
export const MIN_PULSE_MS = 10;
export const MAX_PULSE_MS = 1_000;

const text =
  (maxLength: number): Check =>
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= maxLength;
/** A name that can be part of a topic: neither a wildcard nor white space. */
const name: Check = (value) => text(MAX_TEXT_LENGTH)(value) && !/[+#\s]/.test(value as string);
const topic: Check = (value) => text(MAX_TOPIC_LENGTH)(value) && !/[+#]/.test(value as string);
const whole =
  (min: number, max: number): Check =>
  (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value);
const flag: Check = (value) => typeof value === 'boolean';
/** Goes to a program as one argument, in which `=` would begin the value and a leading `-` an option. */
const lineName: Check = (value) =>
  typeof value === 'string' && /^[A-Za-z0-9_.:][A-Za-z0-9_.:-]{0,31}$/.test(value);

const CHECKS: Readonly<Record<SettingName, { isGood: Check; wanted: string }>> = {
  device: { isGood: name, wanted: 'a name without spaces, + or #' },
  channel: { isGood: whole(0, 32), wanted: 'a whole number from 0 to 32' },
  topic: { isGood: topic, wanted: 'a topic without + or #' },
  confirm: { isGood: oneOf('report', 'power', 'none'), wanted: 'report, power or none' },
  closing: { isGood: oneOf('direct', 'arm'), wanted: 'direct or arm' },
  sensesBehind: { isGood: flag, wanted: 'true or false' },
  entity: { isGood: name, wanted: 'a name without spaces, + or #' },
  unit: { isGood: whole(1, 247), wanted: 'a whole number from 1 to 247' },
  register: { isGood: whole(0, 65_535), wanted: 'a whole number from 0 to 65535' },
  form: { isGood: oneOf('request', 'frame'), wanted: 'request or frame' },
  address: {
    isGood: (value) => typeof value === 'string' && /^\d{12}$/.test(value),
    wanted: 'twelve digits',
  },
  textOn: { isGood: text(MAX_TEXT_LENGTH), wanted: 'a short text' },
  textOff: { isGood: text(MAX_TEXT_LENGTH), wanted: 'a short text' },
  textIsOn: { isGood: text(MAX_TEXT_LENGTH), wanted: 'a short text' },
  textIsOff: { isGood: text(MAX_TEXT_LENGTH), wanted: 'a short text' },
  line: { isGood: lineName, wanted: 'the name of a line' },
  onLine: { isGood: lineName, wanted: 'the name of a line' },
  offLine: { isGood: lineName, wanted: 'the name of a line' },
  activeLow: { isGood: flag, wanted: 'true or false' },
  pulseMs: { isGood: whole(MIN_PULSE_MS, MAX_PULSE_MS), wanted: `from ${MIN_PULSE_MS} to ${MAX_PULSE_MS}` },
  readLine: { isGood: lineName, wanted: 'the name of a line' },
  readActiveLow: { isGood: flag, wanted: 'true or false' },
};

/** Reads settings as somebody wrote them. Throws an error that names the field and the value. */
export function parseRelaySettings(value: unknown): RelaySettings {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RangeError(`relay must be an object such as {"dialect": "json"}, got "${showValue(value)}"`);
  const settings: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries(value)) {
    if (key === 'dialect' || setting === null || setting === undefined) continue;
    if (!isSettingName(key)) throw new RangeError(`relay.${key} is not known`);
    const { isGood, wanted } = CHECKS[key];
    if (!isGood(setting)) throw new RangeError(`relay.${key} must be ${wanted}, got "${showValue(setting)}"`);
    settings[key] = setting;
  }
  return settings;
}

function isSettingName(key: string): key is SettingName {
  return Object.hasOwn(CHECKS, key);
}

/** A setting that a dialect can not do without. */
export function required<Name extends SettingName>(
  settings: RelaySettings,
  key: Name,
): NonNullable<RelaySettings[Name]> {
  const value = settings[key];
  if (value === undefined) throw new RangeError(`relay.${key} is missing: it must be ${CHECKS[key].wanted}`);
  return value;
}
