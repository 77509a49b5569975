import type { DeviceMessage } from './device-message';
import { isObject } from './statement';

/** The text of a payload in bytes; anything else is left as it is. */
export function decodePayload(payload: unknown): unknown {
  if (!(payload instanceof Uint8Array)) return payload;
  return Buffer.isBuffer(payload) ? payload.toString() : Buffer.from(payload).toString();
}

const BRACE = '{'.charCodeAt(0);
const BRACKET = '['.charCodeAt(0);
const SPACE = ' '.charCodeAt(0);

/** The value of a text that is JSON, or undefined. Only texts that can be JSON are tried: a failed try is dear. */
export function parseJson(text: string): unknown {
  const first = text.charCodeAt(0);
  if (first !== BRACE && first !== BRACKET && !(first <= SPACE)) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** MQTT has no bound on levels; no device has more than a handful. */
const MAX_LEVELS = 32;

/** A message as the shapes see it. A number or a word that happens to be JSON stays a text. */
export function deviceMessage(topic: string, text: unknown, value: unknown, payload: unknown): DeviceMessage {
  const isJson = isObject(value) || Array.isArray(value);
  const isScalar = typeof text === 'string' || typeof text === 'number' || typeof text === 'boolean';
  return {
    topic,
    levels: topic.split('/', MAX_LEVELS),
    text: isScalar && !isJson ? String(text).trim() : '',
    json: isJson ? value : undefined,
    payload,
  };
}
