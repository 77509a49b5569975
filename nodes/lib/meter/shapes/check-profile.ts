import { showValue } from '../../text/show-value';
import { decimalOf, parseDecimal, type Decimal } from './decimal';
import { parseJsonPath, type JsonPath } from './json-path';
import { signedScale, type Profile, type ProfileField } from './profile';
import { isFieldName, isUnitOf } from './quantity';
import { isObject } from './statement';

export type CheckedProfile = { ok: true; profile: Profile } | { ok: false; problems: string[] };

const NAME = /^[\w .()/+-]{1,40}$/;
const MAX_FIELDS = 50;
const MAX_IMP_PER_KWH = 1_000_000;
const KEYS = new Set([
  'name',
  'about',
  'topic',
  'match',
  'list',
  'meterId',
  'time',
  'fields',
  'pulses',
  'register',
  'decimalComma',
  'partial',
]);
const FIELD_KEYS = new Set(['field', 'path', 'unit', 'scale', 'sign']);

/** Reads a profile out of the JSON of its file. Every problem is named, with the place and the value. */
export function checkProfile(value: unknown): CheckedProfile {
  if (!isObject(value))
    return { ok: false, problems: [`a profile must be an object, got ${showValue(value)}`] };
  const problems: string[] = [];
  const say = (place: string, given: unknown, rule: string): null => {
    problems.push(`${place} ${rule}, got ${showValue(given)}`);
    return null;
  };
  for (const key of Object.keys(value)) if (!KEYS.has(key)) problems.push(`${key} is no part of a profile`);
  const { name, topic, register, decimalComma, partial } = value;
  if (typeof name !== 'string' || !NAME.test(name)) say('name', name, 'must be a short text');
  if (typeof topic !== 'string' || !isTopicFilter(topic)) {
    say('topic', topic, 'must be an MQTT topic, with + for any level and # for the rest');
  }
  if (register !== undefined && register !== 'reported' && register !== 'integrated') {
    say('register', register, 'must be "reported" or "integrated"');
  }
  if (decimalComma !== undefined && typeof decimalComma !== 'boolean') {
    say('decimalComma', decimalComma, 'must be true or false');
  }
  if (partial !== undefined && typeof partial !== 'boolean') say('partial', partial, 'must be true or false');
  const profile: Profile = {
    name: String(name),
    topic: String(topic),
    match: checkMatch(value['match'], say),
    list: checkPath(value['list'], 'list', say),
    meterId: checkMeterId(value['meterId'], say),
    timePath: checkPath(value['time'], 'time', say),
    fields: checkFields(value['fields'], value['pulses'] !== undefined, say),
    pulses: checkPulses(value['pulses'], say),
    register: register === 'integrated' || register === 'reported' ? register : null,
    hasDecimalComma: decimalComma === true,
    isPartial: partial === true || register === 'integrated',
  };
  return problems.length === 0 ? { ok: true, profile } : { ok: false, problems };
}

type Say = (place: string, given: unknown, rule: string) => null;

function isTopicFilter(topic: string): boolean {
  const levels = topic.split('/');
  if (topic === '' || topic.length > 200 || levels.length > 30) return false;
  return levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1;
    return level === '+' || !/[+#]/.test(level);
  });
}

function checkPath(value: unknown, place: string, say: Say): JsonPath | null {
  if (value === undefined) return null;
  const path = typeof value === 'string' ? parseJsonPath(value) : null;
  return path ?? say(place, value, 'must be a path such as data.energy[0]');
}

function checkMatch(value: unknown, say: Say): Profile['match'] {
  if (value === undefined) return null;
  if (!isObject(value)) return say('match', value, 'must be {path, equals}');
  const path = checkPath(value['path'] ?? null, 'match.path', say);
  const equals = value['equals'];
  if (typeof equals !== 'string' && typeof equals !== 'number' && typeof equals !== 'boolean') {
    return say('match.equals', equals, 'must be a text, a number, true or false');
  }
  return path === null ? null : { path, equals };
}

