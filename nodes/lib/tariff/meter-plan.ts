import type { CompiledTariff } from './compile-tariff';
import type { MeterTerms } from './meter-terms';

/** From `fromMs` on (the first: from ever) this tariff and these terms hold for a meter. */
export interface PlanPiece {
  fromMs: number;
  tariff: CompiledTariff;
  terms: MeterTerms;
}

/** Rising, and never empty. */
export type MeterPlan = readonly PlanPiece[];

/** One tariff for ever. */
export function planOf(tariff: CompiledTariff, terms: MeterTerms): MeterPlan {
  return [{ fromMs: 0, tariff, terms }];
}

export function pieceAt(plan: MeterPlan, atMs: number): PlanPiece {
  return pieceNumber(plan, pieceIndexAt(plan, atMs));
}

/** Counted from the end, since nearly every question is about the latest piece. */
export function pieceIndexAt(plan: MeterPlan, atMs: number): number {
  let index = plan.length - 1;
  while (index > 0 && (plan[index]?.fromMs ?? 0) > atMs) index -= 1;
  return index;
}

export function pieceNumber(plan: MeterPlan, index: number): PlanPiece {
  const piece = plan[index];
  if (!piece) throw new RangeError('a meter plan must have at least one piece, got none');
  return piece;
}

/** When the piece after this one begins. */
export function pieceEndMs(plan: MeterPlan, index: number): number {
  return plan[index + 1]?.fromMs ?? Infinity;
}
