import assert from 'node:assert/strict';
import type { CurvePoint } from '../../../nodes/lib/meter/register-curve';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { planOf } from '../../../nodes/lib/tariff/meter-plan';
import { accrue, newMeterState, price } from '../../../nodes/lib/tariff/price-curve';
import { compareTariffs } from '../../../nodes/lib/tariff/simulate';
import type { Component } from '../../../nodes/lib/tariff/tariff';
import { property } from '../property';
import { segmentsOf } from './priced-meter';
import { planOfCase, pricedCase } from './random-tariff';
import { sampleTariff } from './sample-tariff';

const reading = (atMs: number, energyWh: number, exportWh: number | null = null): CurvePoint => ({
  atMs,
  energyWh,
  exportWh,
  powerFactorThousandths: null,
});
const TERMS = { sanctionedLoadW: 0, isLifeline: false, feed: [] };
const ms = (local: string) => Date.parse(`2025-${local}:00+05:30`);
const MINIMUM: Component = {
  kind: 'minimum',
  id: 'minimum',
  amountMicros: 100_000_000,
  perKw: false,
  of: ['energy'],
};
const planAt = (rateMicrosPerKwh: number, version: number) =>
  planOf(
    compileTariff(
      sampleTariff(
        [
          { kind: 'flat', id: 'energy', rateMicrosPerKwh },
          MINIMUM,
          { kind: 'standingDay', id: 'day', amountMicros: version * 1_000_000, perKw: false },
        ],
        { version },
      ),
    ),
    TERMS,
  );

describe('a past period under another tariff', () => {
  const oldPlan = planAt(8_000_000, 1);
  const newPlan = planAt(9_000_000, 2);
  const readings = [
    reading(ms('01-01T00:00'), 0),
    reading(ms('02-05T00:00'), 35_000),
    reading(ms('02-25T00:00'), 40_000),
    reading(ms('03-05T00:00'), 48_000),
  ];
  const first = newMeterState(oldPlan, readings[0]!.atMs, 0);

  it('is settled at its end, and what is before and after it is not in the sums', () => {
    const compared = compareTariffs(readings, first, oldPlan, newPlan, ms('02-01T00:00'), ms('03-01T00:00'));
    // February: 4 + 5 + 4 = 13 kWh, 28 days, and what is missing to 100.
    assert.deepEqual(
      compared.oldLines.map(({ component, amountMicros }) => [component, amountMicros / 1e6]),
      [
        ['energy', 104],
        ['day', 28],
      ],
    );
    assert.deepEqual(
      compared.newLines.map(({ component, amountMicros }) => [component, amountMicros / 1e6]),
      [
        ['energy', 117],
        ['day', 56],
      ],
    );
    assert.equal(compared.oldMicros, 132_000_000);
    assert.equal(compared.newMicros, 173_000_000);
  });

  it('counts the minimum of a month that is over', () => {
    const low = planAt(1_000_000, 3);
    const compared = compareTariffs(readings, first, oldPlan, low, ms('02-01T00:00'), ms('03-01T00:00'));
    assert.deepEqual(
      compared.newLines.map(({ component, amountMicros }) => [component, amountMicros / 1e6]),
      [
        ['energy', 13],
        ['day', 84],
        ['minimum', 87],
      ],
    );
  });

  it('costs the same under the same plan, and what it did cost', () => {
    property(pricedCase, (priced) => {
      const plan = planOfCase(priced);
      const { curve } = priced;
      const { atMs, energyWh, exportWh } = curve[0]!;
      const start = newMeterState(plan, atMs, energyWh, undefined, exportWh);
      const toMs = curve.at(-1)!.atMs;
      const past = curve.map((point) => ({
        ...reading(point.atMs, point.energyWh, point.exportWh ?? null),
        powerFactorThousandths: point.powerFactorThousandths ?? null,
      }));
      const { oldMicros, newMicros, oldLines, newLines } = compareTariffs(
        past,
        start,
        plan,
        plan,
        atMs,
        toMs,
      );
      assert.equal(newMicros, oldMicros);
      assert.deepEqual(newLines, oldLines);
      let state = start;
      let sum = 0;
      for (const segment of segmentsOf(curve)) {
        const answer = price(plan, state, segment);
        state = answer.state;
        sum += answer.amountMicros;
      }
      sum += accrue(plan, state, toMs - 1).amountMicros;
      // The period that ends with the last reading is settled here and not yet there.
      if (state.periodToMs > toMs) assert.equal(oldMicros, sum);
    });
  });
});
