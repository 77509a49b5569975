import { UNKNOWN_UNIT, type FieldName } from './quantity';

/** What the name of an entity says: the field, and the words that tell it from others of the same device. */
export interface EntityName {
  field: FieldName;
  unit: string;
  channel: string;
}

const FIELD_WORDS: readonly [words: readonly string[], field: FieldName, unit: string][] = [
  [['power', 'factor'], 'powerFactor', ''],
  [['pf'], 'powerFactor', ''],
  [['reactive', 'power'], 'reactiveVar', 'var'],
  [['apparent', 'power'], 'apparentVa', 'VA'],
  [['export', 'energy'], 'exportWh', UNKNOWN_UNIT],
  [['returned', 'energy'], 'exportWh', UNKNOWN_UNIT],
  [['energy'], 'energyWh', UNKNOWN_UNIT],
  [['power'], 'powerW', 'W'],
  [['voltage'], 'voltageV', 'V'],
  [['current'], 'currentA', 'A'],
  [['frequency'], 'frequencyHz', 'Hz'],
];
/** Words that do not tell one meter from another. */
const FILLERS = new Set([
  'total',
  'active',
  'import',
  'imported',
  'ac',
  'rms',
  'mains',
  'sensor',
  'meter',
  'reading',
]);
/** Counters that start again are no register. */
const NOT_A_REGISTER = new Set([
  'daily',
  'today',
  'yesterday',
  'day',
  'weekly',
  'week',
  'monthly',
  'month',
  'yearly',
]);
const UNIT_WORDS: Readonly<Record<string, string>> = { wh: 'Wh', kwh: 'kWh', mwh: 'MWh', kw: 'kW', w: 'W' };
const MAX_WORDS = 12;

export const wordsOf = (name: string): string[] =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/, MAX_WORDS)
    .filter(Boolean);

/** Reads `kitchen_total_energy_kwh` as energy in kWh of the channel "kitchen"; null when it names no field. */
export function readEntityName(
  name: string,
  deviceWords: ReadonlySet<string> = new Set(),
): EntityName | null {
  const words = wordsOf(name);
  if (words.some((word) => NOT_A_REGISTER.has(word))) return null;
  const known = FIELD_WORDS.find(([wanted]) => wanted.every((word) => words.includes(word)));
  if (!known) return null;
  const [fieldWords, field, usual] = known;
  const unitWord = words.find((word) => Object.hasOwn(UNIT_WORDS, word));
  const rest = words.filter(
    (word) => !fieldWords.includes(word) && word !== unitWord && !FILLERS.has(word) && !deviceWords.has(word),
  );
  return { field, unit: (unitWord && UNIT_WORDS[unitWord]) ?? usual, channel: rest.join('_') };
}
