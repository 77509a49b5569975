import assert from 'node:assert/strict';
import {
  costsByWeekday,
  stepUse,
  useToday,
  type MetersNow,
  type UseRecord,
} from '../../../nodes/lib/policy/use-record';
import { HOUR_MS, localDays } from '../../../nodes/lib/time/local-days';

const DAYS = localDays('Asia/Kathmandu');
const MICROS_PER_WH = 8_000;
/** Midnight in Kathmandu. */
const START_MS = Date.parse('2026-01-05T00:00:00+05:45');

/** A house that uses `useOf(hour)` in each hour, looked at once an hour. */
function liveThrough(hours: number, useOf: (hour: number) => number): { record: UseRecord; now: MetersNow } {
  let record: UseRecord | null = null;
  let registerWh = 1_000;
  let now = at(START_MS, registerWh);
  for (let hour = 0; hour <= hours; hour += 1) {
    now = at(START_MS + hour * HOUR_MS, registerWh);
    record = stepUse(record, now, DAYS);
    registerWh += useOf(hour % 24);
  }
  return { record: record!, now };
}

function at(atMs: number, registerWh: number, changes: Partial<MetersNow> = {}): MetersNow {
  const costMicros = registerWh * MICROS_PER_WH;
  return { atMs, registerWh, costMicros, meters: 'M1', periodFromMs: 0, periodCostMicros: 0, ...changes };
}

/** Twice as much in the evening. */
const evening = (hour: number): number => (hour >= 18 ? 200 : 100);
const PER_DAY_WH = 18 * 100 + 6 * 200;

describe('the record of use', () => {
  it('knows nothing of weekdays before each was seen whole, and then what each costs', () => {
    // The first day is seen in part, as far as anybody knows.
    assert.equal(costsByWeekday(liveThrough(7 * 24, evening).record), null);
    const costs = costsByWeekday(liveThrough(9 * 24, evening).record);
    assert.deepEqual(costs, new Array(7).fill(PER_DAY_WH * MICROS_PER_WH));
  });

  it('tells today from what is usual by this time of the day', () => {
    const { record, now } = liveThrough(20 * 24 + 21, evening);
    const { usedWh, usualWh } = useToday(record, now, DAYS);
    assert.equal(usedWh, 18 * 100 + 3 * 200);
    assert.ok(usualWh !== null && Math.abs(usualWh - usedWh) < 60, `${usualWh} Wh`);
    const { record: young, now: then } = liveThrough(5 * 24, evening);
    assert.equal(useToday(young, then, DAYS).usualWh, null);
  });

  it('keeps no more than four weeks', () => {
    assert.equal(liveThrough(60 * 24, evening).record.days.length, 28);
  });

  it('shares what days without a reading used, and forgets nothing over a restart', () => {
    const { record, now } = liveThrough(10 * 24, evening);
    const stored = JSON.parse(JSON.stringify(record)) as UseRecord;
    const later = at(now.atMs + 3 * 24 * HOUR_MS, now.registerWh + 3 * PER_DAY_WH);
    const after = stepUse(stored, later, DAYS);
    assert.deepEqual(
      after.days.slice(-3).map(([, , usedWh]) => usedWh),
      [PER_DAY_WH, PER_DAY_WH, PER_DAY_WH],
    );
    assert.equal(after.days.length, record.days.length + 3);
  });

  it('begins anew with other meters, and keeps what was usual', () => {
    const { record, now } = liveThrough(10 * 24, evening);
    const swapped = stepUse(record, at(now.atMs + HOUR_MS, 5, { meters: 'M2' }), DAYS);
    assert.deepEqual([swapped.dayWh, swapped.isWholeDay], [5, false]);
    assert.deepEqual(swapped.days, record.days);
    const next = stepUse(swapped, at(now.atMs + 30 * HOUR_MS, 900, { meters: 'M2' }), DAYS);
    assert.deepEqual(next.days, record.days, 'a day of two meters says nothing');
  });

  it('counts what was spent from the begin of the billing period', () => {
    const first = stepUse(null, at(START_MS, 1_000, { periodCostMicros: 300 }), DAYS);
    assert.equal(first.periodCostMicros, 1_000 * MICROS_PER_WH - 300);
    const same = stepUse(first, at(START_MS + 1, 1_100, { periodCostMicros: 400 }), DAYS);
    assert.equal(same.periodCostMicros, first.periodCostMicros);
    const next = stepUse(same, at(START_MS + 2, 1_200, { periodFromMs: 1, periodCostMicros: 50 }), DAYS);
    assert.equal(next.periodCostMicros, 1_200 * MICROS_PER_WH - 50);
  });
});
