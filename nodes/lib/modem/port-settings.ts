import { countryNumbers } from '../sms/country-numbers';
import { numberPrefixes } from '../sms/number-lists';
import type { OutgoingLimits } from '../sms/outgoing-queue';
import type { RecipientRules } from '../sms/outgoing-text';
import { writeUssdText } from '../sms/ussd';
import { quoted } from './at-fields';

/** What people can set of the texts of a modem, as they type it. */
export interface TextSettings {
  readonly country: string;
  readonly timeZone: string;
  readonly allowShortCodes: boolean;
  readonly allow: string;
  readonly deny: string;
  readonly maxWaiting: string;
  readonly messagesPerHour: string;
  readonly monthlyBudget: string;
  readonly urgentReserve: string;
}

export interface PowerKeySettings {
  readonly powerKeyLine: string;
  readonly powerKeyActiveLow: boolean;
  readonly powerKeyPulseMs: string;
}

/** The rates that modems of the SIM800 and SIM900 series and USB modems are found at, the likeliest first. */
const USUAL_RATES = [115_200, 9_600, 57_600, 38_400, 19_200, 230_400, 460_800, 4_800] as const;
const MAX_WAITING = 10_000;
const MAX_PER_HOUR = 3_600;
const MAX_BUDGET = 10_000_000;
/** A handful of warnings may go out at once even where the rate is low. */
const BURST = 10;
/** Shorter is no press; a SIM800 that is pressed for 33 s starts anew and is off right after. */
const MIN_KEY_PULSE_MS = 100;
const MAX_KEY_PULSE_MS = 8_000;

/** Rates to look for a modem at: all the usual ones, or the one that is given. */
export function baudRatesOf(baudRate: string): readonly number[] {
  if (baudRate.trim() === 'auto') return USUAL_RATES;
  return [wholeSetting('baudRate', baudRate, 300, 4_000_000)];
}

export function limitsOf(settings: TextSettings): OutgoingLimits {
  const { maxWaiting, messagesPerHour, monthlyBudget, urgentReserve } = settings;
  const perHour = wholeSetting('messagesPerHour', messagesPerHour, 1, MAX_PER_HOUR);
  return {
    maxWaiting: wholeSetting('maxWaiting', maxWaiting, 1, MAX_WAITING),
    messagesPerHour: perHour,
    burst: Math.min(BURST, perHour),
    monthlyBudget:
      monthlyBudget.trim() === '' ? null : wholeSetting('monthlyBudget', monthlyBudget, 0, MAX_BUDGET),
    urgentReserve: wholeSetting('urgentReserve', urgentReserve, 0, MAX_BUDGET),
  };
}

export function recipientRulesOf({ country, allowShortCodes, allow, deny }: TextSettings): RecipientRules {
  const code = countryOf(country);
  return {
    numbers: { country: code, allowShortCodes },
    lists: { allow: prefixesOf('allow', allow), deny: prefixesOf('deny', deny) },
  };
}

export function countryOf(country: string): string {
  const code = country.trim().toUpperCase();
  if (code !== '' && !countryNumbers(code))
    throw new RangeError(`country must be empty or a known ISO 3166 code such as NP, got "${country}"`);
  return code;
}

/** Beginnings of numbers with commas or line ends between them. */
export function prefixesOf(field: string, text: string): string[] {
  const entries = text.split(/[,;\n]/).filter((entry) => entry.trim() !== '');
  return numberPrefixes(
    field,
    entries.map((entry) => entry.trim()),
  );
}

/** The month at the site, such as 2026-11. */
export function monthIn(timeZone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit' });
  return (atMs) => format.format(atMs);
}

export function checkPin(pin: string): string {
  if (pin !== '' && !/^\d{4,8}$/.test(pin)) throw new RangeError('a PIN has four to eight digits');
  return pin;
}

/** Empty, or what a phone would dial. */
export function balanceCodeOf(code: string): string {
  const dialled = code.trim();
  return dialled === '' ? '' : writeUssdText(dialled);
}

/** The name of the access point and who we are there: they stand in a command, so not every character can. */
export function accessPointOf(apn: string, user: string, password: string) {
  if (apn.trim() === '') throw new RangeError('apn must be given for data, got ""');
  quoted(apn, 'the APN');
  quoted(user, 'the user');
  quoted(password, 'the password');
  return { apn: apn.trim(), user, password };
}

/** `broker.example:8883`, or null for none. */
export function targetOf(target: string): { host: string; port: number } | null {
  if (target.trim() === '') return null;
  const [, host, port] = /^([A-Za-z0-9._-]{1,100}):(\d{1,5})$/.exec(target.trim()) ?? [];
  if (host === undefined || port === undefined)
    throw new RangeError(`target must be a name and a port such as broker.example:8883, got "${target}"`);
  return { host, port: wholeSetting('target', port, 1, 65_535) };
}

/** The power key's line and how long it is pressed, or null when nothing is wired to it. */
export function powerKeyOf({ powerKeyLine, powerKeyActiveLow, powerKeyPulseMs }: PowerKeySettings) {
  const name = powerKeyLine.trim();
  if (name === '') return null;
  // Goes to a program as one argument, in which `=` would begin the value and a leading `-` an option.
  if (!/^[A-Za-z0-9_.:][A-Za-z0-9_.:-]{0,31}$/.test(name))
    throw new RangeError(`powerKeyLine must be the name of a line such as GPIO27, got "${powerKeyLine}"`);
  const pulseMs = wholeSetting('powerKeyPulseMs', powerKeyPulseMs, MIN_KEY_PULSE_MS, MAX_KEY_PULSE_MS);
  return { line: { name, activeLow: powerKeyActiveLow }, pulseMs };
}

/** A whole number as people type it, within its bounds. */
export function wholeSetting(field: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < least || value > most)
    throw new RangeError(`${field} must be a whole number from ${least} to ${most}, got "${text}"`);
  return value;
}

export function oneOf<T extends string>(field: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (!found) throw new RangeError(`${field} must be ${choices.join(', ')}, got "${value}"`);
  return found;
}
