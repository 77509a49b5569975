import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RangeSet } from '../../../nodes/lib/bypass/range-set';
import { property } from '../property';

const LAST = 60;
const stretch = fc.tuple(fc.integer({ min: 1, max: LAST }), fc.integer({ min: 0, max: 12 }));

describe('a set of sequence numbers', () => {
  it('knows what a plain set would know, in whatever order it is filled, and after it was written down', () => {
    property(fc.array(stretch, { maxLength: 20 }), (stretches) => {
      let set = new RangeSet();
      const plain = new Set<number>();
      for (const [from, length] of stretches) {
        set.add(from, from + length);
        for (let value = from; value <= from + length; value += 1) plain.add(value);
        set = new RangeSet(set.write());
      }
      for (let value = 1; value <= LAST + 13; value += 1)
        assert.equal(set.has(value), plain.has(value), String(value));
      let below = 1;
      while (plain.has(below)) below += 1;
      assert.equal(set.below, below);
    });
  });

  it('keeps no more than the gaps', () => {
    const set = new RangeSet();
    for (let value = 1; value <= 10_000; value += 1) set.add(value, value);
    assert.deepEqual(set.write(), { below: 10_001, ranges: [] });
  });

  it('takes the oldest gaps as filled when there are too many', () => {
    const set = new RangeSet();
    for (let value = 2; value <= 20; value += 2) set.add(value, value);
    set.forgetGaps(3);
    assert.deepEqual(set.write(), {
      below: 15,
      ranges: [
        [16, 16],
        [18, 18],
        [20, 20],
      ],
    });
  });
});
