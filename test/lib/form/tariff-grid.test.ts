import assert from 'node:assert/strict';
import { newHourlyRates } from '../../../nodes/lib/form/tariff-edit';
import {
  HOLIDAY_ROW,
  neighbourOf,
  periodAt,
  withoutPeriod,
  withPainted,
} from '../../../nodes/lib/form/tariff-grid';

const [BLANK] = newHourlyRates(1).grids;
assert.ok(BLANK);

/** Each row as 24 digits, the holiday last. */
const rows = ({ week, holiday }: typeof BLANK): string[] => [...week, holiday].map((hours) => hours.join(''));

describe('the painted week', () => {
  it('paints the rectangle between two corners, whichever comes first', () => {
    const painted = withPainted(BLANK, { row: 4, hour: 21 }, { row: 3, hour: 18 }, 1);
    const evening = '000000000000000000111100';
    const empty = '0'.repeat(24);
    assert.deepEqual(rows(painted), [empty, empty, empty, evening, evening, empty, empty, empty]);
    assert.deepEqual(rows(BLANK)[3], empty);
  });

  it('has the holiday below Sunday', () => {
    const painted = withPainted(BLANK, { row: 6, hour: 0 }, { row: HOLIDAY_ROW, hour: 23 }, 1);
    assert.deepEqual(rows(painted).slice(5), ['0'.repeat(24), '1'.repeat(24), '1'.repeat(24)]);
    assert.equal(periodAt(painted, { row: HOLIDAY_ROW, hour: 5 }), 1);
    assert.equal(periodAt(painted, { row: 5, hour: 5 }), 0);
  });

  it('gives the hours of a removed period to the first one and moves the others up', () => {
    let painted = withPainted(BLANK, { row: 0, hour: 0 }, { row: 0, hour: 1 }, 1);
    painted = withPainted(painted, { row: 0, hour: 2 }, { row: 0, hour: 3 }, 2);
    assert.equal(rows(withoutPeriod(painted, 1))[0]?.slice(0, 5), '00110');
    assert.equal(rows(withoutPeriod(painted, 0))[0]?.slice(0, 5), '00110');
  });

  it('is walked with the arrow keys, up to its edges', () => {
    assert.deepEqual(neighbourOf({ row: 0, hour: 0 }, 'ArrowUp'), { row: 0, hour: 0 });
    assert.deepEqual(neighbourOf({ row: 6, hour: 3 }, 'ArrowDown'), { row: 7, hour: 3 });
    assert.deepEqual(neighbourOf({ row: 7, hour: 23 }, 'ArrowDown'), { row: 7, hour: 23 });
    assert.deepEqual(neighbourOf({ row: 2, hour: 3 }, 'ArrowRight'), { row: 2, hour: 4 });
    assert.deepEqual(neighbourOf({ row: 2, hour: 3 }, 'ArrowLeft'), { row: 2, hour: 2 });
    assert.deepEqual(neighbourOf({ row: 2, hour: 3 }, 'End'), { row: 2, hour: 23 });
    assert.equal(neighbourOf({ row: 2, hour: 3 }, 'Tab'), null);
  });
});
