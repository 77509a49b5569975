import { UNKNOWN_UNIT, type FieldName } from './quantity';
import type { PhaseField } from './statement';

/** What a name in a message stands for. */
export type KnownName =
  | { kind: 'field'; field: FieldName; unit: string }
  | { kind: 'phase'; field: PhaseField; unit: string; index: number }
  | { kind: 'tariff'; tariff: number; unit: string }
  | { kind: PlainKind };

type PlainKind = 'pulses' | 'impPerKwh' | 'time' | 'meter' | 'serial' | 'relay' | 'flags' | 'tamper';

const field = (name: FieldName, unit: string, names: string): [string, KnownName][] =>
  names.split(' ').map((word) => [word, { kind: 'field', field: name, unit }]);
const plain = (kind: PlainKind, names: string) =>
  names.split(' ').map((word): [string, KnownName] => [word, { kind }]);

/**
 * Names in use, in small letters and without separators. Energy whose name has no unit counts as unknown: Wh and kWh
 * are both common, and a wrong guess is a bill a thousand times too high. DLMS-style names count the unit of DLMS, Wh.
 */
const NAMES = new Map<string, KnownName>([
  ...field('energyWh', 'Wh', 'energywh wh totalwh importwh energyimportwh totalenergywh'),
  ...field('energyWh', 'kWh', 'energykwh kwh totalkwh importkwh energyimportkwh totalenergykwh'),
  ...field('energyWh', 'MWh', 'energymwh mwh totalmwh'),
  ...field('energyWh', UNKNOWN_UNIT, 'energy totalenergy energytotal energyimport importenergy'),
  ...field(
    'energyWh',
    'Wh',
    'activeenergyimport activeenergyimporttotal activeimportenergy positiveactiveenergy ' +
      'positiveactiveenergytotal activeenergyplus',
  ),
  ...field('exportWh', 'Wh', 'exportwh energyexportwh returnedwh'),
  ...field('exportWh', 'kWh', 'exportkwh energyexportkwh returnedkwh'),
  ...field('exportWh', UNKNOWN_UNIT, 'energyexport exportenergy'),
  ...field(
    'exportWh',
    'Wh',
    'activeenergyexport activeenergyexporttotal activeexportenergy negativeactiveenergy ' +
      'negativeactiveenergytotal activeenergyminus',
  ),
  ...field('powerW', 'W', 'powerw power watt watts activepower realpower activepowerimport p'),
  ...field('powerW', 'kW', 'powerkw kw'),
  ...field('voltageV', 'V', 'voltagev voltage volt volts vrms u v'),
  ...field('currentA', 'A', 'currenta current amp amps ampere irms i'),
  ...field('currentA', 'mA', 'currentma'),
  ...field('powerFactor', '', 'powerfactor pf cosphi'),
  ...field('frequencyHz', 'Hz', 'frequencyhz frequency freq hz f'),
  ...field('reactiveVar', 'var', 'reactivevar reactivepower var q'),
  ...field('apparentVa', 'VA', 'apparentva apparentpower va s'),
  ...plain('pulses', 'pulses pulse pulsecount pulsecounter impulses imp'),
  ...plain('impPerKwh', 'impperkwh impkwh pulsesperkwh imppkwh meterconstant'),
  ...plain('time', 'atms ts time timestamp datetime epoch'),
  ...plain('meter', 'meterid meter meternumber meterno'),
  ...plain('serial', 'serial serialnumber serialno deviceid id'),
  ...plain('relay', 'relay relaystate'),
  ...plain('flags', 'flags errors alarms'),
  ...plain('tamper', 'tamper tampered coveropen magnet'),
]);

const PHASE_NAME =
  /^(?:l|phase)?([123abc])?(voltage|current|power|powerfactor|pf)[vaw]?(?:(?:l|phase)([123abc]))?$/;
const PHASE_KINDS: Readonly<Record<string, [PhaseField, string]>> = {
  voltage: ['voltageV', 'V'],
  current: ['currentA', 'A'],
  power: ['powerW', 'W'],
  powerfactor: ['powerFactor', ''],
  pf: ['powerFactor', ''],
};
const TARIFF_NAME =
  /^(?:activeenergyimport|activeimportenergy|positiveactiveenergy|energyimport|import)(?:wh|(kwh))?(?:t|tariff|rate)(\d{1,2})$/;
/** Longer names are none of ours; it bounds the patterns above. */
const MAX_NAME_LENGTH = 48;

/** What a name stands for, however it is spelled; undefined for a name that says nothing about electricity. */
export function knownName(name: string): KnownName | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  const word = name.toLowerCase().replace(/[\s_.-]/g, '');
  return NAMES.get(word) ?? phaseName(word) ?? tariffName(word);
}

function phaseName(word: string): KnownName | undefined {
  const [, before, kind = '', after] = PHASE_NAME.exec(word) ?? [];
  const letter = after ?? before;
  const known = PHASE_KINDS[kind];
  if (letter === undefined || !known) return undefined;
  const index = '123'.includes(letter) ? Number(letter) - 1 : 'abc'.indexOf(letter);
  return { kind: 'phase', field: known[0], unit: known[1], index };
}

function tariffName(word: string): KnownName | undefined {
  const [, kwh, tariff] = TARIFF_NAME.exec(word) ?? [];
  if (tariff === undefined) return undefined;
  return { kind: 'tariff', tariff: Number(tariff), unit: kwh === undefined ? 'Wh' : 'kWh' };
}
