import type { CompiledTariff } from './compile-tariff';
import { pieceEndMs, type MeterPlan } from './meter-plan';
import type { FeedPrice } from './meter-terms';

/** A tariff on trial, with the prices of its own series. */
export interface Trial {
  tariff: CompiledTariff;
  feed: readonly FeedPrice[];
}

/** The whole plan of a meter, with the terms that it had at each time, as if its tariff had always been this one. */
export function planUnder({ tariff, feed }: Trial, plan: MeterPlan): MeterPlan {
  return plan.map((piece) => ({ ...piece, tariff, terms: { ...piece.terms, feed } }));
}

/** The same only where the plan has a version of the very tariff; undefined when it has none in that time. */
export function planWithVersion(
  trial: Trial,
  plan: MeterPlan,
  fromMs: number,
  toMs: number,
): MeterPlan | undefined {
  const { tariffId } = trial.tariff.tariff;
  const isOfTariff = plan.map(({ tariff }) => tariff.tariff.tariffId === tariffId);
  const isInTime = plan.map((piece, index) => piece.fromMs < toMs && pieceEndMs(plan, index) > fromMs);
  if (!isOfTariff.some((isOwn, index) => isOwn && isInTime[index])) return undefined;
  const changed = planUnder(trial, plan);
  return plan.map((piece, index) => (isOfTariff[index] ? (changed[index] ?? piece) : piece));
}
