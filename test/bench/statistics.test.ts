import assert from 'node:assert/strict';
import { median } from './statistics';

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
