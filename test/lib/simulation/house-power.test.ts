import assert from 'node:assert/strict';
import { loadW, type Household } from '../../../nodes/lib/simulation/household-load';
import { housePower } from '../../../nodes/lib/simulation/house-power';
import { localClock, localTime } from '../../../nodes/lib/simulation/local-time';
import { buildNeighbourhood, type House } from '../../../nodes/lib/simulation/neighbourhood';
import { chanceAt, CHANCE } from '../../../nodes/lib/simulation/seeded-random';
import { solarW } from '../../../nodes/lib/simulation/solar-roof';
import { tamperingAt } from '../../../nodes/lib/simulation/tamperer';
import { MS_PER_HOUR, MS_PER_MINUTE, SATURDAY_MS } from './simulated-houses';

const SEED = 42;
const FAMILY: Household = { house: 1, kind: 'family', scale: 1 };

/** The mean over two weeks of one hour of the day, in W. */
function meanAtHour(hour: number, wanted: (isWeekend: boolean) => boolean, household = FAMILY): number {
  let sum = 0;
  let count = 0;
  for (let day = 0; day < 14; day += 1) {
    for (let minute = 0; minute < 60; minute += 1) {
      const time = localTime(SATURDAY_MS + (day * 24 + hour) * MS_PER_HOUR + minute * MS_PER_MINUTE);
      if (!wanted(time.isWeekend)) continue;
      sum += loadW(SEED, household, time);
      count += 1;
    }
  }
  return sum / count;
}

describe('the power of a house', () => {
  it('follows from seed, house and time alone', () => {
    const [house] = buildNeighbourhood(SEED, 1) as [House];
    const moments = Array.from({ length: 500 }, (_, index) => SATURDAY_MS + index * 7 * MS_PER_MINUTE);
    const forwards = moments.map((atMs) => housePower(SEED, house, atMs, 0));
    const backwards = moments.toReversed().map((atMs) => housePower(SEED, house, atMs, 0));
    assert.deepEqual(backwards.toReversed(), forwards);
    assert.notDeepEqual(
      moments.map((atMs) => housePower(SEED + 1, house, atMs, 0)),
      forwards,
    );
  });

  it('stays the same within a minute and is whole watts', () => {
    for (const house of buildNeighbourhood(SEED, 24)) {
      const early = housePower(SEED, house, SATURDAY_MS, 0);
      assert.deepEqual(housePower(SEED, house, SATURDAY_MS + 59_999, 0), early);
      assert.ok(Number.isSafeInteger(early.importW) && Number.isSafeInteger(early.exportW));
      assert.ok(early.importW === 0 || early.exportW === 0);
    }
  });

  it('has the evenings of a family, and its weekend mornings at home', () => {
    const onWeekdays = (isWeekend: boolean): boolean => !isWeekend;
    const onWeekends = (isWeekend: boolean): boolean => isWeekend;
    assert.ok(meanAtHour(19, onWeekdays) > 3 * meanAtHour(3, onWeekdays));
    assert.ok(meanAtHour(10, onWeekends) > 1.4 * meanAtHour(10, onWeekdays));
  });

  it('adds what is switched on by hand', () => {
    const [house] = buildNeighbourhood(SEED, 1) as [House];
    const usual = housePower(SEED, house, SATURDAY_MS, 0).importW;
    assert.equal(housePower(SEED, house, SATURDAY_MS, 3_000).importW, usual + 3_000);
  });

  it('exports from a roof at noon in summer, and never at night', () => {
    const roof = { peakW: 4_000 };
    const june = Array.from({ length: 30 }, (_, day) => SATURDAY_MS + day * 24 * MS_PER_HOUR);
    const at = (hour: number): number[] =>
      june.map((ms) => solarW(SEED, roof, localTime(ms + hour * MS_PER_HOUR)));
    assert.ok(Math.max(...at(12)) > 2_500 && Math.max(...at(12)) <= 4_000);
    assert.ok(Math.min(...at(12)) > 0, 'grey days give something');
    assert.ok(new Set(at(12)).size > 20, 'no two days are alike');
    for (const hour of [22, 23, 0, 1, 2, 3])
      assert.deepEqual(new Set(at(hour)), new Set([0]), `hour ${hour}`);
    const winterNoon = solarW(SEED, roof, localTime(Date.UTC(2026, 11, 21, 17)));
    assert.equal(winterNoon, 0, 'a winter day is over at 17:00');
  });

  it('is counted in part while somebody tampers, on some evenings', () => {
    const evenings = Array.from({ length: 40 }, (_, day) => {
      const minutes = Array.from({ length: 1_440 }, (_, minute) =>
        tamperingAt(SEED, 13, localTime(SATURDAY_MS + (day * 1_440 + minute) * MS_PER_MINUTE)),
      );
      return {
        bridged: minutes.filter(({ countedShare }) => countedShare < 1).length,
        flagged: minutes.filter(({ flags }) => flags.includes('cover-open')).length,
      };
    });
    const busy = evenings.filter(({ bridged }) => bridged > 0);
    assert.ok(busy.length > 12 && busy.length < 36, `${busy.length} of 40 evenings`);
    for (const { bridged, flagged } of busy) {
      assert.equal(flagged, 30);
      assert.ok(bridged >= 120 && bridged <= 230);
    }
  });

  it('knows the time on the wall, also where the clocks change', () => {
    const toLocal = localClock('Europe/Berlin');
    const wall = (utc: string): string => new Date(toLocal(Date.parse(utc))).toISOString().slice(0, 16);
    assert.equal(wall('2026-03-29T00:59:59Z'), '2026-03-29T01:59');
    assert.equal(wall('2026-03-29T01:00:00Z'), '2026-03-29T03:00');
    assert.equal(wall('2026-10-25T00:59:00Z'), '2026-10-25T02:59');
    assert.equal(wall('2026-10-25T01:00:00Z'), '2026-10-25T02:00');
    assert.equal(new Date(localClock('Asia/Kathmandu')(0)).toISOString(), '1970-01-01T05:30:00.000Z');
    assert.deepEqual(localTime(SATURDAY_MS).isWeekend, true);
    assert.deepEqual(localTime(SATURDAY_MS - 1).isWeekend, false);
  });
});

describe('chance from a seed', () => {
  it('is spread evenly and differs with every key', () => {
    const draws = Array.from({ length: 20_000 }, (_, index) => chanceAt(SEED, CHANCE.mood, 1, index));
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => draws.filter((x) => Math.floor(x * 10) === tenth).length,
    );
    for (const count of tenths) assert.ok(Math.abs(count - 2_000) < 200, tenths.join(' '));
    assert.ok(new Set(draws).size > 19_990);
    assert.notEqual(chanceAt(SEED, CHANCE.mood, 1, 2), chanceAt(SEED, CHANCE.mood, 2, 1));
    assert.notEqual(chanceAt(SEED, CHANCE.mood, 1, 2), chanceAt(SEED, CHANCE.fridge, 1, 2));
  });
});
