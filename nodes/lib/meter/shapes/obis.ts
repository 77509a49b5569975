import { UNKNOWN_UNIT, type FieldName } from './quantity';
import type { SupplyState } from '../../ledger/account';
import type { PhaseField, Statement } from './statement';

/** `1-0:1.8.0*255`, `1.8.0`, `C.1.0`: IEC 62056-61, A-B:C.D.E*F, of which C.D.E says what is measured. */
const OBIS = /^(?:(\d{1,3})-(\d{1,3}):)?(\d{1,3}|C|F)\.(\d{1,3}|F)(?:\.(\d{1,3}))?(?:\*(\d{1,3}))?$/;
/** The same as twelve hexadecimal digits, `0100010800FF`. */
const OBIS_HEX = /^(?:[0-9A-Fa-f]{2}){6}$/;

type ObisMeaning =
  | { field: FieldName; unit: string; sign?: -1 }
  | { phase: number; field: PhaseField; unit: string; sign?: -1 };

/** Abstract objects and electricity; other media (gas is 7) on the same port are other people's. */
const MEDIA = new Set([0, 1]);

const MEANINGS = new Map<string, ObisMeaning>([
  ['1.8.0', { field: 'energyWh', unit: 'Wh' }],
  ['2.8.0', { field: 'exportWh', unit: 'Wh' }],
  ['1.7.0', { field: 'powerW', unit: 'W' }],
  ['2.7.0', { field: 'powerW', unit: 'W', sign: -1 }],
  ['16.7.0', { field: 'powerW', unit: 'W' }],
  ['3.7.0', { field: 'reactiveVar', unit: 'var' }],
  ['4.7.0', { field: 'reactiveVar', unit: 'var', sign: -1 }],
  ['9.7.0', { field: 'apparentVa', unit: 'VA' }],
  ['11.7.0', { field: 'currentA', unit: 'A' }],
  ['12.7.0', { field: 'voltageV', unit: 'V' }],
  ['13.7.0', { field: 'powerFactor', unit: '' }],
  ['14.7.0', { field: 'frequencyHz', unit: 'Hz' }],
]);
for (const [phase, base] of [20, 40, 60].entries()) {
  MEANINGS.set(`${base + 1}.7.0`, { phase, field: 'powerW', unit: 'W' });
  MEANINGS.set(`${base + 2}.7.0`, { phase, field: 'powerW', unit: 'W', sign: -1 });
  MEANINGS.set(`${base + 11}.7.0`, { phase, field: 'currentA', unit: 'A' });
  MEANINGS.set(`${base + 12}.7.0`, { phase, field: 'voltageV', unit: 'V' });
  MEANINGS.set(`${base + 13}.7.0`, { phase, field: 'powerFactor', unit: '' });
}

/** Serial numbers: of the meter, and of what the grid operator calls equipment. */
const SERIALS = new Set(['0.0.0', 'C.1.0', '96.1.0', '96.1.1']);
const DISCONNECTOR = '96.3.10';
/** 0 disconnected, 1 connected; 2 waits for a hand and supplies nothing. */
const DISCONNECTOR_STATES = new Map<unknown, SupplyState>([
  ['0', 'off'],
  [0, 'off'],
  ['1', 'on'],
  [1, 'on'],
  ['2', 'off'],
  [2, 'off'],
]);
const IMPORT_BY_TARIFF = /^1\.8\.([1-9]\d?)$/;

/** Whether a name is a code of DLMS. */
export function isObisName(name: string): boolean {
  return name.length <= 24 && (OBIS.test(name) || OBIS_HEX.test(name));
}

interface ObisCode {
  medium: number;
  channel: number;
  /** C.D.E */
  value: string;
}

function parseObis(name: string): ObisCode | null {
  if (name.length > 24) return null;
  if (OBIS_HEX.test(name)) {
    const bytes = Array.from({ length: 6 }, (_, index) => parseInt(name.slice(index * 2, index * 2 + 2), 16));
    const [medium = 0, channel = 0, c = 0, d = 0, e = 0] = bytes;
    return { medium, channel, value: `${c}.${d}.${e}` };
  }
  const [, medium, channel, c, d, e = '0'] = OBIS.exec(name) ?? [];
  if (c === undefined || d === undefined) return null;
  return { medium: Number(medium ?? 1), channel: Number(channel ?? 0), value: `${c}.${d}.${e}` };
}

/** The serial number under a code, when the code is one for serial numbers; octets in hexadecimal become text. */
export function obisSerial(name: string, raw: unknown): string | undefined {
  const code = parseObis(name);
  if (!code || !MEDIA.has(code.medium) || code.channel !== 0 || !SERIALS.has(code.value)) return undefined;
  if (typeof raw !== 'string' && typeof raw !== 'number') return undefined;
  const text = String(raw).trim();
  return text === '' ? undefined : fromOctets(text);
}

/** DSMR writes a serial number as octets in hexadecimal: `4530…` is `E0…`. */
function fromOctets(text: string): string {
  if (!/^(?:[3-7][0-9A-Fa-f]){8,32}$/.test(text)) return text;
  const letters = text.match(/../g)?.map((pair) => String.fromCharCode(parseInt(pair, 16))) ?? [];
  return letters.join('');
}

/** Takes the value under a DLMS code into a statement; anything else is left alone. */
export function takeObis(statement: Statement, name: string, raw: unknown): void {
  const code = parseObis(name);
  if (!code || !MEDIA.has(code.medium) || code.channel !== 0) return;
  const tariff = IMPORT_BY_TARIFF.exec(code.value);
  if (tariff) {
    statement.takeTariff(Number(tariff[1]), raw, unitFor(raw, 'Wh'), name);
    return;
  }
  if (code.value === DISCONNECTOR) {
    statement.takeRelay(DISCONNECTOR_STATES.get(raw) ?? null);
    return;
  }
  const meaning = MEANINGS.get(code.value);
  if (meaning) takeMeaning(statement, meaning, name, raw);
}

function takeMeaning(statement: Statement, meaning: ObisMeaning, name: string, raw: unknown): void {
  const unit = unitFor(raw, meaning.unit);
  if (!('phase' in meaning)) {
    const before = statement.values[meaning.field];
    statement.take(meaning.field, raw, unit, name);
    combine(statement.values, meaning, before);
    return;
  }
  const before = statement.phases?.[meaning.phase]?.[meaning.field];
  statement.takePhase(meaning.phase, meaning.field, raw, unit, name);
  const phase = statement.phases?.[meaning.phase];
  if (phase) combine(phase, meaning, before);
}

/** Power in and power out are two codes, one of which is zero; together they are one signed power. */
function combine(
  values: Partial<Record<string, number>>,
  { field, sign }: ObisMeaning,
  before: number | undefined,
): void {
  const now = values[field];
  if (now === undefined) return;
  const signed = sign === -1 && now !== 0 ? -now : now;
  const isPair = field === 'powerW' || field === 'reactiveVar';
  values[field] = isPair && signed === 0 && before !== undefined ? before : signed;
}

/** DLMS counts Wh. A fraction of a Wh without a unit is more likely kWh, so it is not guessed. */
function unitFor(raw: unknown, unit: string): string {
  if (unit !== 'Wh') return unit;
  const text = typeof raw === 'number' || typeof raw === 'string' ? String(raw) : '';
  return /\.\d*$/.test(text) ? UNKNOWN_UNIT : unit;
}
