import { FIELD_RULES, isFieldName, isUnitOf, type FieldName } from '../meter/shapes/quantity';
import { isObject } from '../meter/shapes/statement';

/** A profile while it is edited: as in its file, and with whatever was typed. */
export type DraftProfile = Record<string, unknown>;

export const READING_FIELDS = Object.keys(FIELD_RULES) as readonly FieldName[];

/** The units that devices use most, for people to pick from; the check knows more. */
const COMMON_UNITS: Readonly<Record<string, readonly string[]>> = {
  Wh: ['Wh', 'kWh', 'MWh', 'Ws', 'Wmin'],
  '': ['', '%'],
};

export function unitsFor(field: unknown): readonly string[] {
  if (typeof field !== 'string' || !isFieldName(field)) return [];
  const { unit } = FIELD_RULES[field];
  return COMMON_UNITS[unit] ?? [unit, `m${unit}`, `k${unit}`];
}

/** A profile to begin with: one level of its topic is the meter, and the register is one field of the payload. */
export function newProfile(profiles: readonly unknown[]): DraftProfile {
  return {
    name: freshName('my meter', profiles),
    topic: 'plant/+/data',
    meterId: { topicLevel: 2 },
    fields: [{ field: 'energyWh', path: 'energy', unit: 'kWh' }],
  };
}

function freshName(wanted: string, profiles: readonly unknown[]): string {
  const names = new Set(profiles.map((profile) => (isObject(profile) ? profile['name'] : undefined)));
  if (!names.has(wanted)) return wanted;
  let number = 2;
  while (names.has(`${wanted} ${number}`)) number += 1;
  return `${wanted} ${number}`;
}

export function fieldsOf({ fields }: DraftProfile): readonly Record<string, unknown>[] {
  return Array.isArray(fields) ? fields.filter(isObject) : [];
}

/** With one more field: the first of those that are not there yet. */
export function withField(profile: DraftProfile): DraftProfile {
  const fields = fieldsOf(profile);
  const taken = new Set(fields.map(({ field }) => field));
  const field = READING_FIELDS.find((name) => !taken.has(name)) ?? 'energyWh';
  return { ...profile, fields: [...fields, { field, path: '', unit: unitsFor(field)[0] ?? '' }] };
}

/** Without one; a profile whose only value is a count of pulses has no list of fields at all. */
export function withoutField(profile: DraftProfile, index: number): DraftProfile {
  const { fields, ...rest } = profile;
  const left = (Array.isArray(fields) ? (fields as unknown[]) : []).filter((_, at) => at !== index);
  return left.length === 0 && rest['pulses'] !== undefined ? rest : { ...profile, fields: left };
}

/** A field of another kind keeps its path, and its unit where that can be. */
export function asField(item: Record<string, unknown>, field: string): Record<string, unknown> {
  const { unit } = item;
  const isGood = isFieldName(field) && typeof unit === 'string' && isUnitOf(field, unit);
  return { ...item, field, unit: isGood ? unit : (unitsFor(field)[0] ?? '') };
}

export type MeterIdSource = 'topic' | 'level' | 'path';

/** Where a profile takes the meter's number from; without a word of it, the topic as a whole names the device. */
export function meterIdSource({ meterId }: DraftProfile): MeterIdSource {
  if (!isObject(meterId)) return 'topic';
  return 'topicLevel' in meterId ? 'level' : 'path';
}

export function newMeterId(source: MeterIdSource): unknown {
  return { topic: undefined, level: { topicLevel: 2 }, path: { path: 'id' } }[source];
}

/** A value to compare with: `true`, `false` and numbers are such, all else is text, and so is what stands in quotes. */
export function readMatch(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const [, quoted] = /^"(.*)"$/s.exec(text) ?? [];
  if (quoted !== undefined) return quoted;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

export function showMatch(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return '';
  return readMatch(value) === value ? value : `"${value}"`;
}

/** The text of a profile file. */
export function profileFile(profile: unknown): string {
  return `${JSON.stringify(profile, null, 2)}\n`;
}

/** The name of its file: what no file system minds. */
export function profileFileName({ name }: DraftProfile): string {
  const plain = typeof name === 'string' ? name.trim().replace(/[^\w.-]+/g, '-') : '';
  return `${plain.replace(/^[.-]+|-+$/g, '') || 'profile'}.json`;
}
