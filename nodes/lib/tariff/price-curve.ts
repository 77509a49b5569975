import type { Segment } from '../meter/reading';
import { addApparent, microVahPerWh } from './apparent-energy';
import { BillInParts, type Priced } from './bill-in-parts';
import { checkSegment, exportStretch } from './check-segment';
import type { CompiledTariff } from './compile-tariff';
import { addDemand } from './demand-charge';
import type { Stretch } from './energy-rule';
import { pieceEndMs, pieceIndexAt, pieceNumber, type MeterPlan, type PlanPiece } from './meter-plan';
import { copyOfState, type MeterState } from './meter-state';
import { enterPiece } from './period-end';
import { registerAt } from './register-at';
import { addEnergy, type Tally } from './tally';

export { accrue, accrueAsFarAs, nextAccrualMs } from './accrual';
export { changeOf } from './carry-over';
export { newMeterState } from './meter-state';
export type { Priced, PricedPart } from './bill-in-parts';

/** A part of a segment in which no rate changes with time. */
interface Step {
  segment: Segment;
  fromMs: number;
  fromWh: number;
  toMs: number;
  toWh: number;
  exportedWh: number;
}

/**
 * Prices the next stretch of a meter's register: one step of a fold over its whole curve. The segment is cut wherever
 * a rate may change, and its energy is apportioned by time in whole Wh, always from its own two ends.
 */
export function price(plan: MeterPlan, before: MeterState, segment: Segment): Priced {
  checkSegment(segment, before);
  const exported = exportStretch(segment, before);
  const state = copyOfState(before);
  const bill = new BillInParts(state, 'rests');
  const stretches: Stretch[] = [];
  let index = pieceIndexAt(plan, segment.fromMs);
  let piece = pieceNumber(plan, index);
  let pieceToMs = pieceEndMs(plan, index);
  let tally: Tally | undefined;
  let { fromMs: atMs, fromWh: atWh } = segment;
  let atExportWh = exported?.fromWh ?? 0;
  while (atMs < segment.toMs) {
    if (atMs >= pieceToMs) {
      index += 1;
      piece = pieceNumber(plan, index);
      pieceToMs = pieceEndMs(plan, index);
      tally = undefined;
    }
    if (!tally || atMs >= state.periodToMs) {
      enterPiece(plan, bill, state, piece, atMs, atWh);
      tally = bill.open(piece);
    }
    const endMs = findStretches(stretches, piece, state, atMs, Math.min(segment.toMs, pieceToMs));
    const endWh = registerAt(segment, endMs);
    const endExportWh = exported ? registerAt(exported, endMs) : 0;
    const exportedWh = endExportWh - atExportWh;
    const step = { segment, fromMs: atMs, fromWh: atWh, toMs: endMs, toWh: endWh, exportedWh };
    addStep(tally, piece, state, stretches, step);
    atMs = endMs;
    atWh = endWh;
    atExportWh = endExportWh;
  }
  if (exported) state.exportWh = exported.toWh;
  return bill.finish();
}

/** What every rate is at a moment, and until when all of them hold, at most until `untilMs`. */
function findStretches(
  stretches: Stretch[],
  { tariff, terms }: PlanPiece,
  state: MeterState,
  atMs: number,
  untilMs: number,
): number {
  let endMs = Math.min(untilMs, state.periodToMs);
  let place = 0;
  for (const part of tariff.energy) {
    const stretch = part.stretchAt(atMs, terms, state);
    stretches[place] = stretch;
    place += 1;
    if (stretch.toMs < endMs) endMs = stretch.toMs;
  }
  for (const part of tariff.exports) {
    const stretch = part.stretchAt(atMs, terms, state);
    stretches[place] = stretch;
    place += 1;
    if (stretch.toMs < endMs) endMs = stretch.toMs;
  }
  return endMs;
}

function addStep(
  tally: Tally,
  { tariff, terms }: PlanPiece,
  state: MeterState,
  stretches: readonly Stretch[],
  step: Step,
): void {
  const { segment, exportedWh } = step;
  const usedWh = step.toWh - step.fromWh;
  const offsetWh = tariff.banks ? offsetByBank(state, usedWh, exportedWh) : 0;
  if (usedWh > 0) addUse(tally, tariff, terms.isLifeline, state, stretches, step, offsetWh);
  if (exportedWh > 0) addExports(tally, tariff, state, stretches, exportedWh);
  state.offsetWh += offsetWh;
  state.exportedWh += exportedWh;
  const { powerFactorThousandths } = segment;
  const perWh = microVahPerWh(powerFactorThousandths);
  if (powerFactorThousandths && usedWh > 0) {
    state.knownWh += usedWh;
    state.known = addApparent(state.known, usedWh, perWh);
  }
  if (tariff.demand.length > 0) addDemand(tally, tariff.demand, state, step, perWh);
}

function addUse(
  tally: Tally,
  { energy }: CompiledTariff,
  isLifeline: boolean,
  { periodStartWh, offsetWh: offsetBeforeWh }: MeterState,
  stretches: readonly Stretch[],
  { fromWh, toWh }: Step,
  offsetWh: number,
): void {
  for (let place = 0; place < energy.length; place += 1) {
    const part = energy[place];
    const stretch = stretches[place];
    if (!part || !stretch) continue;
    const startWh = part.isOffset ? periodStartWh + offsetBeforeWh : periodStartWh;
    const endWh = part.isOffset ? toWh - offsetWh : toWh;
    const freeWh = isLifeline ? part.lifelineFreeWh : part.freeWh;
    addEnergy(tally, part, stretch.blocks, fromWh - startWh, endWh - startWh, freeWh, 1);
  }
}

/** Their stretches are after those of the energy. */
function addExports(
  tally: Tally,
  { energy, exports }: CompiledTariff,
  { exportedWh: beforeWh }: MeterState,
  stretches: readonly Stretch[],
  exportedWh: number,
): void {
  for (const [place, part] of exports.entries()) {
    const blocks = stretches[energy.length + place]?.blocks ?? [];
    addEnergy(tally, part, blocks, beforeWh, beforeWh + exportedWh, 0, -1);
  }
}

/** What was exported joins the bank, and what was used comes out of it as far as it goes. */
function offsetByBank(state: MeterState, usedWh: number, exportedWh: number): number {
  const bankWh = state.bankWh + exportedWh;
  const offsetWh = Math.min(bankWh, usedWh);
  state.bankWh = bankWh - offsetWh;
  return offsetWh;
}
