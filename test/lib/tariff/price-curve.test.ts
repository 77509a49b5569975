import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import type { Segment } from '../../../nodes/lib/meter/reading';
import { compileTariff, type CompiledTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { newMeterState, type MeterState } from '../../../nodes/lib/tariff/meter-state';
import type { MeterTerms } from '../../../nodes/lib/tariff/meter-terms';
import { accrue, price, type Priced } from '../../../nodes/lib/tariff/price-curve';
import type { Component } from '../../../nodes/lib/tariff/tariff';
import { property } from '../property';
import { pricedCase } from './random-tariff';
import { grid, sampleTariff } from './sample-tariff';
import { slowPricing, type CurvePoint, type SlowTotals } from './slow-pricing';

const TERMS: MeterTerms = { sanctionedLoadW: 0, isLifeline: false, feed: [] };

/** Adds up what a meter is charged, and checks each answer on the way. */
class Meter {
  readonly totals: SlowTotals = {};
  state: MeterState;

  constructor(
    readonly compiled: CompiledTariff,
    readonly terms: MeterTerms,
    first: CurvePoint,
  ) {
    this.state = newMeterState(compiled, first.atMs, first.energyWh);
  }

  price(segment: Segment): void {
    this.take(price(this.compiled, this.terms, this.state, segment));
  }

  accrue(untilMs: number): void {
    this.take(accrue(this.compiled, this.terms, this.state, untilMs));
  }

  private take({ state, lines, amountMicros }: Priced): void {
    let sum = 0;
    for (const line of lines) {
      sum += line.amountMicros;
      this.totals[line.component] = (this.totals[line.component] ?? 0n) + BigInt(line.amountMicros);
    }
    assert.equal(sum, amountMicros, 'the lines sum to the amount');
    // Nothing but what JSON can carry may be in a state.
    this.state = JSON.parse(JSON.stringify(state)) as MeterState;
  }
}

function segmentsOf(curve: CurvePoint[]): Segment[] {
  return curve.slice(1).map((to, index) => {
    const from = curve[index]!;
    return { fromMs: from.atMs, fromWh: from.energyWh, toMs: to.atMs, toWh: to.energyWh };
  });
}

const withoutZeros = (totals: SlowTotals) =>
  Object.fromEntries(
    Object.entries(totals)
      .filter(([, amount]) => amount !== 0n)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** The moments within a segment at which the engine may change a rate. */
function boundaries({ compiled, terms, state }: Meter, { fromMs, toMs }: Segment): number[] {
  const found: number[] = [];
  for (let atMs = fromMs; ;) {
    const period = compiled.periods.at(atMs);
    const now = { ...state, periodFromMs: period.fromMs, periodToMs: period.toMs };
    const ends = compiled.energy.map((part) => part.stretchAt(atMs, terms, now).toMs);
    atMs = Math.min(period.toMs, ...ends);
    if (atMs >= toMs) return found;
    found.push(atMs);
  }
}

function cutAt({ fromMs, fromWh, toMs, toWh }: Segment, moments: number[]): Segment[] {
  const registerAt = (atMs: number) =>
    fromWh + Number((BigInt(toWh - fromWh) * BigInt(atMs - fromMs)) / BigInt(toMs - fromMs));
  const points = [fromMs, ...moments, toMs].map((atMs) => ({ atMs, energyWh: registerAt(atMs) }));
  return segmentsOf(points);
}

describe('pricing a register curve', () => {
  it('equals a second pricing, minute by minute in exact fractions', function () {
    this.timeout(60_000);
    property(
      pricedCase,
      ({ tariff, terms, curve, untilMs }) => {
        const meter = new Meter(compileTariff(tariff), terms, curve[0]!);
        for (const segment of segmentsOf(curve)) meter.price(segment);
        meter.accrue(untilMs);
        const slow = slowPricing(tariff, terms, curve, untilMs);
        assert.deepEqual(withoutZeros(meter.totals), withoutZeros(slow));
      },
      120,
    );
  });

  it('changes nothing when a segment is cut where the engine itself cuts it', () => {
    property(pricedCase, ({ tariff, terms, curve }) => {
      const compiled = compileTariff(tariff);
      const whole = new Meter(compiled, terms, curve[0]!);
      const cut = new Meter(compiled, terms, curve[0]!);
      for (const segment of segmentsOf(curve)) {
        for (const part of cutAt(segment, boundaries(cut, segment))) cut.price(part);
        whole.price(segment);
        assert.deepEqual(withoutZeros(cut.totals), withoutZeros(whole.totals));
        assert.deepEqual(cut.state.rests, whole.state.rests);
      }
    });
  });

  it('comes to the same whenever and however often the standing charges are asked for', () => {
    property(pricedCase, ({ tariff, terms, curve, untilMs }) => {
      const compiled = compileTariff(tariff);
      const endMs = Math.max(untilMs, curve.at(-1)!.atMs);
      const often = new Meter(compiled, terms, curve[0]!);
      for (const segment of segmentsOf(curve)) {
        often.accrue(segment.toMs);
        often.price(segment);
        often.accrue(segment.toMs);
        often.accrue(segment.fromMs);
      }
      often.accrue(endMs);
      often.accrue(endMs);
      const once = new Meter(compiled, terms, curve[0]!);
      once.accrue(endMs);
      for (const segment of segmentsOf(curve)) once.price(segment);
      assert.deepEqual(withoutZeros(often.totals), withoutZeros(once.totals));
      assert.deepEqual(often.state, once.state);
    });
  });

  it('leaves the state it was given as it was', () => {
    const compiled = compileTariff(sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 333 }]));
    const before = newMeterState(compiled, 0, 0);
    const copy = structuredClone(before);
    const { state } = price(compiled, TERMS, before, { fromMs: 0, fromWh: 0, toMs: 60_000, toWh: 7 });
    assert.deepEqual(before, copy);
    assert.deepEqual(state.rests, [331]);
  });
});

