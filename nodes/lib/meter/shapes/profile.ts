import { compileFilter } from '../topics';
import { channelMeter, deviceOfTopic, deviceTime, type DeviceMessage } from './device-message';
import { type Decimal, multiply } from './decimal';
import { valueAt, type JsonPath } from './json-path';
import type { FieldName } from './quantity';
import type { Shape } from './shape';
import { isObject, Statement, type RegisterSource } from './statement';
import { MAX_FRAME_READINGS } from './frame-limit';

/** One field of a profile, ready to be used. */
export interface ProfileField {
  field: FieldName;
  path: JsonPath;
  shownPath: string;
  unit: string;
  scale: Decimal;
}

/** A way to read the payloads of one kind of device, made from a data file. */
export interface Profile {
  name: string;
  topic: string;
  /** Only payloads with this value at this path are meant. */
  match: { path: JsonPath; equals: string | number | boolean } | null;
  /** Where the list of meters is, when a message holds several. */
  list: JsonPath | null;
  meterId: { path: JsonPath } | { topicLevel: number } | null;
  timePath: JsonPath | null;
  fields: readonly ProfileField[];
  pulses: { path: JsonPath; impPerKwh: number | null } | null;
  register: RegisterSource | null;
  hasDecimalComma: boolean;
  isPartial: boolean;
}

/** The scale with a sign in it. */
export function signedScale(scale: Decimal, sign: 1 | -1): Decimal {
  return multiply(scale, { digits: BigInt(sign), exponent: 0 });
}

/** A profile as a shape, and the topics that it is for. */
export interface ProfileShape {
  isTopic: (topic: string) => boolean;
  shape: Shape;
}

/** Makes a shape of a profile, which then is tried before the shapes that are built in. */
export function shapeOfProfile(profile: Profile): ProfileShape {
  const isTopic = compileFilter(profile.topic);
  const shape: Shape = {
    name: profile.name,
    isPartial: profile.isPartial,
    recognises({ topic, json }) {
      if (!isTopic(topic) || json === undefined) return false;
      return profile.match === null || valueAt(json, profile.match.path) === profile.match.equals;
    },
    read: (message) => readWith(profile, message),
  };
  return { isTopic, shape };
}

function readWith(profile: Profile, message: DeviceMessage): Statement[] {
  if (profile.list === null) return [statementOf(profile, message, message.json, 0)];
  const list = valueAt(message.json, profile.list);
  if (!Array.isArray(list) || list.length > MAX_FRAME_READINGS) {
    const path = profile.list.join('.') || 'payload';
    const statement = new Statement(deviceOfTopic(message.levels) || profile.name);
    return [statement.refuse(path, list, `must be a list of at most ${MAX_FRAME_READINGS} meters`)];
  }
  return list.map((item: unknown, index) => statementOf(profile, message, item, index));
}

function statementOf(profile: Profile, message: DeviceMessage, item: unknown, index: number): Statement {
  const time = profile.timePath === null ? null : valueAt(item, profile.timePath);
  const statement = new Statement(meterOf(profile, message, item, index), deviceTime(time));
  if (!isObject(item) && !Array.isArray(item) && profile.fields.some(({ path }) => path.length > 0)) {
    return statement.refuse('payload', item, 'must be a JSON object');
  }
  statement.source = profile.register;
  const { hasDecimalComma } = profile;
  for (const { field, path, shownPath, unit, scale } of profile.fields) {
    statement.take(field, valueAt(item, path), unit, shownPath, { scale, hasDecimalComma });
  }
  if (profile.pulses) {
    const { path, impPerKwh } = profile.pulses;
    statement.takePulses(valueAt(item, path), impPerKwh, path.join('.'));
  }
  return statement;
}

function meterOf({ meterId, list }: Profile, message: DeviceMessage, item: unknown, index: number): string {
  if (meterId === null) {
    return channelMeter(deviceOfTopic(message.levels), index + 1, list === null || index === 0);
  }
  if ('topicLevel' in meterId) return message.levels[meterId.topicLevel - 1] ?? '';
  const named = valueAt(item, meterId.path) ?? valueAt(message.json, meterId.path);
  return typeof named === 'number' ? String(named) : typeof named === 'string' ? named.trim() : '';
}
