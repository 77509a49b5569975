import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readList, readNumber, showNumber, type NumberKind } from '../../../nodes/lib/form/tariff-fields';
import { property } from '../property';

/** [kind, as typed, as stored] */
const READABLE: [NumberKind, string, number][] = [
  ['amount', '8.50', 8_500_000],
  ['amount', '-0.000001', -1],
  ['amount', ' 12 ', 12_000_000],
  ['thousandth', '0.25', 250],
  ['thousandth', '1.234', 1_234],
  ['percent', '2', 20_000],
  ['percent', '-0.0001', -1],
  ['hours', '1.5', 5_400_000],
  ['hours', '0.001', 3_600],
  ['whole', '28', 28],
  ['whole', '-0', 0],
];

/** What no number can be stored for stays as it was typed. */
const UNREADABLE: [NumberKind, string][] = [
  ['amount', '8.1234567'],
  ['amount', '8,50'],
  ['amount', ''],
  ['thousandth', '1.2345'],
  ['thousandth', '1e3'],
  ['percent', 'ten'],
  ['whole', '1.0'],
  ['whole', '99999999999999'],
  ['percent', '9999999999999'],
];

describe('the numbers of a tariff form', () => {
  for (const [kind, text, value] of READABLE) {
    it(`reads ${kind} "${text}"`, () => assert.equal(readNumber(kind, text), value));
  }

  for (const [kind, text] of UNREADABLE) {
    it(`keeps ${kind} "${text}" as it was typed`, () => {
      assert.equal(readNumber(kind, text), text);
      assert.equal(showNumber(kind, text), text);
    });
  }

  it('shows amounts with two decimals, and with more where they need more', () => {
    assert.equal(showNumber('amount', 8_000_000), '8.00');
    assert.equal(showNumber('amount', 8_000_001), '8.000001');
    assert.equal(showNumber('percent', 20_000), '2');
    assert.equal(showNumber('thousandth', -250), '-0.25');
  });

  it('shows whatever an imported tariff holds, and nothing for what is not there', () => {
    assert.equal(showNumber('whole', undefined), '');
    assert.equal(showNumber('whole', null), '');
    assert.equal(showNumber('whole', 1.5), '1.5');
    assert.equal(showNumber('hours', 1_000), String(1_000 / 3_600_000));
  });

  it('shows what it reads and reads what it shows', () => {
    const kinds = fc.constantFrom<NumberKind>('amount', 'thousandth', 'percent', 'whole');
    const values = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
    property(fc.tuple(kinds, values), ([kind, value]) => {
      assert.equal(readNumber(kind, showNumber(kind, value)), value);
    });
  });

  it('reads dates however they are separated', () => {
    assert.deepEqual(readList(' 2026-01-26, 2026-08-15\n\n2026-10-02;'), [
      '2026-01-26',
      '2026-08-15',
      '2026-10-02',
    ]);
    assert.deepEqual(readList(' '), []);
  });
});
