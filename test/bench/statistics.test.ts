import assert from 'node:assert/strict';
import { median, percentile } from './statistics';

describe('median', () => {
  it('is the middle one of an odd number, in any order', () => {
    assert.equal(median([9]), 9);
    assert.equal(median([100, 1, 3]), 3);
  });

  it('is between the two middle ones of an even number', () => {
    assert.equal(median([4, 1, 100, 2]), 3);
  });

  it('leaves the given values as they are', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('is refused for nothing', () => {
    assert.throws(() => median([]), RangeError);
  });
});

describe('percentile', () => {
  it('is a value that so many percent do not exceed', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    assert.deepEqual(
      [percentile(values, 50), percentile(values, 99), percentile(values, 100)],
      [100, 198, 200],
    );
    assert.equal(percentile([7], 99), 7);
    assert.throws(() => percentile([], 50), RangeError);
  });
});
