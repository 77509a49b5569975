import type { SupplyState } from '../ledger/account';
import type { Reading } from '../meter/reading';
import { mainsAt, round } from './mains-supply';

/** What flows through a meter at a moment, as far as the meter counts it. Both are whole watts, and one of them is 0. */
export interface MeteredPower {
  importW: number;
  exportW: number;
  flags: string[];
}

/** What a meter keeps in its own memory when the power goes. */
export interface MeterMemory {
  atMs: number;
  importWh: number;
  /** Below one Wh: watt-milliseconds that wait for the next whole Wh. */
  importRestWms: number;
  exportWh: number;
  exportRestWms: number;
  relay: SupplyState;
  /** The newest command that was obeyed. */
  commandId: string;
  commandVersion: number;
}

export interface RelayCommand {
  commandId: string;
  desired: SupplyState;
  version: number;
  expiresMs: number;
}

export interface MeterTraits {
  seed: number;
  house: number;
  meterId: string;
  /** Such a meter has an export register. */
  hasSolar: boolean;
  powerFactor: number;
}

const WMS_PER_WH = 3_600_000;
const MS_PER_MINUTE = 60_000;
/** One day is counted minute by minute; a longer absence is counted in coarser steps, so that the work has a bound. */
const MAX_STEPS = 1_440;

/** A meter with a register that never falls and a relay that listens. */
export class SimulatedMeter {
  constructor(
    readonly traits: MeterTraits,
    readonly memory: MeterMemory,
    /** Stays the same within a minute of site time, so that the count does not depend on when it is taken. */
    private readonly powerAt: (siteMs: number) => MeteredPower,
  ) {}

  /** Lets time pass up to a moment. A moment that has passed already changes nothing. */
  advance(toMs: number): void {
    const { memory } = this;
    const strideMinutes = Math.max(1, Math.ceil((toMs - memory.atMs) / MS_PER_MINUTE / MAX_STEPS));
    const strideMs = strideMinutes * MS_PER_MINUTE;
    while (memory.atMs < toMs) {
      const stepEndMs = Math.min(toMs, Math.floor(memory.atMs / MS_PER_MINUTE) * MS_PER_MINUTE + strideMs);
      this.count(stepEndMs - memory.atMs);
      memory.atMs = stepEndMs;
    }
  }

  private count(durationMs: number): void {
    const { memory } = this;
    const { importW, exportW } = this.powerNow();
    const importWms = memory.importRestWms + importW * durationMs;
    const exportWms = memory.exportRestWms + exportW * durationMs;
    memory.importWh += Math.floor(importWms / WMS_PER_WH);
    memory.importRestWms = importWms % WMS_PER_WH;
    memory.exportWh += Math.floor(exportWms / WMS_PER_WH);
    memory.exportRestWms = exportWms % WMS_PER_WH;
  }

  /** Behind an open relay nothing flows, in either direction. */
  private powerNow(): MeteredPower {
    const power = this.powerAt(this.memory.atMs);
    return this.memory.relay === 'on' ? power : { ...power, importW: 0, exportW: 0 };
  }

  /** What the meter says now. Voltage × current × power factor is its power; the factor is negative for export. */
  reading(): Reading {
    const { memory, traits } = this;
    const { importW, exportW, flags } = this.powerNow();
    const powerW = importW - exportW;
    const { voltageV, frequencyHz } = mainsAt(traits.seed, traits.house, memory.atMs, powerW);
    const powerFactor = powerW < 0 ? -traits.powerFactor : traits.powerFactor;
    const reading: Reading = {
      meterId: traits.meterId,
      atMs: memory.atMs,
      energyWh: memory.importWh,
      powerW,
      voltageV,
      currentA: round(powerW / (voltageV * powerFactor), 3),
      powerFactor,
      frequencyHz,
      flags,
    };
    if (traits.hasSolar) reading.exportWh = memory.exportWh;
    return reading;
  }

  /**
   * Does what a command says, unless it came too late or an equal or newer one has been obeyed.
   * Returns whether the sender is owed an answer: it is for a repeated command too, since the first answer may be lost.
   */
  obey(command: RelayCommand, nowMs: number): boolean {
    const { memory } = this;
    if (command.expiresMs <= nowMs || command.version < memory.commandVersion) return false;
    if (command.version === memory.commandVersion) return command.commandId === memory.commandId;
    this.advance(nowMs);
    memory.relay = command.desired;
    memory.commandId = command.commandId;
    memory.commandVersion = command.version;
    return true;
  }
}

/** Reads a command as it comes from a broker; null when it is none. */
export function parseCommand(text: string): RelayCommand | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { commandId, desired, version, expiresMs } = value as Partial<RelayCommand>;
  const isWhole = Number.isSafeInteger(version) && Number.isSafeInteger(expiresMs);
  if (typeof commandId !== 'string' || (desired !== 'on' && desired !== 'off') || !isWhole) return null;
  return { commandId, desired, version: Number(version), expiresMs: Number(expiresMs) };
}