function checkMeterId(value: unknown, say: Say): Profile['meterId'] {
  if (value === undefined) return null;
  if (!isObject(value)) return say('meterId', value, 'must be {path} or {topicLevel}');
  const level = value['topicLevel'];
  if (level === undefined) {
    const path = checkPath(value['path'] ?? null, 'meterId.path', say);
    return path === null ? null : { path };
  }
  if (typeof level !== 'number' || !Number.isInteger(level) || level < 1 || level > 30) {
    return say('meterId.topicLevel', level, 'must be a whole number from 1');
  }
  return { topicLevel: level };
}

function checkFields(value: unknown, hasPulses: boolean, say: Say): ProfileField[] {
  const isShort = hasPulses && value === undefined;
  if (isShort) return [];
  if (!Array.isArray(value) || value.length > MAX_FIELDS || (value.length === 0 && !hasPulses)) {
    say('fields', value, `must be a list of 1 to ${MAX_FIELDS} fields`);
    return [];
  }
  const seen = new Set<string>();
  const fields: ProfileField[] = [];
  for (const [index, item] of value.entries()) {
    const field = checkField(item, `fields[${index}]`, say);
    if (!field) continue;
    if (seen.has(field.field)) say(`fields[${index}].field`, field.field, 'must not be given twice');
    seen.add(field.field);
    fields.push(field);
  }
  return fields;
}

function checkField(value: unknown, place: string, say: Say): ProfileField | null {
  if (!isObject(value)) return say(place, value, 'must be {field, path, unit, scale, sign}');
  for (const key of Object.keys(value)) {
    if (!FIELD_KEYS.has(key)) say(`${place}.${key}`, value[key], 'is no part of a field');
  }
  const { field, path: shownPath, unit = '', sign = 1 } = value;
  if (typeof field !== 'string' || !isFieldName(field)) {
    return say(`${place}.field`, field, 'must be one of the fields of a reading, such as energyWh');
  }
  const path = checkPath(shownPath ?? null, `${place}.path`, say);
  if (typeof unit !== 'string' || !isUnitOf(field, unit)) {
    return say(`${place}.unit`, unit, `must be a unit for ${field}, such as ${EXAMPLE_UNIT[field] ?? 'kWh'}`);
  }
  if (sign !== 1 && sign !== -1) return say(`${place}.sign`, sign, 'must be 1 or -1');
  const scale = checkScale(value['scale'], `${place}.scale`, say);
  if (path === null || scale === null) return null;
  return { field, path, shownPath: String(shownPath), unit, scale: signedScale(scale, sign) };
}

const EXAMPLE_UNIT: Partial<Record<string, string>> = {
  powerW: 'W',
  voltageV: 'V',
  currentA: 'A',
  frequencyHz: 'Hz',
  powerFactor: '% (or none at all)',
  reactiveVar: 'var',
  apparentVa: 'VA',
};

/** A scale as a number or as a text, `"0.001"`, which is exact; never zero. */
function checkScale(value: unknown, place: string, say: Say): Decimal | null {
  if (value === undefined) return { digits: 1n, exponent: 0 };
  const scale =
    typeof value === 'number' ? decimalOf(value) : typeof value === 'string' ? parseDecimal(value) : null;
  if (scale === null || scale.digits <= 0n) return say(place, value, 'must be a decimal number above 0');
  return scale;
}

function checkPulses(value: unknown, say: Say): Profile['pulses'] {
  if (value === undefined) return null;
  if (!isObject(value)) return say('pulses', value, 'must be {path, impPerKwh}');
  const path = checkPath(value['path'] ?? null, 'pulses.path', say);
  const impPerKwh = value['impPerKwh'];
  if (impPerKwh === undefined) return path === null ? null : { path, impPerKwh: null };
  if (typeof impPerKwh !== 'number' || !(impPerKwh > 0 && impPerKwh <= MAX_IMP_PER_KWH)) {
    return say('pulses.impPerKwh', impPerKwh, 'must be the pulses per kWh');
  }
  return path === null ? null : { path, impPerKwh };
}
