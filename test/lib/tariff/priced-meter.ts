import assert from 'node:assert/strict';
import type { Segment } from '../../../nodes/lib/meter/reading';
import type { MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import type { MeterState } from '../../../nodes/lib/tariff/meter-state';
import { accrue, changeOf, newMeterState, price, type Priced } from '../../../nodes/lib/tariff/price-curve';
import type { SlowTotals } from './slow-books';
import type { CurvePoint } from './slow-pricing';

/** Adds up what a meter is charged by account and component, and checks each answer on the way. */
export class PricedMeter {
  readonly totals: SlowTotals = {};
  private readonly first: MeterState;
  state: MeterState;

  constructor(
    readonly plan: MeterPlan,
    { atMs, energyWh, exportWh }: CurvePoint,
  ) {
    this.first = newMeterState(plan, atMs, energyWh, undefined, exportWh);
    this.state = this.first;
  }

  price(segment: Segment): void {
    this.take(price(this.plan, this.state, segment));
  }

  accrue(untilMs: number): void {
    this.take(accrue(this.plan, this.state, untilMs));
  }

  private take({ state, parts, amountMicros }: Priced): void {
    let sum = 0;
    for (const { tariff, lines } of parts) {
      assert.ok(lines.length > 0, 'a part without lines is left out');
      for (const line of lines) {
        sum += line.amountMicros;
        const name = `${tariff.bookOf(line.component)} ${line.component}`;
        this.totals[name] = (this.totals[name] ?? 0n) + BigInt(line.amountMicros);
      }
    }
    assert.equal(sum, amountMicros, 'the lines sum to the amount');
    const before = this.state;
    // Nothing but what JSON can carry may be in a state.
    this.state = JSON.parse(JSON.stringify(state)) as MeterState;
    assert.deepEqual(this.state, state);
    const changed = changeOf(before, state).reduce((total, change) => total + change.amountMicros, 0);
    assert.equal(changed, amountMicros, 'the totals rise by the amount');
  }

  /** What the state says that its components have come to. */
  totalsOfState(): SlowTotals {
    const totals: SlowTotals = {};
    for (const { book, component, amountMicros } of changeOf(this.first, this.state)) {
      const name = `${book} ${component}`;
      totals[name] = (totals[name] ?? 0n) + BigInt(amountMicros);
    }
    return totals;
  }
}

export function segmentsOf(curve: readonly CurvePoint[]): Segment[] {
  return curve.slice(1).map((to, index) => {
    const from = curve[index]!;
    return {
      fromMs: from.atMs,
      fromWh: from.energyWh,
      toMs: to.atMs,
      toWh: to.energyWh,
      ...(from.exportWh !== undefined && { fromExportWh: from.exportWh }),
      ...(to.exportWh !== undefined && { toExportWh: to.exportWh }),
      ...(to.powerFactorThousandths !== undefined && { powerFactorThousandths: to.powerFactorThousandths }),
    };
  });
}

export function withoutZeros(totals: SlowTotals): SlowTotals {
  return Object.fromEntries(
    Object.entries(totals)
      .filter(([, amount]) => amount !== 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
