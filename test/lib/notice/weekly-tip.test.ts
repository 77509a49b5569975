import assert from 'node:assert/strict';
import { tipFigures, type TipData } from '../../../nodes/lib/notice/weekly-tip';
import { standAt, useBetween, useByHour, useSince } from '../../../nodes/lib/notice/use-curve';
import { localDays } from '../../../nodes/lib/time/local-days';

const HOUR_MS = 3_600_000;

describe('a tip', () => {
  /** An evening at twice the price of the rest of the day. */
  const ratesMicros = Array.from({ length: 24 }, (_, hour) =>
    hour >= 18 && hour < 22 ? 16_000_000 : 8_000_000,
  );
  const hoursWh = Array.from({ length: 24 }, (_, hour) => (hour === 19 ? 900 : hour === 8 ? 1_500 : 100));
  const data: TipData = {
    usedWh: 9_000,
    beforeWh: 8_000,
    similar: { accounts: 6, usedWh: 59_000 },
    hoursWh,
    ratesMicros,
  };

  it('compares with last week and with the others, and names the hour that cost most', () => {
    assert.deepEqual(tipFigures(data), {
      usedWh: 9_000,
      beforeWh: 8_000,
      similarWh: 10_000,
      hour: '19-20',
      savingMicros: 8_000_000,
    });
  });

  it('compares with nobody where they would be known', () => {
    assert.equal(tipFigures({ ...data, similar: { accounts: 5, usedWh: 59_000 } })?.['similarWh'], null);
  });

  it('names no hour where moving saves nothing', () => {
    const most = hoursWh.map((used, hour) => (hour === 8 ? 9_000 : used));
    for (const change of [
      { ratesMicros: null },
      { ratesMicros: new Array<number>(24).fill(8_000_000) },
      { hoursWh: new Array<number>(24).fill(0) },
      { hoursWh: most },
    ])
      assert.equal(tipFigures({ ...data, ...change })?.['hour'], null, JSON.stringify(change));
  });

  it('is none where a week is not known', () => {
    assert.equal(tipFigures({ ...data, usedWh: null }), null);
    assert.equal(tipFigures({ ...data, beforeWh: null }), null);
  });
});

describe('the use of a stretch of time', () => {
  const points = [
    { atMs: 10 * HOUR_MS, energyWh: 1_000 },
    { atMs: 12 * HOUR_MS, energyWh: 1_400 },
    { atMs: 13 * HOUR_MS, energyWh: 1_900 },
  ];

  it('lies between readings, and is not known outside of them', () => {
    const stands = [9, 10, 11, 12.5, 13, 14].map((hour) => standAt(points, hour * HOUR_MS));
    assert.deepEqual(stands, [null, 1_000, 1_200, 1_650, 1_900, null]);
    assert.equal(useBetween(points, 11 * HOUR_MS, 12.5 * HOUR_MS), 450);
    assert.equal(useBetween(points, 9 * HOUR_MS, 12 * HOUR_MS), null);
    assert.equal(useSince(points, 11 * HOUR_MS), 700);
    assert.equal(useSince(points, 9 * HOUR_MS), null);
    assert.equal(useSince([], 0), null);
  });

  it('is put to the hours of the wall clock, also where one occurs twice', () => {
    const days = localDays('Europe/Berlin');
    const day = days.dayAt(Date.UTC(2026, 9, 25, 12));
    const even = Array.from({ length: 26 }, (_, index) => ({
      atMs: day.fromMs + index * HOUR_MS,
      energyWh: index * 100,
    }));
    const hours = useByHour(even, days, [day]);
    assert.equal(hours[2], 200);
    assert.deepEqual(
      hours.filter((_, hour) => hour !== 2),
      new Array(23).fill(100),
    );
  });
});
