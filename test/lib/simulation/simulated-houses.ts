import { housePower } from '../../../nodes/lib/simulation/house-power';
import type { House } from '../../../nodes/lib/simulation/neighbourhood';
import { SimulatedMeter, type MeterMemory } from '../../../nodes/lib/simulation/simulated-meter';

export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = 3_600_000;
/** A Saturday, 00:00. */
export const SATURDAY_MS = Date.UTC(2026, 5, 6);

export function newMemory(atMs: number, importWh = 0): MeterMemory {
  return {
    atMs,
    importWh,
    importRestWms: 0,
    exportWh: 0,
    exportRestWms: 0,
    relay: 'on',
    commandId: '',
    commandVersion: 0,
  };
}

export function meterOf(seed: number, house: House, memory: MeterMemory): SimulatedMeter {
  const traits = {
    seed,
    house: house.number,
    meterId: house.meterId,
    hasSolar: house.roof !== null,
    powerFactor: house.powerFactor,
  };
  return new SimulatedMeter(traits, memory, (siteMs) => housePower(seed, house, siteMs, 0));
}
