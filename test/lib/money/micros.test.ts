import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  addMicros,
  displayAmount,
  formatAmount,
  micros,
  parseAmount,
  subtractMicros,
  ZERO_MICROS,
} from '../../../nodes/lib/money/micros';
import { property } from '../property';

describe('micros', () => {
  it('takes whole safe numbers only', () => {
    assert.equal(micros(12), 12);
    for (const value of [0.5, NaN, Infinity, 2 ** 53, -(2 ** 53)])
      assert.throws(() => micros(value), RangeError);
  });

  it('never gives minus zero', () => {
    assert.ok(Object.is(micros(-0), 0));
  });

  it('refuses sums beyond the safe integers', () => {
    const most = micros(Number.MAX_SAFE_INTEGER);
    assert.throws(() => addMicros(most, micros(1)), RangeError);
    assert.throws(() => subtractMicros(micros(-Number.MAX_SAFE_INTEGER), micros(1)), RangeError);
  });

  it('reads amounts as people write them', () => {
    assert.equal(parseAmount('12'), 12_000_000);
    assert.equal(parseAmount(' 12.5 '), 12_500_000);
    assert.equal(parseAmount('-0.000001'), -1);
    assert.equal(parseAmount('+7.10'), 7_100_000);
  });

  it('refuses what is no amount, and names it', () => {
    for (const text of ['', '.', '1.', '.5', '1,5', '1e3', '0x10', '1.0000001', '12345678901', 'NaN', '１']) {
      assert.throws(
        () => parseAmount(text),
        (error: Error) => error.message.includes(`"${text}"`),
      );
    }
  });

  it('writes what it reads', () => {
    property(fc.maxSafeInteger(), (value) => {
      const amount = micros(Math.trunc(value / 1_000));
      assert.equal(parseAmount(formatAmount(amount)), amount);
    });
  });

  it('keeps every digit that counts and at least the usual ones', () => {
    assert.equal(formatAmount(micros(1_500_000)), '1.50');
    assert.equal(formatAmount(micros(1_500_001)), '1.500001');
    assert.equal(formatAmount(micros(-20)), '-0.00002');
    assert.equal(formatAmount(micros(3_000_000), 0), '3');
  });

  it('rounds towards less money for displays', () => {
    assert.equal(displayAmount(micros(1_999_999)), '1.99');
    assert.equal(displayAmount(micros(-1)), '-0.01');
    assert.equal(displayAmount(micros(999_999), 0), '0');
    assert.equal(displayAmount(micros(-1_000_000)), '-1.00');
    assert.equal(displayAmount(micros(12_050_999), 3), '12.050');
    assert.equal(displayAmount(micros(-12_000_001), 5), '-12.00001');
    assert.equal(displayAmount(ZERO_MICROS), '0.00');
  });

  it('writes for display what it would write in full without the digits below', () => {
    const steps = fc.integer({ min: -(10 ** 9), max: 10 ** 9 });
    const rest = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    property(fc.tuple(steps, rest, fc.integer({ min: 0, max: 6 })), ([count, part, decimals]) => {
      const stepMicros = 10 ** (6 - decimals);
      const amount = micros(count * stepMicros + Math.floor(part * stepMicros));
      assert.equal(displayAmount(amount, decimals), formatAmount(micros(count * stepMicros), decimals));
    });
  });
});
