import { parseAmountOfEnergy } from '../meter/energy-amount';
import { showValue } from '../text/show-value';
import type { Registration } from './account';
import type { CloseMeterPosting, Settlement, SwappedRegister } from './posting';
import { parseRegistrations } from './registration-input';

/** What staff tell the ledger of customers, meters and held readings. */
export type StaffRequest =
  | { kind: 'register'; registrations: Registration[] }
  | { kind: 'takeDown'; meterId: string; closing: CloseMeterPosting['closing'] }
  | { kind: 'settle'; refusalId: number; settlement: Settlement }
  /** A person says that the machine's clock is right; empty where only the message says who. */
  | { kind: 'clock'; by: string };

type Source = Record<string, unknown>;

const MAX_NAME_LENGTH = 64;

/** Reads a request. Throws an error that names the field and the value before anything is written. */
export function parseStaffRequest(payload: unknown): StaffRequest {
  if (typeof payload === 'object' && payload !== null) {
    if ('takeDown' in payload) return parseTakeDown(fieldsOf(payload.takeDown, 'takeDown'));
    if ('clock' in payload) return parseClock(payload);
    if ('settle' in payload) return parseSettle(fieldsOf(payload.settle, 'settle'));
  }
  return { kind: 'register', registrations: parseRegistrations(payload) };
}

function parseClock({ clock, by = '' }: Source): StaffRequest {
  if (clock !== 'accept') throw new RangeError(`clock must be "accept", got "${showValue(clock)}"`);
  if (typeof by !== 'string' || by.length > MAX_NAME_LENGTH)
    throw new RangeError(`by must be a name of up to ${MAX_NAME_LENGTH} characters, got "${showValue(by)}"`);
  return { kind: 'clock', by: by.trim() };
}

function parseTakeDown(source: Source): StaffRequest {
  const { meterId } = source;
  if (typeof meterId !== 'string' || meterId === '')
    throw new RangeError(`takeDown.meterId must be text, got "${showValue(meterId)}"`);
  if (source['energyWh'] === undefined) {
    // Without the register that goes with it, the meter would be taken down now, and not then.
    for (const field of ['atMs', 'exportWh'])
      if (source[field] !== undefined)
        throw new RangeError(`takeDown.energyWh must be given with ${field}, or leave both out, got nothing`);
    return { kind: 'takeDown', meterId, closing: null };
  }
  const atMs = whole(source, 'takeDown', 'atMs');
  const energyWh = parseAmountOfEnergy('takeDown.energyWh', source['energyWh']);
  if (source['exportWh'] === undefined) return { kind: 'takeDown', meterId, closing: { atMs, energyWh } };
  const exportWh = parseAmountOfEnergy('takeDown.exportWh', source['exportWh']);
  return { kind: 'takeDown', meterId, closing: { atMs, energyWh, exportWh } };
}

const SETTLEMENTS: { [As in Settlement['as']]: (source: Source) => Settlement & { as: As } } = {
  rollover: (source) => ({
    as: 'rollover',
    digits: whole(source, 'settle', 'digits'),
    whPerDigit: source['whPerDigit'] === undefined ? 1_000 : whole(source, 'settle', 'whPerDigit'),
  }),
  reset: () => ({ as: 'reset' }),
  swap: (source) => {
    const own = swapped(source, 'openingWh', 'closingWh');
    const hasOther = source['otherOpeningWh'] !== undefined || source['otherClosingWh'] !== undefined;
    if (!hasOther) return { as: 'swap', ...own };
    return { as: 'swap', ...own, other: swapped(source, 'otherOpeningWh', 'otherClosingWh') };
  },
  accept: () => ({ as: 'accept' }),
  reject: () => ({ as: 'reject' }),
};

function swapped(source: Source, opening: string, closing: string): SwappedRegister {
  return {
    closingWh:
      source[closing] === undefined ? null : parseAmountOfEnergy(`settle.${closing}`, source[closing]),
    openingWh: parseAmountOfEnergy(`settle.${opening}`, source[opening]),
  };
}

function parseSettle(source: Source): StaffRequest {
  const { as } = source;
  const refusalId = whole(source, 'settle', 'refusalId');
  if (typeof as !== 'string' || !Object.hasOwn(SETTLEMENTS, as))
    throw new RangeError(
      `settle.as must be one of ${Object.keys(SETTLEMENTS).join(', ')}, got "${showValue(as)}"`,
    );
  return { kind: 'settle', refusalId, settlement: SETTLEMENTS[as as Settlement['as']](source) };
}

function fieldsOf(value: unknown, field: string): Source {
  if (typeof value === 'object' && value !== null) return value as Source;
  throw new RangeError(`${field} must be an object, got "${showValue(value)}"`);
}

function whole(source: Source, of: string, field: string): number {
  const value = source[field];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`${of}.${field} must be a whole number above 0, got "${showValue(value)}"`);
}
