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

/**
 * Throws where there is no billing period somewhere between two moments, so that nothing could be priced there. Lists of
 * periods have no holes, so the two ends of each piece tell.
 */
export function checkPeriods(
  pieces: readonly Pick<PlanPiece, 'fromMs' | 'tariff'>[],
  sinceMs: number,
  untilMs: number,
): void {
  for (const [index, { fromMs, tariff }] of pieces.entries()) {
    const firstMs = Math.max(sinceMs, index === 0 ? 0 : fromMs);
    const lastMs = Math.min(untilMs, (pieces[index + 1]?.fromMs ?? Infinity) - 1);
    if (firstMs > lastMs) continue;
    tariff.periods.at(firstMs);
    tariff.periods.at(lastMs);
  }
}
