import { MIN_AT_MS, deviceTime, deviceOfTopic } from './device-message';
import { knownName, type KnownName } from './field-names';
import { isObisName, takeObis, obisSerial } from './obis';
import type { FieldName } from './quantity';
import { relayState, Statement } from './statement';

export type NamedValue = readonly [name: string, value: unknown];

/** More names than any meter sends in one message. */
const MAX_NAMES = 1000;

/**
 * Makes a statement of names with values, whatever they came in: an object, a list of `key=value`, a line under a header.
 * A meter that the message names counts first, then the one that the topic names, then a serial number.
 */
export function statementOfNames(values: readonly NamedValue[], levels: readonly string[]): Statement {
  const known: { name: string; value: unknown; is: KnownName }[] = [];
  let explicit: unknown;
  let serial: unknown;
  let time: unknown;
  let timeName = '';
  for (const [name, value] of values.slice(0, MAX_NAMES)) {
    if (value === undefined || value === null) continue;
    if (isObisName(name)) {
      serial ??= obisSerial(name, value);
      continue;
    }
    const is = knownName(name);
    if (!is) continue;
    if (is.kind === 'meter') explicit ??= value;
    else if (is.kind === 'serial') serial ??= value;
    else if (is.kind === 'time') {
      if (time === undefined) [time, timeName] = [value, name];
    } else known.push({ name, value, is });
  }
  const meterId = meterName(explicit) ?? (deviceOfTopic(levels) || (meterName(serial) ?? ''));
  const statement = new Statement(meterId, deviceTime(time));
  // Our own name for the time is a promise to keep to our own rule.
  if (timeName === 'atMs' && statement.atMs === null) {
    statement.refuse('atMs', time, `must be a time in milliseconds after ${MIN_AT_MS}`);
  }
  for (const [name, value] of values.slice(0, MAX_NAMES)) takeObis(statement, name, value);
  takeKnown(statement, known);
  return statement;
}

/** A serial number may come as a number. */
function meterName(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined;
}

function takeKnown(statement: Statement, known: { name: string; value: unknown; is: KnownName }[]): void {
  // A register in our own words, or in a unit, makes one without a unit superfluous.
  const taken = new Set<FieldName>(Object.keys(statement.values) as FieldName[]);
  const inOrder = [...known].sort((a, b) => certainty(b.is) - certainty(a.is));
  let pulses: [unknown, string] | undefined;
  let impPerKwh: unknown;
  for (const { name, value, is } of inOrder) {
    if (is.kind === 'field') {
      if (!taken.has(is.field)) statement.take(is.field, value, is.unit, name);
      taken.add(is.field);
    } else if (is.kind === 'phase') statement.takePhase(is.index, is.field, value, is.unit, name);
    else if (is.kind === 'tariff') statement.takeTariff(is.tariff, value, is.unit, name);
    else if (is.kind === 'relay') statement.takeRelay(relayState(value));
    else if (is.kind === 'flags') statement.takeFlags(value, name);
    else if (is.kind === 'tamper') takeTamper(statement, name, value);
    else if (is.kind === 'pulses') pulses ??= [value, name];
    else if (is.kind === 'impPerKwh') impPerKwh ??= value;
  }
  if (pulses || impPerKwh !== undefined)
    statement.takePulses(pulses?.[0], impPerKwh, pulses?.[1] ?? 'pulses');
}

/** A contact that is closed, as a flag in small letters; zero and false say that nobody touched it. */
function takeTamper(statement: Statement, name: string, value: unknown): void {
  if (relayState(value) === 'on' || value === 1 || value === '1') {
    const flag = name.replace(/([a-z])([A-Z])/g, '$1-$2').replace(/[\s_.]+/g, '-');
    statement.takeFlags([flag.toLowerCase()], name);
  }
}

function certainty(is: KnownName): number {
  if (is.kind !== 'field') return 1;
  return is.unit === '?' ? 0 : is.unit === 'Wh' ? 2 : 1;
}
