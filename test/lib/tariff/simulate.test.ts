import assert from 'node:assert/strict';
import type { CurvePoint } from '../../../nodes/lib/meter/register-curve';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { planOf, type MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import { accrue, newMeterState, price } from '../../../nodes/lib/tariff/price-curve';
import { compareTariffs, type PastStay, type TariffComparison } from '../../../nodes/lib/tariff/simulate';
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
  const stay: PastStay = {
    points: readings,
    state: newMeterState(oldPlan, readings[0]!.atMs, 0),
    plan: oldPlan,
    openedMs: readings[0]!.atMs,
    closedMs: null,
  };
  const nowMs = ms('12-31T00:00');
  const compare = (
    changes: Partial<PastStay>,
    plan: MeterPlan,
    fromMs: number,
    toMs: number,
  ): TariffComparison => {
    const compared = compareTariffs({ ...stay, ...changes }, plan, { fromMs, toMs, nowMs });
    assert.ok(compared);
    return compared;
  };
  const inUnits = (lines: TariffComparison['oldLines']) =>
    lines.map(({ component, amountMicros }) => [component, amountMicros / 1e6]);

  it('is settled at its end, and what is before and after it is not in the sums', () => {
    const compared = compare({}, newPlan, ms('02-01T00:00'), ms('03-01T00:00'));
    // February: 4 + 5 + 4 = 13 kWh, 28 days, and what is missing to 100.
    assert.deepEqual(inUnits(compared.oldLines), [
      ['energy', 104],
      ['day', 28],
    ]);
    assert.deepEqual(inUnits(compared.newLines), [
      ['energy', 117],
      ['day', 56],
    ]);
    assert.equal(compared.oldMicros, 132_000_000);
    assert.equal(compared.newMicros, 173_000_000);
  });

  it('counts the minimum of a month that is over', () => {
    const low = planAt(1_000_000, 3);
    const compared = compare({}, low, ms('02-01T00:00'), ms('03-01T00:00'));
    assert.deepEqual(inUnits(compared.newLines), [
      ['energy', 13],
      ['day', 84],
      ['minimum', 87],
    ]);
  });

  it('ends with the stay: its days, its silence, and its share of what is settled', () => {
    const closedMs = ms('03-15T00:00');
    const { oldLines, newLines } = compare({ closedMs }, newPlan, ms('03-01T00:00'), ms('04-01T00:00'));
    // March: 4 kWh up to the last reading, 14 days, and what is missing to 14 parts of 31 of the minimum.
    const missing = (used: number) => (Math.floor((14 * 100e6) / 31) - used * 1e6) / 1e6;
    assert.deepEqual(inUnits(oldLines), [
      ['energy', 32],
      ['day', 14],
      ['minimum', missing(32)],
    ]);
    assert.deepEqual(inUnits(newLines), [
      ['energy', 36],
      ['day', 28],
      ['minimum', missing(36)],
    ]);
    const april = { fromMs: ms('04-01T00:00'), toMs: ms('05-01T00:00'), nowMs };
    assert.equal(compareTariffs({ ...stay, closedMs }, newPlan, april), undefined);
    const first = { fromMs: closedMs, toMs: closedMs + 1, nowMs };
    assert.equal(
      compareTariffs({ ...stay, closedMs }, newPlan, first),
      undefined,
      'nor when it ends as that begins',
    );
  });

  it('charges the days of a meter that is offline, as far as they have begun', () => {
    const [points, openedMs] = [readings.slice(0, 1), readings[0]!.atMs];
    const lines = (toMs: number, untilMs: number) => {
      const fromMs = ms('02-01T00:00');
      const compared = compareTariffs({ ...stay, points, openedMs }, newPlan, {
        fromMs,
        toMs,
        nowMs: untilMs,
      });
      return compared && inUnits(compared.newLines);
    };
    assert.deepEqual(lines(ms('03-01T00:00'), nowMs), [['day', 56]]);
    assert.deepEqual(lines(ms('03-01T00:00'), ms('02-03T12:00')), [['day', 6]]);
    const before = { fromMs: ms('01-01T00:00') - 1000, toMs: openedMs, nowMs };
    assert.equal(compareTariffs(stay, newPlan, before), undefined, 'before it came');
  });

  it('parts what was fed back by time, also when the first reading does not say where that stood', () => {
    const solar = planOf(
      compileTariff(
        sampleTariff([
          { kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 },
          {
            kind: 'exportCredit',
            id: 'solar',
            settle: 'paid',
            price: { kind: 'own', rateMicrosPerKwh: 1_000_000 },
          },
        ]),
      ),
      TERMS,
    );
    const [fromMs, toMs] = [ms('01-01T00:00'), ms('01-03T00:00')];
    const points = [reading(fromMs, 0), reading(toMs, 0, 5_000)];
    const state = newMeterState(solar, fromMs, 0, undefined, 1_000);
    const middleMs = ms('01-02T00:00');
    for (const [begin, end] of [
      [fromMs, middleMs],
      [middleMs, toMs],
    ] as const)
      assert.deepEqual(
        inUnits(compare({ points, state, plan: solar, openedMs: fromMs }, solar, begin, end).oldLines),
        [['solar', -2]],
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
      const { oldMicros, newMicros, oldLines, newLines } = compare(
        { points: past, state: start, plan, openedMs: atMs },
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
