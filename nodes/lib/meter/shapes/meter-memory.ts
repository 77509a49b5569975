import type { Refusal, RefusalCause } from '../reading';
import { RecentMap } from '../recent-map';
import type { MeterSettings } from './meter-settings';
import { addPower, startPowerRegister, type PowerRegister } from './power-register';
import { pulsePowerW, pulsesToWh } from './pulse-count';
import { MAX_ENERGY_WH, type FieldName } from './quantity';
import { isObject, MAX_PHASES, type MeterReading, type PhaseValues, type Statement } from './statement';

export interface MeterMemoryOptions {
  settingsOf: (meterId: string) => MeterSettings;
  /** The register that the ledger has of a meter, from which an added-up one goes on; null when it knows none. */
  storedWh: (meterId: string) => number | null;
  maxGapMs?: number;
}

/** A time without power is not counted past this: nobody knows what was used in it. */
const MAX_GAP_MS = 5 * 60_000;
/** A meter that gives power for this long and never a register has none. Its energy is counted from the first power on. */
const POWER_ONLY_AFTER_MS = 15 * 60_000;
/** What is dated further ahead would hide everything that is said until then. */
const MAX_AHEAD_MS = 5 * 60_000;
/** A value that a meter has not repeated for this long is not shown as if it were measured now. */
const MAX_VALUE_AGE_MS = 15 * 60_000;
/** Past it, meters that were heard longest ago are forgotten; they start again from what the ledger has. */
const MAX_METERS = 200_000;

/** What was said when. */
type Remembered<T> = Partial<Record<string, { value: T; atMs: number }>>;

/** What is remembered of one meter: plain data, so that it can be stored. */
export interface MeterState {
  values: Remembered<number>;
  phases: Remembered<number>[];
  tariffWh: Record<string, number>;
  impPerKwh: number | null;
  pulses: { count: number; atMs: number } | null;
  /** `reported` once a register was seen, `integrated` once its power is added up for it. */
  source: 'unknown' | 'reported' | 'integrated';
  register: PowerRegister | null;
  firstPowerMs: number | null;
}

export type Completed =
  | { kind: 'reading'; reading: MeterReading }
  /** It said something, but not where its register stands. */
  | { kind: 'live'; live: Omit<MeterReading, 'energyWh'> }
  | { kind: 'refused'; refusal: Refusal };

/**
 * Completes what a meter says with what it said before. A field that is absent keeps its last value as long as that is
 * fresh; a register is only ever passed on when the message itself moves it.
 */
export class MeterMemory {
  private readonly meters = new RecentMap<string, MeterState>(MAX_METERS);

  constructor(private readonly options: MeterMemoryOptions) {}

  get size(): number {
    return this.meters.size;
  }

  has(meterId: string): boolean {
    return this.meters.has(meterId);
  }

  complete(statement: Statement, arrivedMs: number): Completed {
    const { meterId } = statement;
    const atMs = statement.atMs ?? arrivedMs;
    if (atMs > arrivedMs + MAX_AHEAD_MS) {
      return refused('held', meterId, 'atMs', String(atMs), 'the clock is ahead', 'clock');
    }
    const state = this.stateOf(meterId);
    for (const [field, value] of Object.entries(statement.values)) remember(state.values, field, value, atMs);
    for (const [index, phase] of (statement.phases ?? []).entries()) {
      const known = (state.phases[index] ??= {});
      for (const [field, value] of Object.entries(phase)) remember(known, field, value, atMs);
    }
    const energy = this.energyOf(statement, state, atMs);
    if (energy.kind === 'refused') return energy;
    const live = { ...freshValues(state, atMs), ...identityOf(statement, atMs) };
    if (energy.flags.length > 0) live.flags = [...(live.flags ?? []), ...energy.flags];
    if (energy.tariffWh) live.tariffWh = energy.tariffWh;
    if (energy.powerW !== undefined) live.powerW ??= energy.powerW;
    if (energy.exportWh !== undefined) live.exportWh = energy.exportWh;
    if (energy.energyWh === undefined) return { kind: 'live', live };
    return { kind: 'reading', reading: { ...live, energyWh: energy.energyWh } };
  }

  /** Everything that has to survive a restart, as plain data. */
  save(): Record<string, MeterState> {
    return Object.fromEntries(this.meters);
  }

