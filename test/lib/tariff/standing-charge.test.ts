import assert from 'node:assert/strict';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { planOf } from '../../../nodes/lib/tariff/meter-plan';
import { accrue, accrueAsFarAs, newMeterState } from '../../../nodes/lib/tariff/price-curve';
import type { Component, Tariff } from '../../../nodes/lib/tariff/tariff';
import { PricedMeter } from './priced-meter';
import { sampleTariff } from './sample-tariff';

const planFor = (tariff: Tariff) =>
  planOf(compileTariff(tariff), { sanctionedLoadW: 0, isLifeline: false, feed: [] });

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
    const plan = planFor(sampleTariff([perDay], { timeZone: 'Europe/Vienna' }));
    for (const month of ['2025-03', '2025-10']) {
      const startMs = Date.parse(`${month}-01T12:00:00Z`);
      const meter = new PricedMeter(plan, { atMs: startMs, energyWh: 5 });
      for (let hours = 0; hours < 30 * 24; hours += 1) meter.accrue(startMs + hours * 3_600_000);
      assert.deepEqual(meter.totals, { 'sales:standing day': 31_000_000n }, month);
    }
  });

  it('leave out a day that the zone skipped', () => {
    const plan = planFor(sampleTariff([perDay], { timeZone: 'Pacific/Apia' }));
    const meter = new PricedMeter(plan, { atMs: Date.parse('2011-12-29T00:00:00-10:00'), energyWh: 0 });
    meter.accrue(Date.parse('2011-12-31T12:00:00+14:00'));
    assert.deepEqual(meter.totals, { 'sales:standing day': 2_000_000n });
  });

  it('spread over a month sum to its amount', () => {
    const plan = planFor(sampleTariff([perMonth]));
    const meter = new PricedMeter(plan, { atMs: Date.parse('2025-01-01T00:00:00+05:30'), energyWh: 0 });
    meter.accrue(Date.parse('2025-01-31T00:00:00+05:30'));
    assert.deepEqual(meter.totals, { 'sales:standing month': 100_000_000n });
    meter.accrue(Date.parse('2025-12-31T23:59:00+05:30'));
    assert.deepEqual(meter.totals, { 'sales:standing month': 1_200_000_000n });
  });

  it('begin to the millisecond with the day', () => {
    const plan = planFor(sampleTariff([perDay]));
    const meter = new PricedMeter(plan, { atMs: Date.parse('2025-01-01T10:00:00+05:30'), energyWh: 0 });
    meter.accrue(Date.parse('2025-01-01T23:59:59.999+05:30'));
    assert.deepEqual(meter.totals, { 'sales:standing day': 1_000_000n });
    meter.accrue(Date.parse('2025-01-02T00:00:00+05:30'));
    assert.deepEqual(meter.totals, { 'sales:standing day': 2_000_000n });
  });

  it('of eleven years can be priced again at once, though not made at once', () => {
    const plan = planFor(sampleTariff([perDay]));
    const startMs = Date.parse('2015-03-01T12:00:00+05:30');
    const first = newMeterState(plan, startMs, 0);
    const endMs = startMs + 4_000 * 86_400_000;
    let state = first;
    for (let atMs = startMs; atMs <= endMs; atMs += 100 * 86_400_000) state = accrue(plan, state, atMs).state;
    const again = accrueAsFarAs(plan, first, state);
    assert.deepEqual(again.state, state);
    assert.equal(again.amountMicros, 4_001_000_000);
    assert.throws(
      () => accrue(plan, first, endMs),
      /untilMs must be at most 3660 days after the last charge/,
    );
  });
});
