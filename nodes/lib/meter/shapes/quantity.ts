import { decimalOf, floorTimes, multiply, parseDecimal, toNumber, type Decimal } from './decimal';

export type FieldName =
  | 'energyWh'
  | 'exportWh'
  | 'powerW'
  | 'voltageV'
  | 'currentA'
  | 'powerFactor'
  | 'frequencyHz'
  | 'reactiveVar'
  | 'apparentVa';

interface FieldRule {
  /** The letters of the unit without a prefix; empty for a plain ratio. */
  unit: 'Wh' | 'W' | 'V' | 'A' | 'Hz' | 'var' | 'VA' | '';
  min: number;
  max: number;
}

/** 1 TWh: more than any single meter counts. */
export const MAX_ENERGY_WH = 1_000_000_000_000;

/** What any meter could mean by a field. Narrower limits are a matter of the class of meter, not of its format. */
export const FIELD_RULES: Readonly<Record<FieldName, FieldRule>> = {
  energyWh: { unit: 'Wh', min: 0, max: MAX_ENERGY_WH },
  exportWh: { unit: 'Wh', min: 0, max: MAX_ENERGY_WH },
  powerW: { unit: 'W', min: -1e9, max: 1e9 },
  voltageV: { unit: 'V', min: 0, max: 1e6 },
  currentA: { unit: 'A', min: -1e6, max: 1e6 },
  powerFactor: { unit: '', min: -1, max: 1 },
  frequencyHz: { unit: 'Hz', min: 0, max: 1000 },
  reactiveVar: { unit: 'var', min: -1e9, max: 1e9 },
  apparentVa: { unit: 'VA', min: 0, max: 1e9 },
};

/** Whether a text names a field. Anything else, such as `constructor`, is none. */
export function isFieldName(text: string): text is FieldName {
  return Object.hasOwn(FIELD_RULES, text);
}

/** Stands for the unit of an energy whose sender does not say whether it counts Wh or kWh. Never guessed. */
export const UNKNOWN_UNIT = '?';

interface Unit {
  unit: FieldRule['unit'];
  numerator: bigint;
  denominator: bigint;
}

const PREFIXES: readonly [string, bigint, bigint][] = [
  ['', 1n, 1n],
  ['m', 1n, 1000n],
  ['k', 1000n, 1n],
  ['K', 1000n, 1n],
  ['M', 1_000_000n, 1n],
  ['G', 1_000_000_000n, 1n],
];

/** Spellings in use. The prefix is told by its case, because mWh and MWh are a thousand million apart. */
const SPELLINGS: Readonly<Record<string, FieldRule['unit']>> = {
  Wh: 'Wh',
  wh: 'Wh',
  WH: 'Wh',
  W: 'W',
  w: 'W',
  V: 'V',
  v: 'V',
  A: 'A',
  a: 'A',
  Hz: 'Hz',
  hz: 'Hz',
  HZ: 'Hz',
  var: 'var',
  VAr: 'var',
  VAR: 'var',
  Var: 'var',
  VA: 'VA',
  va: 'VA',
};

const UNITS = new Map<string, Unit>([
  ['', { unit: '', numerator: 1n, denominator: 1n }],
  ['%', { unit: '', numerator: 1n, denominator: 100n }],
  ['J', { unit: 'Wh', numerator: 1n, denominator: 3600n }],
  ['Ws', { unit: 'Wh', numerator: 1n, denominator: 3600n }],
  ['kJ', { unit: 'Wh', numerator: 1000n, denominator: 3600n }],
  ['MJ', { unit: 'Wh', numerator: 1_000_000n, denominator: 3600n }],
  ['Wmin', { unit: 'Wh', numerator: 1n, denominator: 60n }],
]);
for (const [spelling, unit] of Object.entries(SPELLINGS)) {
  for (const [prefix, numerator, denominator] of PREFIXES) {
    UNITS.set(prefix + spelling, { unit, numerator, denominator });
  }
}

/** Whether a field can be given in this unit. */
export function isUnitOf(field: FieldName, unit: string): boolean {
  return UNITS.get(unit)?.unit === FIELD_RULES[field].unit;
}

