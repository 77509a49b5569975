import assert from 'node:assert/strict';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import type { MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import type { MeterState } from '../../../nodes/lib/tariff/meter-state';
import { accrue, changeOf, newMeterState, price } from '../../../nodes/lib/tariff/price-curve';
import type { Component } from '../../../nodes/lib/tariff/tariff';
import { sampleTariff } from './sample-tariff';

const TERMS = { sanctionedLoadW: 0, isLifeline: false, feed: [] };
const DAY_MS = 86_400_000;
const START_MS = Date.parse('2025-01-10T00:00:00+05:30');

const ENERGY: Component = { kind: 'flat', id: 'energy', rateMicrosPerKwh: 333 };
const FUEL: Component = { kind: 'fuelSurcharge', id: 'fuel', rateMicrosPerKwh: 111, fromDate: '2000-01-01' };
const FEE: Component = { kind: 'standingDay', id: 'fee', amountMicros: 1_000, perKw: false };

/** One version after another, each a day long. */
function planFrom(...versions: Component[][]): MeterPlan {
  return versions.map((components, index) => ({
    fromMs: index === 0 ? 0 : START_MS + index * DAY_MS,
    tariff: compileTariff(sampleTariff(components, { version: index + 1 })),
    terms: TERMS,
  }));
}

/** 7 Wh in the middle of a day. */
function useOnDay(plan: MeterPlan, state: MeterState, day: number) {
  const fromMs = START_MS + day * DAY_MS + 3_600_000;
  return price(plan, state, { fromMs, fromWh: day * 7, toMs: fromMs + 60_000, toWh: day * 7 + 7 });
}

describe('what a meter has come to, over versions of its tariff', () => {
  const plan = planFrom([ENERGY, FUEL, FEE], [FEE, ENERGY], [FUEL, ENERGY]);
  const first = newMeterState(plan, START_MS, 0);

  it('moves with its components, and waits for those that are gone', () => {
    const one = useOnDay(plan, first, 0).state;
    assert.deepEqual(one.rests, [331, 777, 0]);
    assert.deepEqual(one.totals, [2, 0, 0]);
    const two = useOnDay(plan, one, 1).state;
    assert.deepEqual([two.tariffId, two.version, two.rests], ['home', 2, [0, 662]]);
    const key = ['sales:energy', 'nano', 'fuel'];
    assert.deepEqual(two.retired, [{ key, rest: 777, dayRest: 0, total: 0, periodTotal: 0 }]);
    const three = useOnDay(plan, two, 2);
    // 777 + 7 × 111 = 1554: the micro that had waited over a version is charged.
    assert.deepEqual(three.state.rests, [554, 993]);
    assert.deepEqual(three.state.retired, []);
    assert.deepEqual(
      three.parts.flatMap(({ lines }) => lines).map((line) => [line.component, line.amountMicros]),
      [
        ['fuel', 1],
        ['energy', 2],
      ],
    );
  });

  it('is the same whether the days or the register came first', () => {
    const untilMs = START_MS + 3 * DAY_MS - 1;
    let late = first;
    for (const day of [0, 1, 2]) late = useOnDay(plan, late, day).state;
    late = accrue(plan, late, untilMs).state;
    let early = accrue(plan, first, untilMs).state;
    for (const day of [0, 1, 2]) early = useOnDay(plan, early, day).state;
    assert.deepEqual(early, late);
    assert.equal(JSON.stringify(early), JSON.stringify(late));
    // The third version has no fee: two days were charged, and their sum waits for it.
    assert.deepEqual(
      late.retired.map(({ key, total }) => [key[2], total]),
      [['fee', 2_000]],
    );
  });

  it('is told as a difference for corrections, by account', () => {
    const one = useOnDay(plan, first, 0).state;
    const charged = accrue(plan, one, START_MS).state;
    assert.deepEqual(changeOf(first, charged), [
      { book: 'sales:energy', component: 'energy', amountMicros: 2 },
      { book: 'sales:standing', component: 'fee', amountMicros: 1_000 },
    ]);
    assert.deepEqual(changeOf(charged, first), [
      { book: 'sales:energy', component: 'energy', amountMicros: -2 },
      { book: 'sales:standing', component: 'fee', amountMicros: -1_000 },
    ]);
    assert.deepEqual(changeOf(charged, charged), []);
  });

  it('keeps a component apart that has become something else under its old name', () => {
    const other = planFrom([ENERGY], [{ kind: 'standingDay', id: 'energy', amountMicros: 5, perKw: false }]);
    let state = useOnDay(other, newMeterState(other, START_MS, 0), 0).state;
    state = useOnDay(other, state, 1).state;
    assert.deepEqual(state.rests, [0]);
    assert.deepEqual(state.retired[0]?.rest, 331);
  });

  it('stays as small as its history', () => {
    const versions = Array.from({ length: 200 }, (_, index) => (index % 2 ? [ENERGY] : [FUEL, ENERGY]));
    const long = planFrom(...versions);
    let state = newMeterState(long, START_MS, 0);
    for (let day = 0; day < 200; day += 1) state = useOnDay(long, state, day).state;
    assert.equal(state.retired.length, 1);
  });
});

describe('compiled tariff', () => {
  it('knows the account of each component', () => {
    const vat: Component = { kind: 'tax', id: 'duty', ppm: 1, of: ['energy'], code: 'vat' };
    const compiled = compileTariff(sampleTariff([ENERGY, FEE, vat]));
    assert.deepEqual(['energy', 'fee', 'duty'].map(compiled.bookOf), [
      'sales:energy',
      'sales:standing',
      'tax:vat',
    ]);
    assert.throws(() => compiled.bookOf('fuel'), /the tariff "home" charges no component "fuel"/);
  });
});
