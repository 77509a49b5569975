import { addMicros, micros, subtractMicros, ZERO_MICROS, type Micros } from '../money/micros';
import type { ChargeLine } from './charge';
import type { PercentagePart } from './compile-tariff';
import type { Block } from './energy-rule';

const PPM = 1_000_000;

/** One part of a bill in the making. The lists are by a component's place in the tariff. */
export interface Tally {
  lines: ChargeLine[];
  /** What each component had come to before, and what it has come to now. */
  before: readonly Micros[];
  totals: Micros[];
  /** Energy: 1/1000 micro. Percentages: 1/1000000 micro. */
  rests: number[];
}

interface Counted {
  index: number;
  id: string;
}

export function newTally(totals: readonly Micros[], rests: readonly number[]): Tally {
  return { lines: [], before: totals, totals: totals.slice(), rests: rests.slice() };
}

export function totalOf({ lines }: Tally): Micros {
  let sum = ZERO_MICROS;
  for (const { amountMicros } of lines) sum = addMicros(sum, amountMicros);
  return sum;
}

/**
 * Prices the energy between two positions of a billing period, the first `freeWh` of which cost nothing. What is
 * exported is priced with a negative sign.
 */
export function addEnergy(
  tally: Tally,
  component: Counted,
  blocks: readonly Block[],
  fromWh: number,
  toWh: number,
  freeWh: number,
  sign: 1 | -1,
): void {
  let atWh = fromWh;
  if (atWh >= toWh) return;
  if (atWh < freeWh) {
    const endWh = Math.min(freeWh, toWh);
    addAtRate(tally, component, 0, endWh - atWh);
    atWh = endWh;
  }
  for (const { uptoWh, rateMicrosPerKwh } of blocks) {
    if (atWh >= toWh) return;
    if (atWh >= uptoWh) continue;
    const endWh = Math.min(uptoWh, toWh);
    addAtRate(tally, component, rateMicrosPerKwh * sign, endWh - atWh);
    atWh = endWh;
  }
}

/**
 * A component's total is its exact sum rounded down, however it was cut: what is less than a micro waits in its rest.
 * Rounding goes towards less money below zero too, so that a credit carries like a charge. Whole kWh and the
 * rest of one are counted apart, which keeps every product a safe integer.
 */
export function addAtRate(
  tally: Tally,
  component: Counted,
  rateMicrosPerKwh: number,
  energyWh: number,
): void {
  const { index } = component;
  const kwh = Math.floor(energyWh / 1000);
  const nanos = (tally.rests[index] ?? 0) + rateMicrosPerKwh * (energyWh - kwh * 1000);
  const carried = Math.floor(nanos / 1000);
  tally.rests[index] = nanos - carried * 1000;
  addLine(tally, component, energyWh, rateMicrosPerKwh, micros(rateMicrosPerKwh * kwh + carried));
}

/** A charge that is whole micros as it comes. */
export function addAmount(tally: Tally, component: Counted, amount: Micros): void {
  if (amount !== 0) addLine(tally, component, 0, 0, amount);
}

/** Percentages of what the named components came to in this tally, in their order, so that a tax can tax a tax. */
export function addPercentages(tally: Tally, percentages: readonly PercentagePart[]): void {
  for (const part of percentages) {
    let base = 0;
    for (const index of part.of) base += (tally.totals[index] ?? 0) - (tally.before[index] ?? 0);
    addPercentage(tally, part, part.signedPpm, micros(base));
  }
}

/** What is less than a micro waits, as with energy. */
export function addPercentage(tally: Tally, component: Counted, signedPpm: number, base: Micros): void {
  const { index } = component;
  const units = Math.floor(base / PPM);
  const rest = (tally.rests[index] ?? 0) + (base - units * PPM) * signedPpm;
  const carried = Math.floor(rest / PPM);
  tally.rests[index] = rest - carried * PPM;
  addAmount(tally, component, micros(units * signedPpm + carried));
}

/** What some components have come to since the totals were `since`. */
export function amountSince(tally: Tally, of: readonly number[], since: readonly Micros[]): Micros {
  let sum = ZERO_MICROS;
  for (const index of of) {
    const amount = subtractMicros(tally.totals[index] ?? ZERO_MICROS, since[index] ?? ZERO_MICROS);
    sum = addMicros(sum, amount);
  }
  return sum;
}

/** Parts of one component and rate are one line. */
function addLine(
  tally: Tally,
  { index, id }: Counted,
  energyWh: number,
  rateMicrosPerKwh: number,
  amountMicros: Micros,
): void {
  const { lines, totals } = tally;
  totals[index] = addMicros(totals[index] ?? ZERO_MICROS, amountMicros);
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at];
    if (line?.component !== id || line.rateMicrosPerKwh !== rateMicrosPerKwh) continue;
    line.energyWh += energyWh;
    line.amountMicros = addMicros(line.amountMicros, amountMicros);
    return;
  }
  lines.push({ component: id, energyWh, rateMicrosPerKwh, amountMicros });
}
