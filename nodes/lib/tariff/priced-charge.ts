import type { Segment } from '../meter/reading';
import type { Micros } from '../money/micros';
import type { Charge, ChargeLine } from './charge';
import type { MeterPlan, PlanPiece } from './meter-plan';
import { isSameState, type MeterState } from './meter-state';
import type { Priced } from './price-curve';

/** What a price was worked out from, and what came of it. */
interface Working {
  plan: MeterPlan;
  before: MeterState;
  segment: Segment;
  priced: Priced;
}

/**
 * A charge that remembers its working, so that the ledger need not do again what was done on the way to it. The memory
 * cannot be seen or changed from a flow, and a copy of the charge has none: then the price is worked out again.
 */
export class PricedCharge implements Charge {
  readonly amountMicros: Micros;
  readonly #working: Working;

  constructor(
    readonly lines: ChargeLine[],
    readonly tariffId: string,
    readonly version: number,
    working: Working,
  ) {
    this.amountMicros = working.priced.amountMicros;
    this.#working = working;
  }

  /** What the segment costs a meter with this plan in this state, if just that was worked out for the charge. */
  static recall(charge: object, plan: MeterPlan, before: MeterState, segment: Segment): Priced | undefined {
    if (!(#working in charge)) return undefined;
    const working = charge.#working;
    const isSame =
      isSamePlan(working.plan, plan) &&
      isSameSegment(working.segment, segment) &&
      isSameState(working.before, before);
    return isSame ? working.priced : undefined;
  }
}

function isSameSegment(a: Segment, b: Segment): boolean {
  return (
    a.toMs === b.toMs &&
    a.toWh === b.toWh &&
    a.fromMs === b.fromMs &&
    a.fromWh === b.fromWh &&
    a.fromExportWh === b.fromExportWh &&
    a.toExportWh === b.toExportWh &&
    a.powerFactorThousandths === b.powerFactorThousandths
  );
}

/** A plan is put together anew whenever the ledger has forgotten it; what it is made of stays the same. */
function isSamePlan(a: MeterPlan, b: MeterPlan): boolean {
  return a === b || (a.length === b.length && a.every((piece, index) => isSamePiece(piece, b[index])));
}

function isSamePiece(a: PlanPiece, b: PlanPiece | undefined): boolean {
  if (a.fromMs !== b?.fromMs || a.tariff !== b.tariff) return false;
  const { sanctionedLoadW, isLifeline, feed } = a.terms;
  const isSameFeed = feed === b.terms.feed || feed.length + b.terms.feed.length === 0;
  return sanctionedLoadW === b.terms.sanctionedLoadW && isLifeline === b.terms.isLifeline && isSameFeed;
}
