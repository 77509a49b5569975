import { addMicros, micros, ZERO_MICROS, type Micros } from '../money/micros';
import type { ChargeLine } from './charge';
import type { Block } from './energy-rule';
import type { PercentagePart } from './compile-tariff';

const PPM = 1_000_000;

/** A bill in the making: what each component has come to, and what it carries on. */
export interface Tally {
  lines: ChargeLine[];
  /** By a component's place in the tariff, as the rests are. */
  amounts: Micros[];
  /** Energy: 1/1000 micro. Percentages: 1/1000000 micro. */
  rests: number[];
}

interface Counted {
  index: number;
  id: string;
}

export function newTally(rests: readonly number[]): Tally {
  return { lines: [], amounts: rests.map(() => ZERO_MICROS), rests: rests.slice() };
}

export function totalOf({ amounts }: Tally): Micros {
  return amounts.reduce(addMicros, ZERO_MICROS);
}

/** Prices the energy between two positions of a billing period, the first `freeWh` of which cost nothing. */
export function addEnergy(
  tally: Tally,
  component: Counted,
  blocks: readonly Block[],
  fromWh: number,
  toWh: number,
  freeWh: number,
): void {
  let atWh = fromWh;
  if (atWh < freeWh) {
    const endWh = Math.min(freeWh, toWh);
    addAtRate(tally, component, 0, endWh - atWh);
    atWh = endWh;
  }
  for (const { uptoWh, rateMicrosPerKwh } of blocks) {
    if (atWh >= toWh) return;
    if (atWh >= uptoWh) continue;
    const endWh = Math.min(uptoWh, toWh);
    addAtRate(tally, component, rateMicrosPerKwh, endWh - atWh);
    atWh = endWh;
  }
}

/**
 * A component's total is its exact sum rounded down, however it was cut: what is less than a micro waits in its rest.
 * Rounding goes towards less money below zero too, so that a credit carries like a charge. Whole kWh and the
 * rest of one are counted apart, which keeps every product a safe integer.
 */
function addAtRate(tally: Tally, component: Counted, rateMicrosPerKwh: number, energyWh: number): void {
  const { index } = component;
  const kwh = Math.floor(energyWh / 1000);
  const nanos = (tally.rests[index] ?? 0) + rateMicrosPerKwh * (energyWh - kwh * 1000);
  const carried = Math.floor(nanos / 1000);
  tally.rests[index] = nanos - carried * 1000;
  addLine(tally, component, energyWh, rateMicrosPerKwh, micros(rateMicrosPerKwh * kwh + carried));
}

/** A standing charge is whole micros as it comes. */
export function addAmount(tally: Tally, component: Counted, amount: Micros): void {
  if (amount !== 0) addLine(tally, component, 0, 0, amount);
}

/** Percentages of what the named components came to in this tally, in their order, so that a tax can tax a tax. */
export function addPercentages(tally: Tally, percentages: readonly PercentagePart[]): void {
  for (const part of percentages) {
    let base = 0;
    for (const index of part.of) base += tally.amounts[index] ?? 0;
    const units = Math.floor(micros(base) / PPM);
    const rest = (tally.rests[part.index] ?? 0) + (base - units * PPM) * part.signedPpm;
    const carried = Math.floor(rest / PPM);
    tally.rests[part.index] = rest - carried * PPM;
    addAmount(tally, part, micros(units * part.signedPpm + carried));
  }
}

/** Parts of one component and rate are one line. */
function addLine(
  tally: Tally,
  { index, id }: Counted,
  energyWh: number,
  rateMicrosPerKwh: number,
  amountMicros: Micros,
): void {
  const { lines, amounts } = tally;
  amounts[index] = addMicros(amounts[index] ?? ZERO_MICROS, amountMicros);
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at];
    if (line?.component !== id || line.rateMicrosPerKwh !== rateMicrosPerKwh) continue;
    line.energyWh += energyWh;
    line.amountMicros = addMicros(line.amountMicros, amountMicros);
    return;
  }
  lines.push({ component: id, energyWh, rateMicrosPerKwh, amountMicros });
}
