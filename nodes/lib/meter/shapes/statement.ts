import type { SupplyState } from '../../ledger/account';
import { showValue } from '../../text/show-value';
import { isMeterId } from '../meter-id';
import type { Reading, Refusal } from '../reading';
import { readQuantity, type FieldName, type QuantityOptions } from './quantity';

/** What is measured on one phase of a meter. */
export type PhaseField = 'voltageV' | 'currentA' | 'powerW' | 'powerFactor';
export type PhaseValues = Partial<Record<PhaseField, number>>;

/** A reading with everything that some meters say and most do not. */
export interface MeterReading extends Reading {
  apparentVa?: number;
  /** L1, L2, L3. A phase that said nothing is an empty object. */
  phases?: PhaseValues[];
  /** Import registers by tariff, as DLMS numbers them (OBIS 1.8.1 is "1"). */
  tariffWh?: Record<string, number>;
}

/** What a device says that is no reading. */
export interface MeterEvent {
  kind: 'started' | 'online' | 'offline' | 'relay';
  meterId: string;
  atMs: number;
  /** With kind `relay`: what the relay says of itself. */
  reported?: SupplyState;
}

/** How a meter without a register is read: its power is added up, or its pulses are divided by its constant. */
export type RegisterSource = 'reported' | 'integrated';

export const MAX_PHASES = 3;
/** DLMS numbers tariffs 1 to 63; no meter in the field has more than a few. */
const MAX_TARIFF = 63;

const MAX_FLAGS = 16;
const MAX_FLAG_LENGTH = 64;

/** 10^15 pulses are a TWh at 1,000 pulses per kWh. */
const MAX_PULSES = 1e15;
const MAX_IMP_PER_KWH = 1_000_000;

/**
 * What one message says about one meter: only what it said, in our units. The first field that can not be read refuses
 * the whole, with its name and value, because the others come from the same sick device.
 */
export class Statement {
  refusal: Refusal | null = null;
  readonly values: Partial<Record<FieldName, number>> = {};
  phases: PhaseValues[] | null = null;
  tariffWh: Record<string, number> | null = null;
  pulses: number | null = null;
  impPerKwh: number | null = null;
  flags: string[] | null = null;
  source: RegisterSource | null = null;
  event: MeterEvent['kind'] | null = null;
  reported: SupplyState | null = null;

  /** `atMs` is the device's own time; null when it has none that can be trusted. */
  constructor(
    readonly meterId: string,
    readonly atMs: number | null = null,
  ) {
    if (!isMeterId(meterId)) this.refuse('meterId', meterId, 'must be a name of 1 to 64 letters and digits');
  }

  get hasValues(): boolean {
    const { phases, tariffWh, pulses } = this;
    return Object.keys(this.values).length > 0 || phases !== null || tariffWh !== null || pulses !== null;
  }

  get isEmpty(): boolean {
    return !this.hasValues && this.event === null && this.reported === null;
  }

  /** Takes a field in a unit. Absent and null say nothing; they are never zero. */
  take(field: FieldName, raw: unknown, unit: string, name: string = field, options?: QuantityOptions): this {
    if (raw === undefined || raw === null) return this;
    const quantity = readQuantity(field, raw, unit, options);
    if (quantity.ok) this.values[field] = quantity.value;
    else this.refuse(name, raw, quantity.reason);
    return this;
  }

  takePhase(index: number, field: PhaseField, raw: unknown, unit: string, name: string): this {
    if (raw === undefined || raw === null || index >= MAX_PHASES) return this;
    const quantity = readQuantity(field, raw, unit);
    if (!quantity.ok) return this.refuse(name, raw, quantity.reason);
    const phases = (this.phases ??= []);
    while (phases.length <= index) phases.push({});
    const phase = phases[index];
    if (phase) phase[field] = quantity.value;
    return this;
  }

  takeTariff(tariff: number, raw: unknown, unit: string, name: string): this {
    if (raw === undefined || raw === null) return this;
    if (tariff < 1 || tariff > MAX_TARIFF) return this;
    const quantity = readQuantity('energyWh', raw, unit);
    if (!quantity.ok) return this.refuse(name, raw, quantity.reason);
    (this.tariffWh ??= {})[String(tariff)] = quantity.value;
    return this;
  }

  /** Takes the count of a pulse meter and, when the device knows it, its constant. */
  takePulses(count: unknown, impPerKwh: unknown, name: string): this {
    if (impPerKwh !== undefined && impPerKwh !== null) {
      const isText = typeof impPerKwh === 'string' && /^\d{1,7}(?:\.\d{1,3})?$/.test(impPerKwh);
      const constant = isText || typeof impPerKwh === 'number' ? Number(impPerKwh) : NaN;
      if (!(constant > 0 && constant <= MAX_IMP_PER_KWH)) {
        return this.refuse('impPerKwh', impPerKwh, 'must be the pulses per kWh');
      }
      this.impPerKwh = constant;
    }
    if (count === undefined || count === null) return this;
    const pulses = typeof count === 'string' && /^\d{1,15}$/.test(count) ? Number(count) : count;
    if (typeof pulses !== 'number' || !Number.isSafeInteger(pulses) || pulses < 0 || pulses > MAX_PULSES) {
      return this.refuse(name, count, 'must be a whole count of pulses');
    }
    this.pulses = pulses;
    return this;
  }

  takeRelay(state: SupplyState | null): this {
    this.reported = state;
    return this;
  }

  /** Takes what a device reports of itself, such as an open cover. One text counts as a list of one. */
  takeFlags(value: unknown, name: string): this {
    if (value === undefined || value === null) return this;
    const list: unknown[] = Array.isArray(value) ? value : [value];
    if (
      list.length > MAX_FLAGS ||
      !list.every((flag) => typeof flag === 'string' && flag.length <= MAX_FLAG_LENGTH)
    ) {
      return this.refuse(name, value, `must be a list of at most ${MAX_FLAGS} short texts`);
    }
    const flags = [...(this.flags ?? []), ...(list as string[])];
    if (flags.length > 0) this.flags = flags.slice(0, MAX_FLAGS);
    return this;
  }

  refuse(field: string, value: unknown, reason: string): this {
    this.refusal ??= { kind: 'rejected', field, value: showValue(value), reason };
    if (isMeterId(this.meterId)) this.refusal.meterId = this.meterId;
    return this;
  }
}

/** What the words and values in use mean for a relay; null for anything else. */
export function relayState(raw: unknown): SupplyState | null {
  if (raw === true) return 'on';
  if (raw === false) return 'off';
  if (typeof raw !== 'string') return null;
  const word = raw.trim().toLowerCase();
  if (word === 'on' || word === 'true') return 'on';
  return word === 'off' || word === 'false' ? 'off' : null;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
