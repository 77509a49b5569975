import assert from 'node:assert/strict';
import fc from 'fast-check';
import { floorTimes, parseDecimal, toNumber } from '../../../../nodes/lib/meter/shapes/decimal';
import { readQuantity, type FieldName } from '../../../../nodes/lib/meter/shapes/quantity';
import { property } from '../../property';

describe('quantity', () => {
  const good: [FieldName, unknown, string, number][] = [
    ['energyWh', 49.766, 'kWh', 49_766],
    ['energyWh', 0.57, 'kWh', 570],
    ['energyWh', 1.005, 'kWh', 1005],
    ['energyWh', '000123.456*kWh', 'Wh', 123_456],
    ['energyWh', '1.2345 MWh', 'Wh', 1_234_500],
    ['energyWh', 6.999, 'Wh', 6],
    ['energyWh', '59', 'Wmin', 0],
    ['energyWh', 60, 'Wmin', 1],
    ['energyWh', '3.6e6', 'J', 1000],
    ['energyWh', { value: '1', unit: 'GWh' }, 'Wh', 1_000_000_000],
    ['energyWh', 1e-7, 'kWh', 0],
    ['powerW', '1.193', 'kW', 1193],
    ['powerW', -0, 'W', 0],
    ['voltageV', ' 230.10 V ', 'V', 230.1],
    ['currentA', '85 mA', 'A', 0.085],
    ['powerFactor', 98, '%', 0.98],
    ['reactiveVar', '+.5', 'kvar', 500],
  ];
  for (const [field, raw, unit, expected] of good) {
    it(`reads ${JSON.stringify(raw)} in ${unit || 'no unit'} as ${field} ${expected}`, () => {
      const quantity = readQuantity(field, raw, unit);
      assert.ok(quantity.ok, quantity.ok ? '' : quantity.reason);
      assert.ok(Object.is(quantity.value, expected), String(quantity.value));
    });
  }

  const bad: [FieldName, unknown, string, RegExp][] = [
    ['energyWh', NaN, 'kWh', /a number/],
    ['energyWh', Infinity, 'Wh', /a number|from 0/],
    ['energyWh', '1e400', 'Wh', /a number/],
    ['energyWh', 1e300, 'kWh', /a number/],
    ['energyWh', -0.001, 'kWh', /from 0/],
    ['energyWh', 1_000_000_000.001, 'kWh', /from 0/],
    ['energyWh', '1,5', 'kWh', /comma/],
    ['energyWh', '1 V', 'kWh', /can not be in V/],
    ['energyWh', 'NaN', 'kWh', /a number/],
    ['energyWh', '', 'kWh', /a number/],
    ['energyWh', '0x10', 'Wh', /a number/],
    ['energyWh', '1'.repeat(65), 'Wh', /a number/],
    ['energyWh', true, 'Wh', /a number/],
    ['energyWh', [1], 'Wh', /a number/],
    ['energyWh', { value: {} }, 'Wh', /a number/],
    ['energyWh', 12n, 'Wh', /a number/],
    ['voltageV', NaN, 'V', /a number/],
    ['voltageV', -1, 'V', /from 0/],
    ['powerFactor', 1.01, '', /from -1 to 1/],
    ['powerW', 1e10, 'W', /from -1000000000/],
  ];
  for (const [field, raw, unit, reason] of bad) {
    const shown = JSON.stringify(raw, (_, value: unknown) =>
      typeof value === 'bigint' ? `${value}n` : value,
    ).slice(0, 20);
    it(`refuses ${field} = ${shown} in ${unit || 'no unit'}`, () => {
      const quantity = readQuantity(field, raw, unit);
      assert.ok(!quantity.ok);
      assert.match(quantity.reason, reason);
    });
  }

  it('loses no Wh of any register in kWh, as a number or as a text', () => {
    property(
      fc.integer({ min: 0, max: 999_999_999_999 }),
      (wh) => {
        const kwh = `${Math.floor(wh / 1000)}.${String(wh % 1000).padStart(3, '0')}`;
        for (const raw of [kwh, Number(kwh)]) {
          assert.deepEqual(readQuantity('energyWh', raw, 'kWh'), { ok: true, value: wh });
        }
      },
      2_000,
    );
  });

  it('rounds down, below zero too', () => {
    const floor = (text: string): bigint => floorTimes(parseDecimal(text)!, 1n, 1n);
    assert.deepEqual(['1.9', '-1.1', '-2', '1e3', '19e-1'].map(floor), [1n, -2n, -2n, 1000n, 1n]);
    assert.equal(toNumber(parseDecimal('0.1')!), 0.1);
  });
});
