import type { Reading } from '../../../../nodes/lib/meter/reading';
import { buildNeighbourhood, type House } from '../../../../nodes/lib/simulation/neighbourhood';
import { chanceAt } from '../../../../nodes/lib/simulation/seeded-random';
import { meterOf, newMemory, SATURDAY_MS } from '../../simulation/simulated-houses';

export interface FleetWish {
  seed: number;
  houses: number;
  /** How far readings are apart. */
  intervalMs: number;
  durationMs: number;
  /** How much of an interval a reading may come early or late, from 0 to below 1. */
  jitter?: number;
  /** Readings as a small meter's sensors give them: with noise and few digits. */
  isNoisy?: boolean;
}

/** No use of chance in the simulation has these numbers. */
const JITTER = 101;
const NOISE = 102;

export interface SimulatedMeterRun {
  house: House;
  readings: Reading[];
}

/** What honest meters say over a time, house by house. The tampered house of the neighbourhood is left out. */
export function* honestRuns(wish: FleetWish): Generator<SimulatedMeterRun> {
  const { seed, houses, intervalMs, durationMs, jitter = 0, isNoisy = false } = wish;
  // One more than asked for, in place of the tampered one.
  const honest = buildNeighbourhood(seed, houses + 1).filter(({ isTampered }) => !isTampered);
  for (const house of honest.slice(0, houses)) {
    const meter = meterOf(seed, house, newMemory(SATURDAY_MS, house.openingWh));
    const count = Math.floor(durationMs / intervalMs);
    const readings: Reading[] = [];
    for (let index = 1; index <= count; index += 1) {
      const shift = jitter * (chanceAt(seed, JITTER, house.number, index) - 0.5);
      meter.advance(Math.round(SATURDAY_MS + (index + shift) * intervalMs));
      const reading = meter.reading();
      readings.push(isNoisy ? asMeasured(seed, house.number, index, reading) : reading);
    }
    yield { house, readings };
  }
}

/** About normal, with variance 1. */
function normalAt(seed: number, house: number, index: number, what: number): number {
  let sum = 0;
  for (let part = 0; part < 4; part += 1)
    sum += chanceAt(seed, NOISE, house * 16 + what * 4 + part, index) - 0.5;
  return sum * Math.sqrt(3);
}

const step = (value: number, size: number): number => Math.round(value / size) * size;

/** Class 1 sensors that know tenths of a volt and of a watt, milliamperes, and hundredths of a power factor. */
function asMeasured(seed: number, house: number, index: number, reading: Reading): Reading {
  const { voltageV = 0, currentA = 0, powerW = 0, powerFactor = 0 } = reading;
  const noise = (what: number, share: number): number => 1 + share * normalAt(seed, house, index, what);
  return {
    ...reading,
    voltageV: step(voltageV * noise(0, 0.001), 0.1),
    currentA: step(currentA * noise(1, 0.004), 0.001),
    powerW: step(powerW * noise(2, 0.004), 0.1),
    powerFactor: step(powerFactor * noise(3, 0.003), 0.01),
  };
}
