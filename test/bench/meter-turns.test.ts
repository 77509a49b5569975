import assert from 'node:assert/strict';
import { MeterTurns } from './meter-turns';

const take = (turns: MeterTurns, count: number): number[] =>
  Array.from({ length: count }, () => turns.take());

describe('the turns of the meters behind a connection', () => {
  it('come one after the other and begin again', () => {
    assert.deepEqual(take(new MeterTurns(0, 1, 3, 1), 7), [0, 1, 2, 0, 1, 2, 0]);
  });

  it('leave the meters between to the other connections', () => {
    assert.deepEqual(take(new MeterTurns(0, 4, 10, 1), 4), [0, 4, 8, 0]);
    assert.deepEqual(take(new MeterTurns(2, 4, 10, 1), 3), [2, 6, 2]);
  });

  it('stay with the one meter of a connection', () => {
    assert.deepEqual(take(new MeterTurns(999, 1_000, 1_000, 1), 2), [999, 999]);
  });

  it('fill whole messages only', () => {
    // Meters 1, 3, 5, 7, 9, 11 and 13: two messages of three.
    assert.deepEqual(take(new MeterTurns(1, 2, 14, 3), 3), [1, 7, 1]);
    assert.deepEqual(take(new MeterTurns(1, 2, 12, 3), 3), [1, 7, 1]);
    assert.deepEqual(take(new MeterTurns(1, 2, 11, 3), 2), [1, 1]);
    assert.throws(() => new MeterTurns(1, 2, 5, 3), /2 meters do not fill a message of 3/);
    assert.throws(() => new MeterTurns(5, 1, 5, 1), /0 meters do not fill a message of 1/);
  });
});