describe('a million segments', () => {
  it('do not drift by a micro', function () {
    this.timeout(60_000);
    const components: Component[] = [
      { kind: 'flat', id: 'energy', rateMicrosPerKwh: 7_333_333 },
      { kind: 'fuelSurcharge', id: 'fuel', rateMicrosPerKwh: -333_331, fromDate: '2000-01-01' },
      { kind: 'rebate', id: 'prepaid', ppm: 20_001, of: ['energy', 'fuel'] },
      { kind: 'tax', id: 'vat', ppm: 130_003, of: ['energy', 'fuel', 'prepaid'], code: 'vat' },
    ];
    const compiled = compileTariff(sampleTariff(components));
    const startMs = Date.parse('2025-01-01T00:00:00Z');
    const totals = new Map<string, number>();
    let state = newMeterState(compiled, startMs, 0);
    let registerWh = 0;
    for (let index = 0; index < 1_000_000; index += 1) {
      const usedWh = (index * 7) % 13;
      const fromMs = startMs + index * 60_000;
      const segment = { fromMs, fromWh: registerWh, toMs: fromMs + 60_000, toWh: registerWh + usedWh };
      const priced = price(compiled, TERMS, state, segment);
      state = priced.state;
      registerWh = segment.toWh;
      for (const { component, amountMicros } of priced.lines)
        totals.set(component, (totals.get(component) ?? 0) + amountMicros);
    }
    // Exact fractions over the whole register, rounded down once; below zero the quotient is one lower.
    const energy = (7_333_333n * BigInt(registerWh)) / 1000n;
    const fuel = (-333_331n * BigInt(registerWh)) / 1000n - 1n;
    const rebate = ((energy + fuel) * -20_001n) / 1_000_000n - 1n;
    const vat = ((energy + fuel + rebate) * 130_003n) / 1_000_000n;
    assert.deepEqual([...totals.values()].map(BigInt), [energy, fuel, rebate, vat]);
  });
});