  /** Takes up what `save` gave. An entry that is not what it should be is left out. */
  restore(saved: unknown): void {
    if (!isObject(saved)) return;
    for (const [meterId, state] of Object.entries(saved)) {
      if (isMeterState(state)) this.meters.set(meterId, structuredClone(state));
    }
  }

  private energyOf(statement: Statement, state: MeterState, atMs: number): Energy | Refused {
    if (statement.impPerKwh !== null) state.impPerKwh = statement.impPerKwh;
    if (statement.values.energyWh !== undefined) return reported(state, statement.values.energyWh);
    if (statement.tariffWh !== null) return this.tariffEnergy(statement.tariffWh, state);
    if (statement.pulses !== null) return this.pulseEnergy(statement, statement.pulses, state, atMs);
    const { powerW } = statement.values;
    if (powerW === undefined) return NO_ENERGY;
    return this.powerEnergy(statement, powerW, state, atMs);
  }

  /** The register is the sum of its tariffs; one that was not said this time stands where it stood. */
  private tariffEnergy(tariffWh: Record<string, number>, state: MeterState): Energy {
    Object.assign(state.tariffWh, tariffWh);
    let energyWh = 0;
    for (const wh of Object.values(state.tariffWh)) energyWh += wh;
    return { ...reported(state, energyWh), tariffWh: { ...state.tariffWh } };
  }

  private pulseEnergy(
    statement: Statement,
    count: number,
    state: MeterState,
    atMs: number,
  ): Energy | Refused {
    const { meterId } = statement;
    const impPerKwh = this.options.settingsOf(meterId).impPerKwh ?? state.impPerKwh;
    if (impPerKwh === null || !(impPerKwh > 0)) {
      return refused('rejected', meterId, 'impPerKwh', 'missing', 'is needed to turn pulses into Wh');
    }
    const energyWh = pulsesToWh(count, impPerKwh);
    if (energyWh > MAX_ENERGY_WH)
      return refused('rejected', meterId, 'pulses', String(count), 'is more than any meter counts');
    const before = state.pulses;
    state.pulses = { count, atMs };
    const powerW = before ? pulsePowerW(count - before.count, impPerKwh, atMs - before.atMs) : undefined;
    const energy = reported(state, energyWh);
    return powerW === undefined ? energy : { ...energy, powerW };
  }

  private powerEnergy(statement: Statement, powerW: number, state: MeterState, atMs: number): Energy {
    const { meterId } = statement;
    const wanted = this.options.settingsOf(meterId).register ?? statement.source;
    if (wanted === 'reported' || (wanted === null && state.source === 'reported')) return NO_ENERGY;
    state.firstPowerMs ??= atMs;
    let added: 'added' | 'gap' | 'stale' = 'added';
    if (state.register) added = addPower(state.register, atMs, powerW, this.options.maxGapMs ?? MAX_GAP_MS);
    else state.register = startPowerRegister(atMs, powerW, this.options.storedWh(meterId) ?? 0);
    if (added === 'stale') return NO_ENERGY;
    if (state.source !== 'integrated' && !this.isPowerOnly(meterId, wanted, state, atMs)) return NO_ENERGY;
    state.source = 'integrated';
    const { importWh, exportWh } = state.register;
    const energy: Energy = { kind: 'energy', energyWh: importWh, flags: added === 'gap' ? ['gap'] : [] };
    return exportWh > 0 ? { ...energy, exportWh } : energy;
  }

  /** Power alone makes a register only of a meter that has never shown one, neither to us nor to the ledger. */
  private isPowerOnly(meterId: string, wanted: string | null, state: MeterState, atMs: number): boolean {
    if (wanted === 'integrated') return true;
    const isLong = state.firstPowerMs !== null && atMs - state.firstPowerMs >= POWER_ONLY_AFTER_MS;
    return isLong && this.options.storedWh(meterId) === null;
  }

  private stateOf(meterId: string): MeterState {
    const known = this.meters.get(meterId);
    if (known) return known;
    const state = newState();
    this.meters.set(meterId, state);
    return state;
  }
}

