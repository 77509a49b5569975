import type { Segment } from '../../nodes/lib/meter/reading';
import type * as TariffModule from '../../nodes/lib/tariff/flat-tariff';
import { alternate, type Measure } from './alternate';
import type { Benchmark } from './benchmark';
import { loadCompiled } from './repository';

const SEGMENTS = 1_000;
const STEP_MS = 60_000;
/** A prime, so that segments end anywhere in a kWh. */
const STEP_WH = 97;
const FIRST_WH = 100_000_000;
const PRICE_PER_KWH = '7.35';
const RATE_MICROS_PER_KWH = 7_350_000;

export const pricing: Benchmark = {
  name: 'pricing',
  about: 'what a stretch of a register costs',
  run: async ({ effort, say }) => {
    say('the flat tariff');
    const { flatTariff, priceSegment } = loadCompiled('lib/tariff/flat-tariff.js') as typeof TariffModule;
    const tariff = flatTariff('bench', 1, PRICE_PER_KWH);
    const pair = await alternate(
      perSecond(bareAmountMicros),
      perSecond((segment) => priceSegment(tariff, segment).amountMicros),
      effort,
    );
    return [{ figure: 'flat tariff, beside its bare arithmetic', unit: 'segments/s', ...pair }];
  },
};

/** The same sum without a check, a line or an object. */
function bareAmountMicros({ fromWh, toWh }: Segment): number {
  return Math.floor((RATE_MICROS_PER_KWH * toWh) / 1000) - Math.floor((RATE_MICROS_PER_KWH * fromWh) / 1000);
}

/** Prices one register over and over, and makes sure that its segments add up to the whole of it. */
function perSecond(amountMicros: (segment: Segment) => number): Measure {
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
  const expectedMicros = bareAmountMicros(whole);
  return (ms) => {
    const startedMs = performance.now();
    let priced = 0;
    let elapsedMs = 0;
    while (elapsedMs < ms) {
      let sumMicros = 0;
      for (const segment of segments) sumMicros += amountMicros(segment);
      if (sumMicros !== expectedMicros)
        throw new Error(`the segments cost ${sumMicros}, the whole ${expectedMicros}`);
      priced += SEGMENTS;
      elapsedMs = performance.now() - startedMs;
    }
    return Promise.resolve((priced * 1000) / elapsedMs);
  };
}
