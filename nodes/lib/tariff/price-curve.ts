import type { Segment } from '../meter/reading';
import type { Micros } from '../money/micros';
import { DAY_MS } from '../time/calendar-date';
import type { ChargeLine } from './charge';
import type { CompiledTariff } from './compile-tariff';
import type { Stretch } from './energy-rule';
import type { MeterState } from './meter-state';
import type { MeterTerms } from './meter-terms';
import { addAmount, addEnergy, addPercentages, newTally, totalOf, type Tally } from './tally';
import { MAX_REGISTER_WH } from './tariff-limits';

/** Ten years without a reading are no gap but a mistake, and every loop here ends with the stretch it prices. */
const MAX_DAYS_AT_ONCE = 3_660;

export interface Priced {
  /** The meter's state after it; the given one is as it was. */
  state: MeterState;
  lines: ChargeLine[];
  amountMicros: Micros;
}

/**
 * Prices the next stretch of a meter's register: one step of a fold over its whole curve. The segment is cut wherever
 * a rate may change, and its energy is apportioned by time in whole Wh, always from its own two ends.
 */
export function price(
  compiled: CompiledTariff,
  terms: MeterTerms,
  before: MeterState,
  segment: Segment,
): Priced {
  checkSegment(segment, before);
  const { energy } = compiled;
  const state = { ...before };
  const tally = newTally(before.rests);
  const stretches: Stretch[] = [];
  let { fromMs: atMs, fromWh: atWh } = segment;
  while (atMs < segment.toMs) {
    if (atMs >= state.periodToMs) beginPeriod(compiled, state, atMs, atWh);
    let endMs = Math.min(segment.toMs, state.periodToMs);
    for (let part = 0; part < energy.length; part += 1) {
      const stretch = energy[part]?.stretchAt(atMs, terms, state);
      if (!stretch) continue;
      stretches[part] = stretch;
      if (stretch.toMs < endMs) endMs = stretch.toMs;
    }
    const endWh = registerAt(segment, endMs);
    if (endWh > atWh) addParts(compiled, terms, tally, stretches, state.periodStartWh, atWh, endWh);
    atMs = endMs;
    atWh = endWh;
  }
  return finish(compiled, tally, state);
}

/**
 * Charges the standing charges of every local day that has begun by `untilMs` and has not paid them yet: once per meter
 * and day, however often this is called, and whether or not the meter reports.
 */
export function accrue(
  compiled: CompiledTariff,
  terms: MeterTerms,
  before: MeterState,
  untilMs: number,
): Priced {
  const { days, standing, periods } = compiled;
  const state = { ...before };
  const tally = newTally(before.rests);
  let day = days.day(state.nextDay);
  if (untilMs < state.startMs || untilMs < day.fromMs) return finish(compiled, tally, state);
  if (!Number.isSafeInteger(untilMs) || untilMs - day.fromMs > MAX_DAYS_AT_ONCE * DAY_MS)
    throw new RangeError(
      `untilMs must be at most ${MAX_DAYS_AT_ONCE} days after the last charge, got ${untilMs}`,
    );
  const firstDay = days.dayAt(state.startMs).dayNumber;
  let period = periods.ofDay(day.dayNumber);
  while (day.fromMs <= untilMs) {
    if (day.dayNumber >= period.toDay) period = periods.ofDay(day.dayNumber);
    const charged = { day, period, isFirst: day.dayNumber === firstDay, terms };
    for (const part of standing) addAmount(tally, part, part.chargeOn(charged));
    day = days.day(day.dayNumber + 1);
  }
  state.nextDay = day.dayNumber;
  return finish(compiled, tally, state);
}

function finish({ percentages }: CompiledTariff, tally: Tally, state: MeterState): Priced {
  addPercentages(tally, percentages);
  state.rests = tally.rests;
  return { state, lines: tally.lines, amountMicros: totalOf(tally) };
}

function addParts(
  { energy }: CompiledTariff,
  { isLifeline }: MeterTerms,
  tally: Tally,
  stretches: readonly Stretch[],
  periodStartWh: number,
  fromWh: number,
  toWh: number,
): void {
  for (let index = 0; index < energy.length; index += 1) {
    const part = energy[index];
    const stretch = stretches[index];
    if (!part || !stretch) continue;
    const freeWh = isLifeline ? part.lifelineFreeWh : part.freeWh;
    addEnergy(tally, part, stretch.blocks, fromWh - periodStartWh, toWh - periodStartWh, freeWh);
  }
}

function beginPeriod({ periods }: CompiledTariff, state: MeterState, atMs: number, atWh: number): void {
  const { fromMs, toMs } = periods.at(atMs);
  state.periodFromMs = fromMs;
  state.periodToMs = toMs;
  state.periodStartWh = atWh;
}

/** The register at a moment of the segment, as if the energy had flown evenly; rounded down to whole Wh. */
function registerAt({ fromMs, fromWh, toMs, toWh }: Segment, atMs: number): number {
  if (atMs === toMs) return toWh;
  const product = (toWh - fromWh) * (atMs - fromMs);
  if (product <= Number.MAX_SAFE_INTEGER) return fromWh + Math.floor(product / (toMs - fromMs));
  return fromWh + Number((BigInt(toWh - fromWh) * BigInt(atMs - fromMs)) / BigInt(toMs - fromMs));
}

function checkSegment({ fromMs, fromWh, toMs, toWh }: Segment, state: MeterState): void {
  checkWhole('fromMs', fromMs, state.periodFromMs, Number.MAX_SAFE_INTEGER);
  checkWhole('toMs', toMs, fromMs, fromMs + MAX_DAYS_AT_ONCE * DAY_MS);
  checkWhole('fromWh', fromWh, state.periodStartWh, MAX_REGISTER_WH);
  checkWhole('toWh', toWh, fromWh, MAX_REGISTER_WH);
  if (fromMs === toMs && fromWh !== toWh)
    throw new RangeError(`segment.toMs must be after fromMs where the register rises, got ${toMs}`);
}

function checkWhole(field: keyof Segment, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new RangeError(`segment.${field} must be a whole number from ${min} to ${max}, got ${value}`);
}
