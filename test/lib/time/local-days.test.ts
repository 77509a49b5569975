import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DAY_MS, dateOf, dayNumberOf, weekdayOf } from '../../../nodes/lib/time/calendar-date';
import { HOUR_MS, isTimeZone, localDays } from '../../../nodes/lib/time/local-days';
import { property } from '../property';

const ZONES = [
  'Asia/Kolkata',
  'Europe/Vienna',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/New_York',
  'UTC',
];

const iso = (ms: number) => new Date(ms).toISOString();

function dayOf(timeZone: string, date: string) {
  const days = localDays(timeZone);
  const day = days.day(dayNumberOf(date)!);
  return {
    from: iso(day.fromMs),
    hours: (day.toMs - day.fromMs) / HOUR_MS,
    wall: days.hoursOf(day).map(({ hour, fromMs, toMs }) => [hour, (toMs - fromMs) / 60_000]),
  };
}

describe('calendar dates', () => {
  it('count from 1970-01-01, a Thursday', () => {
    assert.equal(dayNumberOf('1970-01-01'), 0);
    assert.equal(dayNumberOf('2024-02-29'), 19_782);
    assert.equal(dateOf(19_782), '2024-02-29');
    assert.equal(weekdayOf(0), 3);
    assert.equal(weekdayOf(dayNumberOf('2026-03-30')!), 0);
    assert.equal(weekdayOf(-4), 6);
  });

  it('do not exist on the 30th of February or in another form', () => {
    for (const text of ['2025-02-29', '2025-02-30', '2025-13-01', '2025-1-1', '', '2025-01-01T00'])
      assert.equal(dayNumberOf(text), undefined, text);
  });
});

describe('local days', () => {
  it('begin at midnight of the zone, also with half-hour and quarter-hour offsets', () => {
    assert.equal(dayOf('Asia/Kolkata', '2025-06-10').from, '2025-06-09T18:30:00.000Z');
    assert.equal(dayOf('Asia/Kathmandu', '2025-06-10').from, '2025-06-09T18:15:00.000Z');
    assert.equal(dayOf('America/New_York', '2025-06-10').from, '2025-06-10T04:00:00.000Z');
    const { wall } = dayOf('Asia/Kolkata', '2025-06-10');
    assert.deepEqual(
      wall,
      Array.from({ length: 24 }, (_, hour) => [hour, 60]),
    );
  });

  it('have 23 hours in spring and 25 in autumn', () => {
    const spring = dayOf('Europe/Vienna', '2025-03-30');
    assert.equal(spring.hours, 23);
    assert.deepEqual(spring.wall.slice(0, 4), [
      [0, 60],
      [1, 60],
      [3, 60],
      [4, 60],
    ]);
    const autumn = dayOf('Europe/Vienna', '2025-10-26');
    assert.equal(autumn.hours, 25);
    assert.deepEqual(
      autumn.wall.slice(1, 5).map(([hour]) => hour),
      [1, 2, 2, 3],
    );
  });

  it("have Lord Howe's half hour", () => {
    const spring = dayOf('Australia/Lord_Howe', '2025-10-05');
    assert.equal(spring.hours, 23.5);
    assert.deepEqual(spring.wall.slice(1, 4), [
      [1, 60],
      [2, 30],
      [3, 60],
    ]);
    const autumn = dayOf('Australia/Lord_Howe', '2025-04-06');
    assert.equal(autumn.hours, 24.5);
    assert.deepEqual(autumn.wall.slice(0, 4), [
      [0, 60],
      [1, 60],
      [1, 30],
      [2, 60],
    ]);
  });

  it('have no length where the zone skipped one', () => {
    const days = localDays('Pacific/Apia');
    const skipped = days.day(dayNumberOf('2011-12-30')!);
    assert.equal(iso(skipped.fromMs), '2011-12-30T10:00:00.000Z');
    assert.equal(skipped.toMs, skipped.fromMs);
    assert.deepEqual(days.hoursOf(skipped), []);
    assert.equal(days.dayAt(skipped.fromMs).date, '2011-12-31');
    assert.equal(days.dayAt(skipped.fromMs - 1).date, '2011-12-29');
  });

  it('begin at the jump where clocks jump over midnight, and once where they go back to before it', () => {
    // São Paulo went from 00:00 to 01:00 on 2018-11-04, and from 00:00 back to 23:00 on 2018-02-18.
    assert.equal(dayOf('America/Sao_Paulo', '2018-11-04').from, '2018-11-04T03:00:00.000Z');
    assert.deepEqual(dayOf('America/Sao_Paulo', '2018-11-04').wall[0], [1, 60]);
    assert.equal(dayOf('America/Sao_Paulo', '2018-02-17').hours, 25);
    assert.equal(dayOf('America/Sao_Paulo', '2018-02-18').from, '2018-02-18T03:00:00.000Z');
    // Newfoundland went back at 00:01, so its Sunday began twice; the first time counts.
    assert.equal(dayOf('America/St_Johns', '2006-10-29').from, '2006-10-29T02:30:00.000Z');
    assert.equal(dayOf('America/St_Johns', '2006-10-29').hours, 25);
  });

  it('hold every moment exactly once, and their hours fill them', () => {
    const moments = fc.integer({ min: 0, max: 4_000_000_000_000 });
    property(
      fc.tuple(fc.constantFrom(...ZONES, 'America/Sao_Paulo', 'Pacific/Apia'), moments),
      ([zone, ms]) => {
        const days = localDays(zone);
        const day = days.dayAt(ms);
        assert.ok(day.fromMs <= ms && ms < day.toMs);
        assert.equal(days.day(day.dayNumber + 1).fromMs, day.toMs);
        assert.equal(days.day(day.dayNumber - 1).toMs, day.fromMs);
        const written = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(ms);
        assert.equal(day.date, written);
        const hours = days.hoursOf(day);
        assert.equal(hours[0]?.fromMs, day.fromMs);
        assert.equal(hours.at(-1)?.toMs, day.toMs);
        for (const [index, { toMs }] of hours.entries())
          if (index + 1 < hours.length) assert.equal(hours[index + 1]?.fromMs, toMs);
      },
    );
  });

  it('are found again after more days than are kept', () => {
    const days = localDays('Europe/Vienna');
    const first = days.dayAt(0);
    for (let day = 1; day <= 4_200; day += 1) days.dayAt(day * DAY_MS);
    const again = days.dayAt(0);
    assert.notEqual(again, first);
    assert.deepEqual(again, first);
  });

  it('refuse a time that is none, and an unknown zone', () => {
    const days = localDays('UTC');
    for (const ms of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER])
      assert.throws(() => days.dayAt(ms), new RegExp(`whole milliseconds.*got ${ms}`));
    assert.equal(isTimeZone('Asia/Kathmandu'), true);
    assert.equal(isTimeZone('Asia/Nowhere'), false);
    assert.equal(isTimeZone(''), false);
  });
});
