import { micros, subtractMicros, type Micros } from '../money/micros';
import type { DemandPart } from './compile-tariff';
import { measureOn, type DemandMeasure, type DemandWindow, type MeasuredPart } from './demand-window';
import type { MeterState } from './meter-state';
import { addAmount, type Tally } from './tally';

/** Charges the rise of the highest average, at the rates in force when it rises. */
export function addDemand(
  tally: Tally,
  parts: readonly DemandPart[],
  state: MeterState,
  measured: MeasuredPart,
  microVahPerWh: number,
): void {
  const before = state.demand;
  const measures: DemandMeasure[] = [];
  for (const { demand } of parts) if (!measures.some((other) => isSame(other, demand))) measures.push(demand);
  const moved = measures.map((measure) =>
    measureOn(
      before.find((other) => isSame(other, measure)),
      measure,
      measured,
      microVahPerWh,
    ),
  );
  for (const part of parts) {
    const { rateMicrosPerKw } = part.demand;
    const was = before.find((other) => isSame(other, part.demand))?.highest ?? 0;
    const is = moved.find((other) => isSame(other, part.demand))?.highest ?? 0;
    if (is > was)
      addAmount(tally, part, subtractMicros(dueFor(rateMicrosPerKw, is), dueFor(rateMicrosPerKw, was)));
  }
  // Measures that only another version needs stay where they are until the period ends.
  const others = before.filter((other) => !measures.some((measure) => isSame(other, measure)));
  state.demand = others.length === 0 && moved.length === 1 ? moved : [...others, ...moved].sort(byMeasure);
}

function isSame(a: DemandMeasure, b: DemandMeasure): boolean {
  return a.windowMinutes === b.windowMinutes && a.unit === b.unit;
}

function byMeasure(a: DemandWindow, b: DemandWindow): number {
  return a.windowMinutes - b.windowMinutes || a.unit.length - b.unit.length;
}

/** Whole kW and the rest of one apart, as with energy. */
function dueFor(rateMicrosPerKw: number, highest: number): Micros {
  const whole = Math.floor(highest / 1000);
  return micros(rateMicrosPerKw * whole + Math.floor((rateMicrosPerKw * (highest - whole * 1000)) / 1000));
}
