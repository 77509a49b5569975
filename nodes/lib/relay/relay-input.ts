import type { SupplyState } from '../ledger/account';
import { showValue } from '../text/show-value';
import type { RelayIntent } from './relay-intent';
import type { PowerReading } from './power-evidence';
import { relayReportOf, type RelayReport } from './relay-report';

/** What a message for relay-switch is about. */
export type RelayInput =
  | { kind: 'intent'; intent: RelayIntent }
  | { kind: 'report'; report: RelayReport }
  | { kind: 'readings'; readings: (PowerReading & { meterId: string })[] }
  | { kind: 'lock'; meterId: string; name: string; reason: string }
  | { kind: 'unlock'; meterId: string; name: string; override: boolean }
  | { kind: 'button'; meterId: string }
  /** A device that has come back. */
  | { kind: 'online'; device: string }
  /** What only a dialect can read: a device's answer, on the topic that its command had. */
  | { kind: 'answer'; topic: string; payload: unknown };

const MAX_NAME_LENGTH = 64;
const MAX_REASON_LENGTH = 200;

type Source = Record<string, unknown>;

/** Reads a message. Throws an error that names the field and the value. */
export function parseRelayInput(payload: unknown, topic = ''): RelayInput {
  if (Array.isArray(payload) && payload.length > 0 && payload.every(isReading))
    return { kind: 'readings', readings: payload.map(readingOf) };
  if (!isPlain(payload)) return answerOn(topic, payload);
  if ('lock' in payload) return parseLock(fieldsOf(payload['lock'], 'lock'));
  if ('unlock' in payload) return parseUnlock(fieldsOf(payload['unlock'], 'unlock'));
  if ('button' in payload)
    return { kind: 'button', meterId: textOf(fieldsOf(payload['button'], 'button'), 'meterId', 'button') };
  if ('reported' in payload && 'meterId' in payload) return parseReport(payload);
  if ('desired' in payload) return { kind: 'intent', intent: parseIntent(payload) };
  if (isEvent(payload)) return { kind: 'online', device: payload['meterId'] };
  if (isReading(payload)) return { kind: 'readings', readings: [readingOf(payload)] };
  return answerOn(topic, payload);
}

function answerOn(topic: string, payload: unknown): RelayInput {
  if (topic !== '') return { kind: 'answer', topic, payload };
  throw new RangeError('payload must be a relay intent, a report, a reading, a lock or a button');
}

function isPlain(payload: unknown): payload is Source {
  return (
    typeof payload === 'object' &&
    payload !== null &&
    !Array.isArray(payload) &&
    !(payload instanceof Uint8Array)
  );
}

function isReading(value: unknown): value is Source & { meterId: string; atMs: number } {
  return (
    isPlain(value) &&
    typeof value['meterId'] === 'string' &&
    typeof value['atMs'] === 'number' &&
    'energyWh' in value
  );
}

function isEvent(value: Source): value is Source & { meterId: string } {
  const { kind, meterId } = value;
  return (kind === 'online' || kind === 'started') && typeof meterId === 'string';
}

function readingOf({
  meterId,
  atMs,
  powerW,
  voltageV,
}: Source & { meterId: string; atMs: number }): PowerReading & {
  meterId: string;
} {
  return {
    meterId,
    atMs,
    ...(typeof powerW === 'number' ? { powerW } : {}),
    ...(typeof voltageV === 'number' ? { voltageV } : {}),
  };
}

function parseReport(source: Source): RelayInput {
  const meterId = textOf(source, 'meterId');
  stateOf(source, 'reported');
  const report = relayReportOf(meterId, source);
  if (!report) throw new RangeError('payload.reported must be "on" or "off"');
  return { kind: 'report', report };
}

function parseIntent(source: Source): RelayIntent {
  const version = source['version'];
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) {
    throw new RangeError(`payload.version must be a whole number from 1, got ${showValue(version)}`);
  }
  return {
    meterId: textOf(source, 'meterId'),
    desired: stateOf(source, 'desired'),
    reason: textOf(source, 'reason'),
    commandId: textOf(source, 'commandId'),
    version,
  };
}

function parseLock(source: Source): RelayInput {
  return {
    kind: 'lock',
    meterId: textOf(source, 'meterId', 'lock'),
    name: textOf(source, 'name', 'lock', MAX_NAME_LENGTH),
    reason: textOf(source, 'reason', 'lock', MAX_REASON_LENGTH),
  };
}

function parseUnlock(source: Source): RelayInput {
  const override = source['override'] ?? false;
  if (typeof override !== 'boolean')
    throw new RangeError(`unlock.override must be true or false, got "${showValue(override)}"`);
  return {
    kind: 'unlock',
    meterId: textOf(source, 'meterId', 'unlock'),
    name: textOf(source, 'name', 'unlock', MAX_NAME_LENGTH),
    override,
  };
}

function fieldsOf(value: unknown, field: string): Source {
  if (isPlain(value)) return value;
  throw new RangeError(`${field} must be an object, got "${showValue(value)}"`);
}

function stateOf(source: Source, field: string): SupplyState {
  const value = source[field];
  if (value === 'on' || value === 'off') return value;
  throw new RangeError(`payload.${field} must be "on" or "off", got "${showValue(value)}"`);
}

function textOf(source: Source, field: string, of = 'payload', maxLength = Infinity): string {
  const value = source[field];
  if (typeof value === 'string' && value.trim() !== '' && value.length <= maxLength) return value;
  const wanted = maxLength === Infinity ? 'text' : `text of 1 to ${maxLength} characters`;
  throw new RangeError(`${of}.${field} must be ${wanted}, got "${showValue(value)}"`);
}
