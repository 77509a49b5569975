import assert from 'node:assert/strict';
import type { Segment } from '../../../nodes/lib/meter/reading';
import { PriceAhead } from '../../../nodes/lib/site/price-ahead';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import type { MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import { newMeterState, type MeterState } from '../../../nodes/lib/tariff/meter-state';
import { price } from '../../../nodes/lib/tariff/price-curve';
import { PricedCharge } from '../../../nodes/lib/tariff/priced-charge';
import { sampleTariff } from './sample-tariff';

const T0 = Date.UTC(2026, 2, 10);
const HOUR_MS = 3_600_000;

function planAt(rateMicrosPerKwh: number): MeterPlan {
  const tariff = compileTariff(sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh }]));
  return [{ fromMs: 0, tariff, terms: { sanctionedLoadW: 0, isLifeline: false, feed: [] } }];
}

/** The state with each of its fields changed in turn. */
function otherStates(state: MeterState): MeterState[] {
  return Object.entries(state).map(([field, value]) => ({ ...state, [field]: changed(value) }));
}

function changed(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}x`;
  if (value === null) return 1;
  if (Array.isArray(value)) {
    const [first, ...rest] = value as unknown[];
    return value.length > 0 ? [changed(first), ...rest] : ['x'];
  }
  return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, changed(one)]));
}

describe('a charge that remembers its working', () => {
  const plan = planAt(8_000_000);
  const before = newMeterState(plan, T0, 1_000);
  const segment = (): Segment => ({ fromMs: T0, fromWh: 1_000, toMs: T0 + HOUR_MS, toWh: 1_500 });

  function charged(priced = segment()) {
    const ahead = new PriceAhead(() => ({ headMs: T0, headWh: 1_000, state: before, plan }));
    const charge = ahead.charge('M1', priced, 'home');
    assert.ok(charge);
    return charge;
  }

  it('is recalled for the same plan, state and segment', () => {
    const recalled = PricedCharge.recall(charged(), plan, before, segment());
    assert.deepEqual(recalled, price(plan, before, segment()));
    const equal = newMeterState(plan, T0, 1_000);
    assert.notEqual(equal, before);
    assert.deepEqual(PricedCharge.recall(charged(), plan, equal, segment()), recalled);
    const again = plan.map((piece) => ({ ...piece, terms: { ...piece.terms, feed: [] } }));
    assert.deepEqual(PricedCharge.recall(charged(), again, before, segment()), recalled);
  });

  it('is worked out again for another plan, state or segment', () => {
    const charge = charged();
    assert.equal(PricedCharge.recall(charge, planAt(8_000_000), before, segment()), undefined);
    const [piece] = plan;
    assert.ok(piece);
    for (const terms of [
      { sanctionedLoadW: 1 },
      { isLifeline: true },
      { feed: [{ fromMs: 0, microsPerKwh: 1 }] },
    ]) {
      const other: MeterPlan = [{ ...piece, terms: { ...piece.terms, ...terms } }];
      assert.equal(PricedCharge.recall(charge, other, before, segment()), undefined);
    }
    for (const other of otherStates(before))
      assert.equal(PricedCharge.recall(charge, plan, other, segment()), undefined, JSON.stringify(other));
    const others: Partial<Segment>[] = [
      { toWh: 1_501 },
      { toMs: T0 + 1 },
      { fromWh: 999 },
      { fromMs: T0 - 1 },
      { toExportWh: 0 },
      { fromExportWh: 0 },
      { powerFactorThousandths: 900 },
    ];
    for (const other of others)
      assert.equal(PricedCharge.recall(charge, plan, before, { ...segment(), ...other }), undefined);
  });

  it('is not taken in by a flow that changes the segment or the lines in place', () => {
    const own = segment();
    const charge = charged(own);
    own.toWh = 9_000;
    assert.equal(PricedCharge.recall(charge, plan, before, own), undefined);
    const [line] = charge.lines;
    assert.ok(line);
    line.energyWh = 0;
    charge.lines.length = 0;
    const recalled = PricedCharge.recall(charge, plan, before, segment());
    assert.deepEqual(recalled?.parts[0]?.lines, price(plan, before, segment()).parts[0]?.lines);
  });

  it('forgets it when it is copied', () => {
    const charge = charged();
    for (const copy of [structuredClone(charge), { ...charge }])
      assert.equal(PricedCharge.recall(copy, plan, before, segment()), undefined);
  });
});