interface Energy {
  kind: 'energy';
  /** Absent when the message does not move the register. */
  energyWh?: number;
  exportWh?: number;
  powerW?: number;
  tariffWh?: Record<string, number>;
  flags: string[];
}
interface Refused {
  kind: 'refused';
  refusal: Refusal;
}

const NO_ENERGY: Energy = { kind: 'energy', flags: [] };

function refused(
  kind: Refusal['kind'],
  meterId: string,
  field: string,
  value: string,
  reason: string,
  cause: RefusalCause = 'other',
): Refused {
  return { kind: 'refused', refusal: { kind, cause, field, value, reason, meterId } };
}

/** A real register ends the adding up of power for good; the change is flagged, since the two do not agree. */
function reported(state: MeterState, energyWh: number): Energy {
  const flags = state.source === 'integrated' ? ['register-found'] : [];
  state.source = 'reported';
  state.register = null;
  return { kind: 'energy', energyWh, flags };
}

function newState(): MeterState {
  return {
    values: {},
    phases: [],
    tariffWh: {},
    impPerKwh: null,
    pulses: null,
    source: 'unknown',
    register: null,
    firstPowerMs: null,
  };
}

function remember(known: Remembered<number>, field: string, value: number, atMs: number): void {
  const before = known[field];
  if (!before) known[field] = { value, atMs };
  else if (before.atMs <= atMs) {
    before.value = value;
    before.atMs = atMs;
  }
}

const SHOWN_FIELDS: readonly Exclude<FieldName, 'energyWh'>[] = [
  'exportWh',
  'powerW',
  'voltageV',
  'currentA',
  'powerFactor',
  'frequencyHz',
  'reactiveVar',
  'apparentVa',
];

function freshValues(state: MeterState, atMs: number): Omit<MeterReading, 'energyWh' | 'meterId' | 'atMs'> {
  const values: Omit<MeterReading, 'energyWh' | 'meterId' | 'atMs'> = {};
  for (const field of SHOWN_FIELDS) {
    const known = state.values[field];
    // A register stays what it was until it is said anew; what is measured does not.
    if (known && (field === 'exportWh' || atMs - known.atMs <= MAX_VALUE_AGE_MS)) values[field] = known.value;
  }
  if (state.phases.length > 0) values.phases = state.phases.map((phase) => freshPhase(phase, atMs));
  return values;
}

function freshPhase(phase: Remembered<number>, atMs: number): PhaseValues {
  const fresh = Object.entries(phase).filter(([, known]) => known && atMs - known.atMs <= MAX_VALUE_AGE_MS);
  return Object.fromEntries(fresh.map(([field, known]) => [field, known?.value ?? 0]));
}

function identityOf(
  { meterId, flags }: Statement,
  atMs: number,
): { meterId: string; atMs: number; flags?: string[] } {
  return flags === null ? { meterId, atMs } : { meterId, atMs, flags };
}

const isCount = (value: unknown): boolean => typeof value === 'number' && Number.isSafeInteger(value);
const REGISTER_KEYS = ['atMs', 'powerMw', 'importWh', 'exportWh', 'importRest', 'exportRest'];

function isRemembered(value: unknown): boolean {
  if (!isObject(value)) return false;
  return Object.values(value).every(
    (one) => isObject(one) && Number.isFinite(one['value']) && isCount(one['atMs']),
  );
}

/** Storage is outside: what comes back is looked at before a bill is built on it. */
function isMeterState(state: unknown): state is MeterState {
  if (!isObject(state)) return false;
  const { values, phases, tariffWh, impPerKwh, pulses, source, register, firstPowerMs } = state;
  return (
    isRemembered(values) &&
    Array.isArray(phases) &&
    phases.length <= MAX_PHASES &&
    phases.every(isRemembered) &&
    isObject(tariffWh) &&
    Object.values(tariffWh).every(isCount) &&
    (impPerKwh === null || (typeof impPerKwh === 'number' && impPerKwh > 0)) &&
    (pulses === null || (isObject(pulses) && isCount(pulses['count']) && isCount(pulses['atMs']))) &&
    (source === 'unknown' || source === 'reported' || source === 'integrated') &&
    (register === null || (isObject(register) && REGISTER_KEYS.every((key) => isCount(register[key])))) &&
    (firstPowerMs === null || isCount(firstPowerMs))
  );
}
