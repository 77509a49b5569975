import assert from 'node:assert/strict';
import type { Segment } from '../../../nodes/lib/meter/reading';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { pieceAt, pieceEndMs, pieceIndexAt, planOf } from '../../../nodes/lib/tariff/meter-plan';
import {
  accrueAsFarAs,
  changeOf,
  newMeterState,
  nextAccrualMs,
  price,
} from '../../../nodes/lib/tariff/price-curve';
import { property } from '../property';
import { PricedMeter, segmentsOf, withoutZeros } from './priced-meter';
import { planOfCase, pricedCase } from './random-tariff';
import { sampleTariff } from './sample-tariff';
import { slowPricing, type CurvePoint } from './slow-pricing';

const QUARTER_MS = 15 * 60_000;

/** The moments within a segment at which the engine may change a rate, or measures demand. */
function boundaries({ plan, state }: PricedMeter, { fromMs, toMs }: Segment): number[] {
  const found: number[] = [];
  for (let atMs = fromMs; ;) {
    const { tariff, terms } = pieceAt(plan, atMs);
    const period = tariff.periods.at(atMs);
    const now = { ...state, periodFromMs: period.fromMs, periodToMs: period.toMs };
    const ends = [...tariff.energy, ...tariff.exports].map((part) => part.stretchAt(atMs, terms, now).toMs);
    if (tariff.demand.length > 0) ends.push((Math.floor(atMs / QUARTER_MS) + 1) * QUARTER_MS);
    atMs = Math.min(period.toMs, pieceEndMs(plan, pieceIndexAt(plan, atMs)), ...ends);
    if (atMs >= toMs) return found;
    found.push(atMs);
  }
}

function cutAt(from: CurvePoint, to: CurvePoint, moments: number[]): Segment[] {
  const evenly = (first: number, last: number, atMs: number) =>
    first + Number((BigInt(last - first) * BigInt(atMs - from.atMs)) / BigInt(to.atMs - from.atMs));
  const points = [from.atMs, ...moments, to.atMs].map((atMs) => ({
    ...to,
    atMs,
    energyWh: evenly(from.energyWh, to.energyWh, atMs),
    ...(from.exportWh !== undefined && { exportWh: evenly(from.exportWh, to.exportWh!, atMs) }),
  }));
  return segmentsOf(points);
}

describe('pricing a register curve', () => {
  it('equals a second pricing, minute by minute in exact fractions', function () {
    this.timeout(100_000);
    property(
      pricedCase,
      (priced) => {
        const plan = planOfCase(priced);
        const { curve, untilMs } = priced;
        const meter = new PricedMeter(plan, curve[0]!);
        for (const segment of segmentsOf(curve)) meter.price(segment);
        meter.accrue(untilMs);
        const slow = slowPricing(plan, curve, untilMs);
        assert.deepEqual(withoutZeros(meter.totals), withoutZeros(slow));
        assert.deepEqual(withoutZeros(meter.totalsOfState()), withoutZeros(meter.totals));
      },
      200,
    );
  });

  it('changes nothing when a segment is cut where the engine itself cuts it', function () {
    this.timeout(60_000);
    property(pricedCase, (priced) => {
      const plan = planOfCase(priced);
      // A bank is netted at the engine's own cuts, which the quarter hours of demand are not.
      if (plan.some(({ tariff }) => tariff.banks && tariff.demand.length > 0)) return;
      const { curve } = priced;
      const whole = new PricedMeter(plan, curve[0]!);
      const cut = new PricedMeter(plan, curve[0]!);
      for (const [index, segment] of segmentsOf(curve).entries()) {
        const moments = boundaries(cut, segment);
        for (const part of cutAt(curve[index]!, curve[index + 1]!, moments)) cut.price(part);
        whole.price(segment);
        assert.deepEqual(withoutZeros(cut.totals), withoutZeros(whole.totals));
        assert.deepEqual(cut.state, whole.state);
      }
    });
  });

  it('comes to the same whenever and however often the standing charges are asked for', function () {
    this.timeout(60_000);
    property(pricedCase, (priced) => {
      const plan = planOfCase(priced);
      const { curve, untilMs } = priced;
      const endMs = Math.max(untilMs, curve.at(-1)!.atMs);
      const often = new PricedMeter(plan, curve[0]!);
      for (const segment of segmentsOf(curve)) {
        often.accrue(segment.toMs);
        often.price(segment);
        often.accrue(segment.toMs);
        often.accrue(segment.fromMs);
      }
      often.accrue(endMs);
      often.accrue(endMs);
      const before = new PricedMeter(plan, curve[0]!);
      before.accrue(endMs);
      for (const segment of segmentsOf(curve)) before.price(segment);
      const after = new PricedMeter(plan, curve[0]!);
      for (const segment of segmentsOf(curve)) after.price(segment);
      after.accrue(endMs);
      for (const other of [before, after]) {
        assert.deepEqual(withoutZeros(often.totals), withoutZeros(other.totals));
        assert.deepEqual(often.state, other.state);
      }
    });
  });

  it('says when the next day is due: nothing is charged before, and what is due is charged then', () => {
    property(pricedCase, (priced) => {
      const plan = planOfCase(priced);
      const { curve, untilMs } = priced;
      const meter = new PricedMeter(plan, curve[0]!);
      for (;;) {
        const nextMs = nextAccrualMs(plan, meter.state);
        if (nextMs === null || nextMs > untilMs) break;
        const { totals } = meter;
        const before = structuredClone(totals);
        meter.accrue(nextMs - 1);
        assert.deepEqual(totals, before);
        const { nextDay } = meter.state;
        meter.accrue(nextMs);
        assert.ok(meter.state.nextDay > nextDay);
      }
      const once = new PricedMeter(plan, curve[0]!);
      once.accrue(untilMs);
      assert.deepEqual(withoutZeros(meter.totals), withoutZeros(once.totals));
    });
  });

  it('comes to the same when the past is priced again from any reading on', function () {
    this.timeout(60_000);
    property(pricedCase, (priced) => {
      const plan = planOfCase(priced);
      const { curve, untilMs } = priced;
      const meter = new PricedMeter(plan, curve[0]!);
      const states = [meter.state];
      for (const segment of segmentsOf(curve)) {
        meter.price(segment);
        meter.accrue(Math.min(segment.toMs, untilMs));
        states.push(meter.state);
      }
      for (const [index, from] of states.entries()) {
        let state = from;
        for (const segment of segmentsOf(curve.slice(index))) ({ state } = price(plan, state, segment));
        ({ state } = accrueAsFarAs(plan, state, meter.state));
        assert.deepEqual(state, meter.state);
        assert.deepEqual(changeOf(meter.state, state), []);
      }
    });
  });

  it('leaves the state it was given as it was', () => {
    property(pricedCase, (priced) => {
      const plan = planOfCase(priced);
      const { curve } = priced;
      const before = newMeterState(plan, curve[0]!.atMs, curve[0]!.energyWh);
      const copy = structuredClone(before);
      for (const segment of segmentsOf(curve).slice(0, 1)) price(plan, before, segment);
      assert.deepEqual(before, copy);
    });
    const plan = planOf(
      compileTariff(sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 333 }])),
      {
        sanctionedLoadW: 0,
        isLifeline: false,
        feed: [],
      },
    );
    const { state } = price(plan, newMeterState(plan, 0, 0), { fromMs: 0, fromWh: 0, toMs: 60_000, toWh: 7 });
    assert.deepEqual(state.rests, [331]);
  });
});
