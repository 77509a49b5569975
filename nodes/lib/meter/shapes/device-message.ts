import { topicOwner } from '../topics';
import { isObject } from './statement';

/** A message as a shape sees it: where it came on, its text, and its JSON when it is JSON. */
export interface DeviceMessage {
  topic: string;
  levels: readonly string[];
  /** Without surrounding white space; empty when the payload came as a value instead of text. */
  text: string;
  /** Undefined when the text is no JSON. */
  json: unknown;
  /** The payload as it came, for whom every byte counts. */
  payload: unknown;
}

/** The JSON object of a message, or an empty one. */
export function objectOf({ json }: DeviceMessage): Record<string, unknown> {
  return isObject(json) ? json : NOTHING;
}

const NOTHING: Record<string, unknown> = Object.freeze({});

/** Words before a device's name that only say what kind of device it is. */
const WORDS_BEFORE = new Set(
  'wk tele stat cmnd shellies zigbee2mqtt homeassistant emon meter meters device devices sensor sensors dsmr p1 obis'.split(
    ' ',
  ),
);
/** Words behind a device's name that only say what kind of message it is. */
const WORDS_BEHIND = new Set(
  'sensor energy power data reading readings state status telemetry telegram up out raw json csv result'.split(
    ' ',
  ),
);

/**
 * The device that a topic names. Below our own root it is the second level, as the broker enforces; elsewhere it is all
 * that remains without the words that name a kind, so that two devices never become one.
 */
export function deviceOfTopic(levels: readonly string[]): string {
  if (levels[0] === 'wk' && levels[1] !== undefined) return levels[1];
  let start = 0;
  let end = levels.length;
  while (start < end && WORDS_BEFORE.has((levels[start] ?? '').toLowerCase())) start += 1;
  while (end > start && WORDS_BEHIND.has((levels[end - 1] ?? '').toLowerCase())) end -= 1;
  return nameOf(levels.slice(start, end));
}

const OWN_ROOT = 'wk/';

/** The same for a topic as it came. Our own topics are not cut into levels, since every reading passes here. */
export function deviceNamedBy(topic: string): string {
  return topic.startsWith(OWN_ROOT) ? topicOwner(topic) : deviceOfTopic(topic.split('/'));
}

/** First levels below which the device that writes there is named next. Everywhere else it is the first level. */
const ROOTS_OF_DEVICES = new Set(['wk', 'tele', 'stat', 'shellies']);

/**
 * The device that has written to a topic, where the broker lets each write below its own name only. Null for the topics
 * of a bridge, which speaks for the devices behind it.
 */
export function senderOf(levels: readonly string[]): string | null {
  const [first = '', second = '', third = ''] = levels;
  if (first === 'zigbee2mqtt') return null;
  // What a device announces of itself stands below its kind: `homeassistant/sensor/<device>/<value>/config`.
  if (first === 'homeassistant') return third;
  return ROOTS_OF_DEVICES.has(first) ? second : first;
}

/** The same for a topic as it came. */
export function senderNamedBy(topic: string): string | null {
  return topic.startsWith(OWN_ROOT) ? topicOwner(topic) : senderOf(topic.split('/'));
}

/** One name from the levels of a topic. Neither a slash nor a space can be part of a meter's name. */
export function nameOf(levels: readonly string[]): string {
  return levels
    .filter((level) => level !== '')
    .join('.')
    .replace(/\s/g, '_');
}

/**
 * The meter on a channel of a device. The first has the name of the device, so that a device with one channel is one
 * meter; the others add the number that the device gives them.
 */
export function channelMeter(deviceId: string, channel: string | number, isFirst: boolean): string {
  return isFirst ? deviceId : `${deviceId}:${channel}`;
}

/** Whether a meter is the device itself or one of its channels. */
export function belongsTo(meterId: string, deviceId: string): boolean {
  return meterId === deviceId || meterId.startsWith(`${deviceId}:`);
}

/** The year 2000. An earlier time is a clock that was never set. */
export const MIN_AT_MS = 946_684_800_000;
const MAX_AT_MS = 8_640_000_000_000_000;
/** Above this a number counts milliseconds, below it seconds: the year 5138, and the year 1973. */
const SECONDS_LIMIT = 100_000_000_000;
/** A time with its offset to UTC. Without one it is local time of nobody knows where. */
const ISO_TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;

/** A device's own time, or null when it has none or one that was never set, so that the time of arrival counts. */
export function deviceTime(raw: unknown): number | null {
  let atMs = NaN;
  if (typeof raw === 'number') atMs = raw < SECONDS_LIMIT ? Math.round(raw * 1000) : Math.round(raw);
  else if (typeof raw === 'string') {
    if (/^\d{9,16}(?:\.\d{1,9})?$/.test(raw)) return deviceTime(Number(raw));
    if (ISO_TIME.test(raw)) atMs = Date.parse(raw.replace(' ', 'T'));
  }
  return atMs >= MIN_AT_MS && atMs <= MAX_AT_MS ? atMs : null;
}
