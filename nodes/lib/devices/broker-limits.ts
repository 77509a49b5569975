/** What one broker lets its devices have. */
export interface BrokerLimits {
  maxConnections: number;
  maxConnectionsPerAddress: number;
  /** From one address. */
  connectsPerSecond: number;
  /** Of one device; 0 for as many as come. */
  messagesPerMinute: number;
  maxPayloadBytes: number;
}

/** The same in the texts of a form. */
export interface BrokerLimitTexts {
  maxConnections: string;
  maxPerAddress: string;
  connectsPerSecond: string;
  messagesPerMinute: string;
  maxPayloadKb: string;
}

export type BrokerLimitField = keyof BrokerLimitTexts;

interface Range {
  name: string;
  least: number;
  most: number;
}

/** One process has so many files at most, on most systems even fewer. */
const MOST_CONNECTIONS = 100_000;
const MOST_CONNECTS = 10_000;
/** A thousand messages a second are no meter any more. */
const MOST_MESSAGES = 60_000;
/** A frame of 5,000 readings has about 500 kB. */
const MOST_PAYLOAD_KB = 1_024;
const BYTES_PER_KB = 1_024;

const RANGES: Record<BrokerLimitField, Range> = {
  maxConnections: { name: 'the number of connections', least: 1, most: MOST_CONNECTIONS },
  maxPerAddress: { name: 'the number of connections from one address', least: 1, most: MOST_CONNECTIONS },
  connectsPerSecond: { name: 'the new connections per second', least: 1, most: MOST_CONNECTS },
  messagesPerMinute: { name: 'the messages per minute', least: 0, most: MOST_MESSAGES },
  maxPayloadKb: { name: 'the size of a message in kB', least: 1, most: MOST_PAYLOAD_KB },
};

/** Reads one limit of a form; throws a sentence with the field and the value. */
export function parseBrokerLimit(field: BrokerLimitField, text: string): number {
  const { name, least, most } = RANGES[field];
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`${name} must be a whole number from ${least} to ${most}, got "${text}"`);
}

export function parseBrokerLimits(texts: BrokerLimitTexts): BrokerLimits {
  return {
    maxConnections: parseBrokerLimit('maxConnections', texts.maxConnections),
    maxConnectionsPerAddress: parseBrokerLimit('maxPerAddress', texts.maxPerAddress),
    connectsPerSecond: parseBrokerLimit('connectsPerSecond', texts.connectsPerSecond),
    messagesPerMinute: parseBrokerLimit('messagesPerMinute', texts.messagesPerMinute),
    maxPayloadBytes: parseBrokerLimit('maxPayloadKb', texts.maxPayloadKb) * BYTES_PER_KB,
  };
}

/** What a broker let its devices have before it had settings for it. */
export const WIDEST_LIMITS: BrokerLimitTexts = {
  maxConnections: '20000',
  maxPerAddress: '20000',
  connectsPerSecond: String(MOST_CONNECTS),
  messagesPerMinute: '0',
  maxPayloadKb: String(MOST_PAYLOAD_KB),
};
