import assert from 'node:assert/strict';
import { exampleOf } from '../../../nodes/lib/form/tariff-example';
import { componentSummary } from '../../../nodes/lib/form/tariff-summary';
import { COMPONENT_KINDS, withComponent } from '../../../nodes/lib/form/tariff-edit';
import { parseAmount } from '../../../nodes/lib/money/micros';
import { TARIFF_PRESETS } from '../../../nodes/lib/tariff/tariff-presets';
import { sampleTariff } from '../tariff/sample-tariff';

const QUESTION = { kwh: '100', exportKwh: '', loadKw: '2', isLifeline: false, atMs: Date.UTC(2026, 3, 15) };
const TARIFF = sampleTariff([
  { kind: 'standingDay', id: 'fixed', label: 'Fixed charge', amountMicros: 1_000_000, perKw: true },
  {
    kind: 'slabs',
    id: 'energy',
    prorate: false,
    slabs: [
      { uptoWh: 50_000, rateMicrosPerKwh: 3_000_000 },
      { uptoWh: null, rateMicrosPerKwh: 5_000_000 },
    ],
  },
]);

describe('the example bill of the dialog', () => {
  it('has the lines of a whole billing period in the order of the components', () => {
    // 30 days × 2 kW × 1.00 = 60; 50 kWh × 3 = 150; 50 kWh × 5 = 250.
    assert.deepEqual(exampleOf(TARIFF, QUESTION), {
      period: '2026-04',
      lines: [
        { name: 'Fixed charge', kwh: '', rate: '', amount: '60.00' },
        { name: 'energy', kwh: '50', rate: '3.00', amount: '150.00' },
        { name: 'energy', kwh: '50', rate: '5.00', amount: '250.00' },
      ],
      total: '460.00',
    });
  });

  it('adds up for every preset', () => {
    for (const { title, tariff } of TARIFF_PRESETS) {
      const bill = exampleOf(tariff, QUESTION);
      assert.ok(bill, title);
      const sum = bill.lines.reduce((micros, { amount }) => micros + parseAmount(amount), 0);
      assert.equal(sum, parseAmount(bill.total), title);
    }
  });

  it('names a lifeline block only for those who have it', () => {
    const preset = TARIFF_PRESETS.find(({ id }) => id === 'lifeline');
    assert.ok(preset);
    const linesFor = (isLifeline: boolean) =>
      exampleOf(preset.tariff, { ...QUESTION, isLifeline })?.lines.map(({ name, kwh, amount }) => [
        name,
        kwh,
        amount,
      ]);
    assert.deepEqual(linesFor(false), [['Energy', '100', '400.00']]);
    assert.deepEqual(linesFor(true), [
      ['Lifeline block', '30', '45.00'],
      ['Energy', '30', '0.00'],
      ['Energy', '70', '280.00'],
    ]);
  });

  it('counts what is given back', () => {
    const preset = TARIFF_PRESETS.find(({ id }) => id === 'net-metering');
    assert.ok(preset);
    const bill = exampleOf(preset.tariff, { ...QUESTION, exportKwh: '40.5' });
    // 59.5 × 7 + 100.
    assert.equal(bill?.total, '516.50');
    assert.equal(exampleOf(preset.tariff, { ...QUESTION, exportKwh: '-1' }), null);
    assert.equal(exampleOf(preset.tariff, { ...QUESTION, exportKwh: 'x' }), null);
  });

  it('is none as long as the question is not one', () => {
    for (const change of [{ kwh: 'many' }, { kwh: '' }, { kwh: '-1' }, { loadKw: 'x' }, { loadKw: '-2' }])
      assert.equal(exampleOf(TARIFF, { ...QUESTION, ...change }), null);
  });
});

describe('a component in one line', () => {
  it('says the rate, or how many there are and between which they lie', () => {
    const [fixed, slabs] = TARIFF.components;
    assert.ok(fixed && slabs);
    assert.deepEqual(componentSummary(slabs), {
      name: 'rates',
      values: { count: 2, low: '3.00', high: '5.00' },
    });
    assert.deepEqual(componentSummary(fixed), { name: 'amount', values: { amount: '1.00' } });
  });

  it('shows a rate that cannot be read as it was typed', () => {
    const typed = { kind: 'flat', id: 'a', rateMicrosPerKwh: '8,5' as unknown as number } as const;
    assert.deepEqual(componentSummary(typed), { name: 'rate', values: { rate: '8,5' } });
  });

  for (const kind of COMPONENT_KINDS) {
    it(`knows ${kind}`, () => {
      const component = withComponent(sampleTariff([]), kind).components[0];
      assert.ok(component);
      for (const value of Object.values(componentSummary(component).values)) assert.notEqual(value, '');
    });
  }
});
