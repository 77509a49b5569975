import type { Segment } from '../../nodes/lib/meter/reading';
import type * as CompileModule from '../../nodes/lib/tariff/compile-tariff';
import type * as CurveModule from '../../nodes/lib/tariff/price-curve';
import type { Component } from '../../nodes/lib/tariff/tariff';
import { alternate, type Measure } from './alternate';
import type { Benchmark } from './benchmark';
import type { Target } from './figure';
import { loadCompiled } from './repository';

const SEGMENTS = 1_000;
const STEP_MS = 60_000;
/** A prime, so that segments end anywhere in a kWh. */
const STEP_WH = 97;
const FIRST_WH = 100_000_000;
const RATE_MICROS_PER_KWH = 7_350_000;
/** Three times what SQLite writes in large groups, so that pricing is never what holds readings up. */
const TARGET: Target = { of: 'value', rule: 'at least', bound: 500_000 };

export const pricing: Benchmark = {
  name: 'pricing',
  about: 'what a stretch of a register costs',
  run: async ({ effort, say }) => {
    say('the flat tariff');
    const flat = await alternate(perSecond(bareAmountMicros), folded([FLAT], true), effort);
    say('4 slabs and 3 periods');
    const curve = await alternate(perSecond(bareAmountMicros), folded(SLABS_AND_PERIODS, false), effort);
    say('4 slabs, 3 periods, demand, minimum and tax');
    const industry = await alternate(perSecond(bareAmountMicros), folded(INDUSTRY, false), effort);
    return [
      { figure: 'flat tariff, beside its bare arithmetic', unit: 'segments/s', ...flat },
      {
        figure: '4 slabs and 3 periods, beside flat arithmetic',
        unit: 'segments/s',
        ...curve,
        target: TARGET,
      },
      { figure: 'the same with demand, minimum and tax, beside it too', unit: 'segments/s', ...industry },
    ];
  },
};

const HOURS = Array.from('000000111111111122222200', Number);

const FLAT: Component = { kind: 'flat', id: 'energy', rateMicrosPerKwh: RATE_MICROS_PER_KWH };

const SLABS_AND_PERIODS: Component[] = [
  {
    kind: 'slabs',
    id: 'energy',
    prorate: false,
    slabs: [20_000, 40_000, 80_000, null].map((uptoWh, index) => ({
      uptoWh,
      rateMicrosPerKwh: 3_000_001 + index * 1_500_000,
    })),
  },
  {
    kind: 'timeOfUse',
    id: 'hours',
    periods: ['night', 'day', 'evening'].map((name, index) => ({ name, rateMicrosPerKwh: index * 700_001 })),
    grids: [{ week: Array.from({ length: 7 }, () => HOURS), holiday: HOURS }],
  },
];

const INDUSTRY: Component[] = [
  ...SLABS_AND_PERIODS,
  { kind: 'demand', id: 'demand', windowMinutes: 15, unit: 'W', rateMicrosPerKw: 200_000_000 },
  { kind: 'minimum', id: 'minimum', amountMicros: 1_000_000_000, perKw: false, of: ['energy', 'hours'] },
  { kind: 'tax', id: 'vat', ppm: 130_003, of: ['energy', 'hours', 'demand', 'minimum'], code: 'vat' },
];

/** Folds a register of a minute's segments over and over. */
function folded(components: Component[], isFlat: boolean): Measure {
  const { compileTariff } = loadCompiled('lib/tariff/compile-tariff.js') as typeof CompileModule;
  const { newMeterState, price } = loadCompiled('lib/tariff/price-curve.js') as typeof CurveModule;
  const tariff = compileTariff({
    tariffId: 'bench',
    version: 1,
    timeZone: 'Asia/Kolkata',
    billing: { kind: 'month', anchorDay: 1 },
    holidays: [],
    seasons: [],
    components,
  });
  const plan = [{ fromMs: 0, tariff, terms: { sanctionedLoadW: 0, isLifeline: false, feed: [] } }];
  let state = newMeterState(plan, 0, FIRST_WH);
  return perSecond((segment) => {
    if (segment.fromMs === 0) state = newMeterState(plan, 0, FIRST_WH);
    const priced = price(plan, state, segment);
    state = priced.state;
    return priced.amountMicros;
  }, isFlat);
}

/** The same sum without a check, a line or an object. */
function bareAmountMicros({ fromWh, toWh }: Segment): number {
  return Math.floor((RATE_MICROS_PER_KWH * toWh) / 1000) - Math.floor((RATE_MICROS_PER_KWH * fromWh) / 1000);
}

/** Prices one register over and over, and makes sure that its segments add up to the whole of it. */
function perSecond(amountMicros: (segment: Segment) => number, isFlat = true): Measure {
  const segments = Array.from({ length: SEGMENTS }, (_, index): Segment => {
    const fromWh = FIRST_WH + index * STEP_WH;
    return { fromMs: index * STEP_MS, fromWh, toMs: (index + 1) * STEP_MS, toWh: fromWh + STEP_WH };
  });
  const whole = {
    fromMs: 0,
    fromWh: FIRST_WH,
    toMs: SEGMENTS * STEP_MS,
    toWh: FIRST_WH + SEGMENTS * STEP_WH,
  };
  // A tariff that is not flat is compared with its own first round.
  let expectedMicros = isFlat ? bareAmountMicros(whole) : undefined;
  return (ms) => {
    const startedMs = performance.now();
    let priced = 0;
    let elapsedMs = 0;
    while (elapsedMs < ms) {
      let sumMicros = 0;
      for (const segment of segments) sumMicros += amountMicros(segment);
      expectedMicros ??= sumMicros;
      if (sumMicros !== expectedMicros)
        throw new Error(`the segments cost ${sumMicros}, the whole ${expectedMicros}`);
      priced += SEGMENTS;
      elapsedMs = performance.now() - startedMs;
    }
    return Promise.resolve((priced * 1000) / elapsedMs);
  };
}
