import { countryNumbers } from '../sms/country-numbers';
import { showValue } from '../text/show-value';
import { minuteOfDay } from '../time/wall-moment';
import { NOTICE_CHANNELS, type NoticeChannel } from './notice';
import { quietHours, type QuietHours } from './quiet-hours';

/** The settings of a node that delivers notices, as texts from its dialog. */
export interface NoticeSettingTexts {
  channel: string;
  quietFrom: string;
  quietTo: string;
  mqttPrefix: string;
  calendarAt: string;
  country: string;
}

export interface NoticeSettings {
  channel: NoticeChannel;
  quiet: QuietHours | null;
  mqttPrefix: string;
  /** When statements and tips are made, in minutes of the local day. */
  calendarMinute: number;
  /** ISO 3166 code; empty where numbers are looked for as they come. */
  country: string;
}

const MAX_PREFIX_LENGTH = 200;
const MAX_EMAIL_LENGTH = 254;
const EMAIL = /^[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+$/;

/** Reads the settings. Throws with the field and its value when one is wrong. */
export function noticeSettings(texts: NoticeSettingTexts): NoticeSettings {
  return {
    channel: noticeChannel('channel', texts.channel),
    quiet: quietHours(texts.quietFrom, texts.quietTo),
    mqttPrefix: topicPrefix(texts.mqttPrefix),
    calendarMinute: minuteOfDay('calendarAt', texts.calendarAt),
    country: knownCountry(texts.country),
  };
}

export function knownCountry(text: string): string {
  const country = text.trim().toUpperCase();
  if (country === '' || countryNumbers(country)) return country;
  throw new RangeError(`country must be a known ISO 3166 code such as NP, got "${text}"`);
}

export function noticeChannel(field: string, value: unknown): NoticeChannel {
  const found = NOTICE_CHANNELS.find((channel) => channel === value);
  if (found) return found;
  throw new RangeError(`${field} must be ${NOTICE_CHANNELS.join(', ')}, got "${String(value).slice(0, 80)}"`);
}

/** One address, or none. More than one would tell others what concerns the customer alone. */
export function emailAddress(field: string, value: unknown): string {
  const isGood =
    typeof value === 'string' && value.length <= MAX_EMAIL_LENGTH && (value === '' || EMAIL.test(value));
  if (isGood) return value;
  throw new RangeError(`${field} must be an e-mail address, or empty, got "${showValue(value)}"`);
}

/** What stands before account or office in the topics of notices. */
export function topicPrefix(text: string): string {
  const prefix = text.trim();
  const isGood =
    prefix !== '' &&
    prefix.length <= MAX_PREFIX_LENGTH &&
    prefix.split('/').every((level) => level !== '' && !/[+#\0]/.test(level));
  if (isGood) return prefix;
  throw new RangeError(`mqttPrefix must be a topic without wildcards such as prepaid/notices, got "${text}"`);
}

/** The topic of an account's notices. What has a meaning in topics is written otherwise, so that nobody reads another's. */
export function noticeTopic(prefix: string, accountId: string): string {
  if (accountId === '') return `${prefix}/office`;
  const level = accountId.replace(
    /[%/+#\0]/g,
    (sign) => `%${(sign.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`,
  );
  return `${prefix}/accounts/${level}`;
}
