import assert from 'node:assert/strict';
import fc from 'fast-check';
import { micros } from '../../../nodes/lib/money/micros';
import { daysLeft, DAYS_LOOKED_AT, weekdayCosts, type DayCost } from '../../../nodes/lib/policy/days-left';
import { localDays } from '../../../nodes/lib/time/local-days';
import { property } from '../property';
import { DAY_MS, HOUR_MS } from './due-account';

const UTC = localDays('UTC');
/** A Wednesday at midnight. */
const MIDNIGHT_MS = Date.parse('2026-01-07T00:00:00Z');
const TODAY = MIDNIGHT_MS / DAY_MS;
const WEEKEND = new Set([5, 6]);

/** Days before today that cost 10.00, and 20.00 at weekends. */
function pastDays(count: number): DayCost[] {
  return Array.from({ length: count }, (_, index) => {
    const dayNumber = TODAY - 1 - index;
    const weekday = (dayNumber + 3) % 7;
    return { dayNumber, costMicros: micros(WEEKEND.has(weekday) ? 20_000_000 : 10_000_000) };
  });
}

const left = (money: number, costs = pastDays(28), nowMs = MIDNIGHT_MS): number | null =>
  daysLeft(weekdayCosts(costs, TODAY), micros(money), UTC, nowMs);

describe('days left', () => {
  it('goes forward by weekday: three days to the weekend, which is dearer', () => {
    assert.equal(left(30_000_000), 3);
    assert.equal(left(50_000_000), 4);
    assert.equal(left(60_000_000), 4.5);
    assert.equal(left(90_000_000), 7);
  });

  it('rounds down to tenths, and counts what is left of today', () => {
    assert.equal(left(9_999_999), 0.9);
    assert.equal(left(5_000_000), 0.5);
    assert.equal(left(10_000_000, pastDays(28), MIDNIGHT_MS + 12 * HOUR_MS), 1);
    assert.equal(left(2_500_000, pastDays(28), MIDNIGHT_MS + 12 * HOUR_MS), 0.2);
  });

  it('is null until every weekday was seen, and never says anything from one reading', () => {
    assert.equal(left(30_000_000, []), null);
    assert.equal(left(30_000_000, pastDays(1)), null);
    assert.equal(left(30_000_000, pastDays(6)), null);
    assert.equal(left(30_000_000, pastDays(7)), 3);
    assert.equal(left(0, pastDays(6)), null);
  });

  it('looks at 28 days before today and at no other', () => {
    const strangers = [0, -(DAYS_LOOKED_AT + 1)].map((offset) => ({
      dayNumber: TODAY + offset,
      costMicros: micros(900_000_000),
    }));
    assert.equal(left(30_000_000, [...pastDays(28), ...strangers]), 3);
    const oldest = { dayNumber: TODAY - DAYS_LOOKED_AT, costMicros: micros(0) };
    assert.notEqual(left(30_000_000, [...pastDays(27), oldest]), 3);
  });

  it('takes the mean of a weekday, so that one feast changes little', () => {
    const feast = pastDays(28).map((day) =>
      day.dayNumber === TODAY - 7 ? { ...day, costMicros: micros(50_000_000) } : day,
    );
    // Wednesdays cost (50 + 3 × 10) / 4 = 20 on average.
    assert.equal(left(20_000_000, feast), 1);
  });

  it('is zero without money and ends after a year where nothing is used', () => {
    assert.equal(left(0), 0);
    assert.equal(left(-5), 0);
    const idle = pastDays(28).map((day) => ({ ...day, costMicros: micros(-1) }));
    assert.equal(left(1, idle), 366);
  });

  it('does not take a day that earned money for more credit', () => {
    const sunny = pastDays(28).map((day) =>
      (day.dayNumber + 3) % 7 === 3 ? { ...day, costMicros: micros(-50_000_000) } : day,
    );
    // Wednesday 10, Thursday for nothing, Friday 10, and half of Saturday.
    assert.equal(left(30_000_000, sunny), 3.5);
  });

  it('uses days of 23 and 25 hours as they are', () => {
    const london = localDays('Europe/London');
    const nowMs = Date.parse('2026-10-25T11:30:00Z');
    const today = london.dayAt(nowMs).dayNumber;
    const costs = Array.from({ length: 7 }, (_, index) => ({
      dayNumber: today - 1 - index,
      costMicros: micros(25_000_000),
    }));
    // 12.5 of 25 hours are left.
    assert.equal(daysLeft(weekdayCosts(costs, today), micros(12_500_000), london, nowMs), 0.5);
  });

  it('never grows when there is less money', () => {
    const money = fc.integer({ min: -1_000_000, max: 500_000_000 });
    const hour = fc.integer({ min: 0, max: DAY_MS - 1 });
    property(fc.tuple(money, money, hour), ([a, b, restMs]) => {
      const [less = 0, more = 0] = [a, b].sort((x, y) => x - y);
      const nowMs = MIDNIGHT_MS + restMs;
      assert.ok(left(less, pastDays(14), nowMs)! <= left(more, pastDays(14), nowMs)!);
    });
  });
});
