import assert from 'node:assert/strict';
import { hourRates } from '../../../nodes/lib/notice/hour-rates';
import type { PricedMeter } from '../../../nodes/lib/payment/energy-estimate';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { planOf } from '../../../nodes/lib/tariff/meter-plan';
import { newMeterState } from '../../../nodes/lib/tariff/meter-state';
import { price } from '../../../nodes/lib/tariff/price-curve';
import type { Component } from '../../../nodes/lib/tariff/tariff';
import { localDays } from '../../../nodes/lib/time/local-days';
import { sampleTariff } from '../tariff/sample-tariff';

const UNIT = 1_000_000;
const START_MS = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;
const DAY = Array.from({ length: 24 }, (_, hour) => (hour >= 18 && hour < 22 ? 1 : 0));
const EVENING: Component = {
  kind: 'timeOfUse',
  id: 'energy',
  periods: [
    { name: 'day', rateMicrosPerKwh: 6 * UNIT },
    { name: 'evening', rateMicrosPerKwh: 9 * UNIT },
  ],
  grids: [{ week: Array.from({ length: 7 }, () => DAY), holiday: DAY }],
};

function meterOf(components: Component[], usedWh: number): PricedMeter {
  const plan = planOf(compileTariff(sampleTariff(components)), {
    sanctionedLoadW: 0,
    isLifeline: false,
    feed: [],
  });
  const headMs = START_MS + HOUR_MS;
  const segment = { fromMs: START_MS, fromWh: 0, toMs: headMs, toWh: usedWh };
  const { state } = price(plan, newMeterState(plan, START_MS, 0), segment);
  return { headMs, headWh: usedWh, state, plan };
}

describe('what a kWh costs in each hour', () => {
  const days = localDays(sampleTariff([EVENING]).timeZone);
  const tomorrow = days.day(days.dayAt(START_MS).dayNumber + 1);

  it('is the rate of that hour', () => {
    const rates = hourRates(meterOf([EVENING], 1_234), days, tomorrow);
    assert.deepEqual(
      rates,
      DAY.map((period) => (period === 1 ? 9 * UNIT : 6 * UNIT)),
    );
  });

  it('is that of the slab that the meter has reached', () => {
    const slabs: Component = {
      kind: 'slabs',
      id: 'energy',
      slabs: [
        { uptoWh: 30_000, rateMicrosPerKwh: 2 * UNIT },
        { uptoWh: null, rateMicrosPerKwh: 10 * UNIT },
      ],
      prorate: false,
    };
    assert.deepEqual(new Set(hourRates(meterOf([slabs], 1_000), days, tomorrow)), new Set([2 * UNIT]));
    assert.deepEqual(new Set(hourRates(meterOf([slabs], 30_000), days, tomorrow)), new Set([10 * UNIT]));
  });

  it('is nobody’s guess for a day that has gone by', () => {
    const yesterday = days.day(days.dayAt(START_MS).dayNumber - 1);
    assert.equal(hourRates(meterOf([EVENING], 0), days, yesterday), null);
  });
});
