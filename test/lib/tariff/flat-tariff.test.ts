import assert from 'node:assert/strict';
import fc from 'fast-check';
import { flatTariff, priceSegment } from '../../../nodes/lib/tariff/flat-tariff';
import { property } from '../property';

const segment = (fromWh: number, toWh: number) => ({ fromMs: 1, fromWh, toMs: 2, toWh });

describe('flat tariff', () => {
  it('prices a segment and explains it', () => {
    const charge = priceSegment(flatTariff('home', 3, '8.00'), segment(1_000, 2_250));
    assert.deepEqual(charge, {
      amountMicros: 10_000_000,
      lines: [
        { component: 'energy', energyWh: 1_250, rateMicrosPerKwh: 8_000_000, amountMicros: 10_000_000 },
      ],
      tariffId: 'home',
      version: 3,
    });
  });

  it('carries what is smaller than a micro over any cut', () => {
    const cuts = fc
      .uniqueArray(fc.nat(50_000), { minLength: 2, maxLength: 40 })
      .map((all) => all.sort((a, b) => a - b));
    const rates = fc.nat(20_000_000).map((rate) => (rate / 1_000_000).toFixed(6));
    property(fc.tuple(cuts, rates), ([registers, rate]) => {
      const tariff = flatTariff('home', 1, rate);
      let sum = 0;
      for (let index = 1; index < registers.length; index += 1) {
        sum += priceSegment(tariff, segment(registers[index - 1] ?? 0, registers[index] ?? 0)).amountMicros;
      }
      const whole = priceSegment(tariff, segment(registers[0] ?? 0, registers.at(-1) ?? 0)).amountMicros;
      assert.equal(sum, whole);
    });
  });

  it('agrees with exact fractions', () => {
    const largeRegister = fc.integer({ min: 0, max: 1_000_000_000_000 });
    property(fc.tuple(largeRegister, fc.nat(1_000_000), fc.nat(1_000_000_000)), ([fromWh, usedWh, rate]) => {
      const toWh = Math.min(fromWh + usedWh, 1_000_000_000_000);
      const tariff = { tariffId: 'x', version: 1, rateMicrosPerKwh: rate as never };
      const exact = (BigInt(rate) * BigInt(toWh)) / 1_000n - (BigInt(rate) * BigInt(fromWh)) / 1_000n;
      assert.equal(BigInt(priceSegment(tariff, segment(fromWh, toWh)).amountMicros), exact);
    });
  });

  it('refuses what cannot be priced, naming field and value', () => {
    const tariff = flatTariff('home', 1, '8');
    assert.throws(() => priceSegment(tariff, segment(5, 4)), /toWh must not be below fromWh 5, got 4/);
    assert.throws(() => priceSegment(tariff, segment(0.5, 4)), /fromWh must be whole Wh.*got 0.5/);
    assert.throws(() => priceSegment(tariff, segment(0, 1e13)), /toWh must be whole Wh/);
    assert.throws(() => flatTariff('', 1, '8'), /needs a name/);
    assert.throws(() => flatTariff('a', 0, '8'), /version.*got 0/);
    assert.throws(() => flatTariff('a', 1, '-1'), /price per kWh.*got -1/);
    assert.throws(() => flatTariff('a', 1, '8.0000001'), /at most 6 decimals/);
  });
});
