import assert from 'node:assert/strict';
import { checkTariff } from '../../../nodes/lib/tariff/check-tariff';
import { exampleBill } from '../../../nodes/lib/tariff/bill-calculator';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import type { Tariff } from '../../../nodes/lib/tariff/tariff';
import { TARIFF_PRESETS } from '../../../nodes/lib/tariff/tariff-presets';
import { canonicalTariff, sameTariffBody } from '../../../nodes/lib/tariff/tariff-version';
import { sampleTariff } from './sample-tariff';

const TARIFF = sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 }]);

/** The same with all keys the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, field]) => [key, reversed(field)]),
  );
}

describe('the text of a tariff', () => {
  it('does not depend on the order of its keys, and reads back as the tariff', () => {
    assert.equal(canonicalTariff(reversed(TARIFF) as Tariff), canonicalTariff(TARIFF));
    assert.deepEqual(JSON.parse(canonicalTariff(TARIFF)), TARIFF);
    assert.ok(canonicalTariff(TARIFF).startsWith('{"billing":{"anchorDay":1,"kind":"month"},"components":'));
  });

  it('tells whether two tariffs say the same, whatever their names and versions', () => {
    assert.ok(sameTariffBody(TARIFF, { ...TARIFF, tariffId: 'other', version: 7 }));
    assert.ok(!sameTariffBody(TARIFF, { ...TARIFF, timeZone: 'UTC' }));
    assert.ok(
      !sameTariffBody(TARIFF, sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_001 }])),
    );
  });

  it('keeps the order of lists, which is part of a tariff', () => {
    const both = sampleTariff([
      { kind: 'flat', id: 'a', rateMicrosPerKwh: 1 },
      { kind: 'flat', id: 'b', rateMicrosPerKwh: 1 },
    ]);
    assert.ok(!sameTariffBody(both, { ...both, components: both.components.toReversed() }));
  });
});

describe('presets', () => {
  for (const { id, title, source, tariff } of TARIFF_PRESETS) {
    it(`${title}: can be used, and says where it comes from`, () => {
      assert.deepEqual(checkTariff(tariff), []);
      assert.ok(source.includes('example') || /\d{4}/.test(source), source);
      const terms = { sanctionedLoadW: 2_000, isLifeline: true, feed: [] };
      const bill = exampleBill(compileTariff(tariff), terms, 250, Date.parse('2025-06-10'));
      assert.ok(bill.amountMicros > 100_000_000, id);
    });
  }

  it('have names of their own', () => {
    for (const field of ['id', 'title'] as const)
      assert.equal(new Set(TARIFF_PRESETS.map((preset) => preset[field])).size, TARIFF_PRESETS.length);
  });

  it('bill 250 kWh on domestic slabs as worked by hand', () => {
    const domestic = TARIFF_PRESETS.find(({ id }) => id === 'domestic-slabs')!;
    const terms = { sanctionedLoadW: 2_000, isLifeline: false, feed: [] };
    const bill = exampleBill(compileTariff(domestic.tariff), terms, 250, Date.parse('2025-06-10'));
    // 100 × 3.50 + 150 × 5.50 = 1175; 2 kW × 50 = 100; -2 % of 1175 = -23.50; 5 % of 1251.50 = 62.575.
    assert.equal(bill.amountMicros, 1_314_075_000);
  });
});