export type Quantity = { ok: true; value: number } | { ok: false; reason: string };

export interface QuantityOptions {
  /** Profiles only: multiplies the value, exactly. */
  scale?: Decimal;
  /** Profiles only: the device writes a comma where we write a point. */
  hasDecimalComma?: boolean;
}

const NO_OPTIONS: QuantityOptions = {};
const WITH_UNIT = /^(.*?)[\s*]*([A-Za-z%]*)$/s;

/**
 * Reads what a device wrote for a field, in `unit` unless the value names its own. Registers come out as whole Wh,
 * rounded down, which a cumulative register allows: the fraction comes with the next reading.
 */
export function readQuantity(
  field: FieldName,
  raw: unknown,
  unit: string,
  options: QuantityOptions = NO_OPTIONS,
): Quantity {
  if (typeof raw === 'number') {
    const isPlain = options === NO_OPTIONS && unit === FIELD_RULES[field].unit;
    if (isPlain && (unit !== 'Wh' || Number.isSafeInteger(raw))) return within(field, raw);
    return convert(field, decimalOf(raw), unit, options);
  }
  if (typeof raw === 'string') return readText(field, raw.trim(), unit, options);
  if (typeof raw === 'object' && raw !== null && 'value' in raw) return readPair(field, raw, unit, options);
  return { ok: false, reason: 'must be a number' };
}

/** More digits than any meter has; it bounds the patterns above. */
const MAX_TEXT_LENGTH = 64;

function readText(field: FieldName, text: string, unit: string, options: QuantityOptions): Quantity {
  if (text.length > MAX_TEXT_LENGTH) return { ok: false, reason: 'must be a number' };
  const [, number = '', named = ''] = WITH_UNIT.exec(text) ?? [];
  if (number === '') return { ok: false, reason: 'must be a number' };
  if (number.includes(',') && options.hasDecimalComma !== true) {
    return { ok: false, reason: 'has a comma, which could mean thousands: send a point' };
  }
  const plain = options.hasDecimalComma === true ? number.replace(',', '.') : number;
  return convert(field, parseDecimal(plain), named === '' ? unit : named, options);
}

function readPair(
  field: FieldName,
  pair: { value: unknown; unit?: unknown },
  unit: string,
  options: QuantityOptions,
): Quantity {
  const { value, unit: own = unit } = pair;
  if (typeof own !== 'string' || (typeof value !== 'number' && typeof value !== 'string')) {
    return { ok: false, reason: 'must be a number with a unit' };
  }
  return readQuantity(field, value, own, options);
}

function convert(
  field: FieldName,
  decimal: Decimal | null,
  unitName: string,
  { scale }: QuantityOptions,
): Quantity {
  if (decimal === null) return { ok: false, reason: 'must be a number' };
  const rule = FIELD_RULES[field];
  const unit = UNITS.get(unitName);
  if (unitName === UNKNOWN_UNIT) return { ok: false, reason: 'has no unit: name one, or use a profile' };
  if (unit?.unit !== rule.unit) return { ok: false, reason: `can not be in ${unitName || 'no unit'}` };
  const scaled = scale === undefined ? decimal : multiply(decimal, scale);
  const { numerator, denominator } = unit;
  const value =
    rule.unit === 'Wh' ? Number(floorTimes(scaled, numerator, denominator)) : measure(scaled, unit);
  return within(field, value);
}

/** A value in our own unit, when it can be one. NaN and the infinities can not; -0 is 0. */
function within(field: FieldName, value: number): Quantity {
  const { min, max, unit } = FIELD_RULES[field];
  if (value >= min && value <= max) return { ok: true, value: value === 0 ? 0 : value };
  if (Number.isNaN(value)) return { ok: false, reason: 'must be a number' };
  return { ok: false, reason: `must be from ${min} to ${max} ${unit}`.trimEnd() };
}

/** The units of everything but energy are powers of ten apart, so a conversion only moves the point. */
function measure(value: Decimal, { numerator, denominator }: Unit): number {
  const shift = String(numerator).length - String(denominator).length;
  return toNumber({ digits: value.digits, exponent: value.exponent + shift });
}
