import { createHmac } from 'node:crypto';
import type { DialectContext } from '../lib/relay/dialects/dialect';
import type { RelayRules } from '../lib/relay/relay-rules';
import { wallClock } from '../lib/time/wall-clock';
import {
  BOUNDS,
  isKeyGood,
  numberIn,
  type NumberField,
  type RelaySwitchConfig,
  type RelaySwitchCredentials,
} from './relay-switch.config';

/** A device that comes back hears of its command within a minute, also when the last try was just before. */
const MAX_RETRY_MS = 45_000;
const MS_PER_S = 1_000;

/** How this node drives relays, in the site's own time. */
export function drivingRules(config: RelaySwitchConfig, rate: number): RelayRules {
  const number = (field: NumberField): number => {
    const value = numberIn(field, config[field]);
    const [least, most] = BOUNDS[field];
    if (value === null)
      throw new RangeError(
        `${field} must be a whole number from ${least} to ${most}, got "${config[field]}"`,
      );
    return value;
  };
  const timeMs = (field: NumberField): number => number(field) * MS_PER_S * rate;
  const retryMs = timeMs('retrySeconds');
  return {
    lifeMs: timeMs('lifeSeconds'),
    retryMs,
    maxRetryMs: Math.max(retryMs, MAX_RETRY_MS * rate),
    maxTries: number('maxTries'),
    minOnMs: timeMs('minOnSeconds'),
    minOffMs: timeMs('minOffSeconds'),
    switchesPerHour: number('switchesPerHour'),
    spreadMs: timeMs('spreadSeconds'),
    massAbove: number('massAbove'),
    closing: config.closing,
    drawAboveW: number('drawAboveW'),
    settleMs: timeMs('settleSeconds'),
  };
}

/** What the dialects may ask for. */
export function dialectContext(
  { signing }: RelaySwitchConfig,
  { signingKey = '', devicePassword = '' }: RelaySwitchCredentials,
  timeZone: string,
): DialectContext {
  if (!isKeyGood(signing, signingKey)) throw new RangeError('signingKey must have at least 16 characters');
  return {
    sign: signing === 'none' ? null : (meterId, text) => hmac(keyOf(signing, signingKey, meterId), text),
    devicePassword,
    wallTime: wallClock(timeZone),
  };
}

/** The key of a device is made from the site's, so that whoever opens one device has the key of that one only. */
function keyOf(signing: 'site' | 'device', siteKey: string, meterId: string): string | Buffer {
  return signing === 'site' ? siteKey : createHmac('sha256', siteKey).update(meterId).digest();
}

function hmac(key: string | Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}
