import assert from 'node:assert/strict';
import { MeterRegisters } from './meter-registers';

describe('the registers of the meters that a load is made of', () => {
  it('go on together from the one that is furthest on', () => {
    const meters = new MeterRegisters(3, 0);
    const next = (): number[] => [0, 1, 2].map((meter) => meters.next(meter));
    assert.deepEqual(next(), [0, 0, 0]);
    meters.next(1);
    meters.next(1);
    meters.evenOut();
    assert.deepEqual(next(), [3, 3, 3]);
    assert.equal(meters.atMs(3), 180_000);
  });
});