describe('standing charges', () => {
  const perDay: Component = { kind: 'standingDay', id: 'day', amountMicros: 1_000_000, perKw: false };
  const perMonth: Component = {
    kind: 'standingMonth',
    id: 'month',
    amountMicros: 100_000_000,
    perKw: false,
    spread: true,
  };

  it('are charged once per meter and local day, a long and a short one too, without a reading', () => {
    const compiled = compileTariff(sampleTariff([perDay], { timeZone: 'Europe/Vienna' }));
    for (const month of ['2025-03', '2025-10']) {
      const startMs = Date.parse(`${month}-01T12:00:00Z`);
      const meter = new Meter(compiled, TERMS, { atMs: startMs, energyWh: 5 });
      for (let hours = 0; hours < 30 * 24; hours += 1) meter.accrue(startMs + hours * 3_600_000);
      assert.deepEqual(meter.totals, { day: 31_000_000n }, month);
    }
  });

  it('leave out a day that the zone skipped', () => {
    const compiled = compileTariff(sampleTariff([perDay], { timeZone: 'Pacific/Apia' }));
    const meter = new Meter(compiled, TERMS, { atMs: Date.parse('2011-12-29T00:00:00-10:00'), energyWh: 0 });
    meter.accrue(Date.parse('2011-12-31T12:00:00+14:00'));
    assert.deepEqual(meter.totals, { day: 2_000_000n });
  });

  it('spread over a month sum to its amount', () => {
    const compiled = compileTariff(sampleTariff([perMonth]));
    const meter = new Meter(compiled, TERMS, { atMs: Date.parse('2025-01-01T00:00:00+05:30'), energyWh: 0 });
    meter.accrue(Date.parse('2025-01-31T00:00:00+05:30'));
    assert.deepEqual(meter.totals, { month: 100_000_000n });
    meter.accrue(Date.parse('2025-12-31T23:59:00+05:30'));
    assert.deepEqual(meter.totals, { month: 1_200_000_000n });
  });

  it('begin to the millisecond with the day', () => {
    const compiled = compileTariff(sampleTariff([perDay]));
    const meter = new Meter(compiled, TERMS, { atMs: Date.parse('2025-01-01T10:00:00+05:30'), energyWh: 0 });
    meter.accrue(Date.parse('2025-01-01T23:59:59.999+05:30'));
    assert.deepEqual(meter.totals, { day: 1_000_000n });
    meter.accrue(Date.parse('2025-01-02T00:00:00+05:30'));
    assert.deepEqual(meter.totals, { day: 2_000_000n });
  });
});

describe('pricing refuses', () => {
  const compiled = compileTariff(
    sampleTariff([
      { kind: 'priceFeed', id: 'market', holdsMs: 3_600_000, fallbackMicrosPerKwh: 1 },
      { kind: 'standingDay', id: 'load', amountMicros: 1, perKw: true },
    ]),
  );
  const startMs = Date.parse('2025-01-10T00:00:00Z');
  const state = newMeterState(compiled, startMs, 1_000);
  const segment = { fromMs: startMs, fromWh: 1_000, toMs: startMs + 60_000, toWh: 1_100 };
  const refuses = (changed: Partial<Segment>, message: RegExp, terms = TERMS) =>
    assert.throws(() => price(compiled, terms, state, { ...segment, ...changed }), message);

  it('a segment that goes back, is no whole number, or rises in no time', () => {
    refuses({ toWh: 999 }, /segment.toWh must be a whole number from 1000 to .*, got 999/);
    refuses({ fromWh: 900 }, /segment.fromWh must be a whole number from 1000 to .*, got 900/);
    refuses({ toMs: startMs - 1 }, new RegExp(`segment.toMs .*, got ${startMs - 1}`));
    refuses({ fromMs: 5 }, /segment.fromMs must be a whole number from \d+ to .*, got 5/);
    refuses({ toWh: 1_000.5 }, /segment.toWh .*got 1000.5/);
    refuses({ toMs: startMs + 1e12 }, /segment.toMs .* got/);
    refuses({ toMs: startMs }, /segment.toMs must be after fromMs where the register rises/);
  });

  it('a price that is none', () => {
    const feed = [{ fromMs: startMs, microsPerKwh: 0.5 }];
    refuses({}, /feed\[0\].microsPerKwh must be a whole number .*, got 0.5/, { ...TERMS, feed });
  });

  it('a sanctioned load that is none, and a time too far away', () => {
    const accrueFor = (sanctionedLoadW: number, untilMs: number) =>
      accrue(compiled, { ...TERMS, sanctionedLoadW }, state, untilMs);
    assert.throws(() => accrueFor(-1, startMs), /sanctionedLoadW must be a whole number .*, got -1/);
    assert.throws(() => accrueFor(1, startMs + 1e12), /untilMs must be at most 3660 days.*got/);
    assert.equal(accrueFor(1, startMs - 86_400_000).amountMicros, micros(0));
  });

  it('a tariff with a mistake, naming the first', () => {
    const bad = sampleTariff([
      { kind: 'timeOfUse', id: 'hours', periods: [], grids: [grid('0'.repeat(24))] },
    ]);
    assert.throws(
      () => compileTariff(bad),
      /components\[0\].periods must be a list of 1 to 8, got a list of 0/,
    );
  });
});
