import assert from 'node:assert/strict';
import fc from 'fast-check';
import { billingPeriods, type BillingRule } from '../../../nodes/lib/tariff/billing-period';
import { localDays } from '../../../nodes/lib/time/local-days';
import { property } from '../property';

function periodAt(rule: BillingRule, time: string, timeZone = 'Asia/Kathmandu') {
  const { fromMs, toMs, label, fromDay, toDay } = billingPeriods(rule, localDays(timeZone)).at(
    Date.parse(time),
  );
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    label,
    days: toDay - fromDay,
  };
}

const BIKRAM: BillingRule = {
  kind: 'list',
  periods: [
    { fromDate: '2020-02-13', label: 'Falgun, 2076' },
    { fromDate: '2020-03-14', label: 'Chaitra, 2076' },
  ],
  endDate: '2020-04-13',
};

describe('billing period', () => {
  it('is a calendar month', () => {
    assert.deepEqual(periodAt({ kind: 'month', anchorDay: 1 }, '2024-02-10T00:00:00Z'), {
      from: '2024-01-31T18:15:00.000Z',
      to: '2024-02-29T18:15:00.000Z',
      label: '2024-02',
      days: 29,
    });
  });

  it('changes at local midnight, to the millisecond', () => {
    const rule: BillingRule = { kind: 'month', anchorDay: 1 };
    assert.equal(periodAt(rule, '2024-02-29T18:14:59.999Z').label, '2024-02');
    assert.equal(periodAt(rule, '2024-02-29T18:15:00.000Z').label, '2024-03');
  });

  it('is a month from another day, over the new year too', () => {
    const rule: BillingRule = { kind: 'month', anchorDay: 21 };
    assert.deepEqual(periodAt(rule, '2025-01-03T00:00:00Z', 'UTC'), {
      from: '2024-12-21T00:00:00.000Z',
      to: '2025-01-21T00:00:00.000Z',
      label: '2024-12-21',
      days: 31,
    });
    assert.equal(periodAt(rule, '2025-01-21T00:00:00Z', 'UTC').label, '2025-01-21');
  });

  it('is N days, before its first day too', () => {
    const rule: BillingRule = { kind: 'days', firstDate: '2025-01-10', days: 28 };
    assert.deepEqual(periodAt(rule, '2025-02-07T00:00:00Z', 'UTC').label, '2025-02-07');
    assert.deepEqual(periodAt(rule, '2025-02-06T23:59:59Z', 'UTC').label, '2025-01-10');
    assert.deepEqual(periodAt(rule, '2025-01-09T12:00:00Z', 'UTC').label, '2024-12-13');
  });

  it('is one of a list with the names of another calendar', () => {
    assert.deepEqual(periodAt(BIKRAM, '2020-03-13T18:14:59Z'), {
      from: '2020-02-12T18:15:00.000Z',
      to: '2020-03-13T18:15:00.000Z',
      label: 'Falgun, 2076',
      days: 30,
    });
    assert.equal(periodAt(BIKRAM, '2020-03-13T18:15:00Z').label, 'Chaitra, 2076');
  });

  it('says so when the list is at its end, or has not begun', () => {
    const message = /given from 2020-02-13 to 2020-04-13, and 2020-04-13 is in none/;
    assert.throws(() => periodAt(BIKRAM, '2020-04-12T18:15:00Z'), message);
    assert.throws(() => periodAt(BIKRAM, '2020-02-12T00:00:00Z'), /2020-02-12 is in none/);
  });

  it('refuses a date that is none', () => {
    const rule: BillingRule = { kind: 'days', firstDate: '2025-02-30', days: 28 };
    assert.throws(() => periodAt(rule, '2025-02-07T00:00:00Z'), /YYYY-MM-DD, got "2025-02-30"/);
  });

  it('leaves no gap, whatever the rule', () => {
    const rules = fc.oneof(
      fc.integer({ min: 1, max: 28 }).map((anchorDay): BillingRule => ({ kind: 'month', anchorDay })),
      fc
        .integer({ min: 1, max: 400 })
        .map((days): BillingRule => ({ kind: 'days', firstDate: '2020-05-05', days })),
    );
    const moments = fc.integer({ min: 50_000_000_000, max: 4_000_000_000_000 });
    property(fc.tuple(rules, moments), ([rule, atMs]) => {
      const periods = billingPeriods(rule, localDays('Europe/Vienna'));
      const find = (ms: number) => periods.at(ms);
      const period = find(atMs);
      assert.ok(period.fromMs <= atMs && atMs < period.toMs);
      assert.deepEqual(find(period.fromMs), period);
      assert.equal(find(period.toMs).fromMs, period.toMs);
      assert.equal(find(period.fromMs - 1).toMs, period.fromMs);
    });
  });
});
