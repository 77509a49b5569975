import assert from 'node:assert/strict';
import fc from 'fast-check';
import { micros } from '../../../nodes/lib/money/micros';
import { energyFor, periodLabelAt, type PricedMeter } from '../../../nodes/lib/payment/energy-estimate';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { planOf } from '../../../nodes/lib/tariff/meter-plan';
import { newMeterState } from '../../../nodes/lib/tariff/meter-state';
import { price } from '../../../nodes/lib/tariff/price-curve';
import type { Component } from '../../../nodes/lib/tariff/tariff';
import { property } from '../property';
import { sampleTariff } from '../tariff/sample-tariff';

const UNIT = 1_000_000;
const START_MS = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;

/** A meter that has used so much in this billing period. */
function meterOf(components: Component[], usedWh: number, changed: object = {}): PricedMeter {
  const compiled = compileTariff(sampleTariff(components, changed));
  const plan = planOf(compiled, { sanctionedLoadW: 0, isLifeline: false, feed: [] });
  const first = newMeterState(plan, START_MS, 0);
  const headMs = START_MS + HOUR_MS;
  const { state } = price(plan, first, { fromMs: START_MS, fromWh: 0, toMs: headMs, toWh: usedWh });
  return { headMs, headWh: usedWh, state, plan };
}

const flat = (rate: number): Component => ({ kind: 'flat', id: 'energy', rateMicrosPerKwh: rate });

describe('how much energy an amount buys', () => {
  const nowMs = START_MS + 2 * HOUR_MS;

  it('is the amount by the price', () => {
    assert.equal(energyFor(micros(100 * UNIT), meterOf([flat(8 * UNIT)], 5_000), nowMs), 12_500);
    assert.equal(energyFor(micros(1), meterOf([flat(8 * UNIT)], 0), nowMs), 0);
  });

  it('goes on at the slab that the meter has reached', () => {
    const slabs: Component = {
      kind: 'slabs',
      id: 'energy',
      slabs: [
        { uptoWh: 30_000, rateMicrosPerKwh: 2 * UNIT },
        { uptoWh: null, rateMicrosPerKwh: 10 * UNIT },
      ],
      prorate: false,
    };
    assert.equal(energyFor(micros(20 * UNIT), meterOf([slabs], 0), nowMs), 10_000);
    assert.equal(energyFor(micros(40 * UNIT), meterOf([slabs], 20_000), nowMs), 12_000);
    assert.equal(energyFor(micros(40 * UNIT), meterOf([slabs], 30_000), nowMs), 4_000);
  });

  it('is nobody’s guess when energy is free', () => {
    assert.equal(energyFor(micros(UNIT), meterOf([flat(0)], 0), nowMs), null);
  });

  it('never costs more than the amount, and one Wh more would', () => {
    property(
      fc.tuple(fc.integer({ min: 0, max: 500 * UNIT }), fc.integer({ min: 1_000, max: 40 * UNIT })),
      ([amount, rate]) => {
        const meter = meterOf([flat(rate)], 0);
        const energyWh = energyFor(micros(amount), meter, nowMs);
        assert.ok(energyWh !== null);
        assert.ok((energyWh * rate) / 1000 <= amount + 1);
        assert.ok(((energyWh + 1) * rate) / 1000 > amount - 1);
      },
      100,
    );
  });

  it('names the billing period as the utility does', () => {
    const periods = [
      { fromDate: '2026-05-15', label: 'Jestha, 2083' },
      { fromDate: '2026-06-15', label: 'Ashadh, 2083' },
    ];
    const billing = { kind: 'list', periods, endDate: '2026-07-17' };
    const { plan } = meterOf([flat(UNIT)], 0, { billing });
    assert.equal(periodLabelAt(plan, START_MS), 'Jestha, 2083');
    assert.equal(periodLabelAt(plan, Date.UTC(2026, 5, 20)), 'Ashadh, 2083');
  });
});
