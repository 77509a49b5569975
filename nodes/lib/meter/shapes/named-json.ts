import { objectOf } from './device-message';
import { knownName } from './field-names';
import { statementOfNames } from './named-fields';
import { isObisName } from './obis';
import type { Shape } from './shape';

const MAX_KEYS = 1000;

/** JSON with DLMS codes as names, `{"1-0:1.8.0": "001234.567*kWh"}`. */
export const obisJson: Shape = {
  name: 'DLMS names',
  isPartial: false,
  recognises: (message) => Object.keys(objectOf(message)).slice(0, MAX_KEYS).some(isObisName),
  read: (message) => [statementOfNames(Object.entries(objectOf(message)), message.levels)],
};

/** JSON whose names say what they hold. A time or a serial number alone does not make it a meter's. */
export const namedJson: Shape = {
  name: 'JSON',
  isPartial: false,
  recognises: (message) => Object.keys(objectOf(message)).slice(0, MAX_KEYS).some(isMeasured),
  read: (message) => [statementOfNames(Object.entries(objectOf(message)), message.levels)],
};

const OTHER_KINDS = new Set(['time', 'meter', 'serial', 'impPerKwh', 'flags', 'tamper']);

function isMeasured(name: string): boolean {
  const known = knownName(name);
  return known !== undefined && !OTHER_KINDS.has(known.kind);
}
