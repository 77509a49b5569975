import type { BrokerLimits } from './broker-limits';
import type { GateLimits } from './packet-gate';

/** How long a broker is patient. */
export interface BrokerTiming {
  /** From the connection to a whole CONNECT. */
  connectWithinMs: number;
  /** A device that leaves something unread for so long is frozen. */
  frozenAfterMs: number;
  lookEveryMs: number;
}

export const PATIENCE: BrokerTiming = { connectWithinMs: 10_000, frozenAfterMs: 15_000, lookEveryMs: 5_000 };

/** The longest CONNECT of an honest device: its names, its password and a will of a few hundred bytes. */
const MAX_CONNECT_BYTES = 8_192;
/** Topic and message number of a PUBLISH, before its payload. */
const PUBLISH_HEAD_BYTES = 1_024;
const MAX_REQUEST_BYTES = 8_192;
const REQUESTS = { perSecond: 2, burst: 60 };
/** A device that names no end, or one far away, would be missed too late; one that names seconds gets a few. */
const KEEP_ALIVE_S = { least: 5, most: 3_600 };

/** A few of the largest messages may wait for a device that does not read. */
export const MAX_UNREAD_BYTES = 4 * 1_048_576;
export const MAX_SUBSCRIPTIONS = 64;
/** Over its rate a device is slowed down; one that is further over than this is cut off. */
export const MAX_SLOW_DOWN_MS = 1_000;
/** MQTT 3.1 allowed 23; ours have the device's name before them. */
export const MAX_CLIENT_ID_LENGTH = 256;

export function gateLimits({ maxPayloadBytes }: BrokerLimits): GateLimits {
  return {
    connectBytes: MAX_CONNECT_BYTES,
    publishBytes: maxPayloadBytes + PUBLISH_HEAD_BYTES,
    otherBytes: MAX_REQUEST_BYTES,
    requests: REQUESTS,
  };
}

/** The keep-alive that a device is held to, in seconds; it asks with 0 for none (MQTT 3.1.1 §3.1.2.10). */
export function keepAliveS(asked: number): number {
  const { least, most } = KEEP_ALIVE_S;
  return asked === 0 ? most : Math.min(most, Math.max(least, asked));
}
