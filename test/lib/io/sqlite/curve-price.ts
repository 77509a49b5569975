import { segmentsOf, type CurvePoint } from '../../../../nodes/lib/meter/register-curve';
import { compileTariff, type CompiledTariff } from '../../../../nodes/lib/tariff/compile-tariff';
import type { MeterPlan } from '../../../../nodes/lib/tariff/meter-plan';
import type { FeedPrice } from '../../../../nodes/lib/tariff/meter-terms';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { accrue, newMeterState, price, type Priced } from '../../../../nodes/lib/tariff/price-curve';

interface Terms {
  sanctionedLoadW: number;
  isLifeline: boolean;
}

/** What holds for a meter, put together from what was approved and entered, without the ledger. */
export class TariffHistory {
  readonly feed = new Map<number, number | null>();
  private readonly versions = new Map<number, CompiledTariff>();
  private readonly terms: Map<number, Terms>;

  constructor(first: Terms) {
    this.terms = new Map([[0, first]]);
  }

  approve(tariff: Tariff, inForceMs: number): void {
    this.versions.set(inForceMs, compileTariff(tariff));
  }

  enter(fromMs: number, terms: Terms): void {
    this.terms.set(fromMs, terms);
  }

  plan(): MeterPlan {
    const versions = inOrder(this.versions);
    const terms = inOrder(this.terms);
    const feed: FeedPrice[] = inOrder(this.feed).map(([fromMs, microsPerKwh]) => ({ fromMs, microsPerKwh }));
    const begins = new Set([0, ...versions.slice(1).map(([ms]) => ms), ...terms.map(([ms]) => ms)]);
    return [...begins]
      .sort((a, b) => a - b)
      .map((fromMs) => {
        const [, tariff] = versions.findLast(([ms]) => ms <= fromMs) ?? versions[0]!;
        const [, held] = terms.findLast(([ms]) => ms <= fromMs)!;
        return { fromMs, tariff, terms: { ...held, feed } };
      });
  }
}

function inOrder<Value>(map: ReadonlyMap<number, Value>): [number, Value][] {
  return [...map].sort(([a], [b]) => a - b);
}

/** What a whole register costs by the definition: one walk over all its readings, then the days. By account of the books. */
export function priceOfCurve(
  plan: MeterPlan,
  points: readonly CurvePoint[],
  untilMs: number,
): Map<string, bigint> {
  const paid = new Map<string, bigint>();
  const first = points[0]!;
  let state = newMeterState(plan, first.atMs, first.energyWh, undefined, first.exportWh ?? undefined);
  const take = (priced: Priced): void => {
    state = priced.state;
    for (const { tariff, lines } of priced.parts)
      for (const { component, amountMicros } of lines) {
        const book = tariff.bookOf(component);
        paid.set(book, (paid.get(book) ?? 0n) + BigInt(amountMicros));
      }
  };
  for (const segment of segmentsOf(points)) take(price(plan, state, segment));
  take(accrue(plan, state, untilMs));
  for (const [book, amount] of paid) if (amount === 0n) paid.delete(book);
  return paid;
}
