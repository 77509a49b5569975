import assert from 'node:assert/strict';
import { type Figure, figureJson, figureTable, isTargetMet } from './figure';

const path: Figure = {
  figure: '4 connections × 500',
  value: 12_345.6,
  unit: 'readings/s',
  limit: 20_576,
  target: { of: 'ratio', rule: 'at least', bound: 0.6 },
};
const wire: Figure = { figure: 'one wire', value: 0.8564, unit: 'µs/hop', limit: null };
const memory: Figure = {
  figure: 'resident',
  value: 200,
  unit: 'MB',
  limit: 100,
  target: { of: 'value', rule: 'below', bound: 200 },
};

describe('a figure of the bench', () => {
  it('is one line of JSON with exactly six fields', () => {
    const line = JSON.parse(figureJson('path', path)) as Record<string, unknown>;
    assert.deepEqual(Object.keys(line), ['bench', 'figure', 'value', 'unit', 'limit', 'ratio']);
    assert.equal(line['bench'], 'path');
    assert.equal(line['ratio'], 12_345.6 / 20_576);
  });

  it('has neither limit nor ratio when it is a limit itself', () => {
    const line = JSON.parse(figureJson('limits', wire)) as Record<string, unknown>;
    assert.deepEqual([line['limit'], line['ratio']], [null, null]);
  });

  it('meets a ratio exactly at its bound and a value only below it', () => {
    assert.equal(isTargetMet({ ...path, value: 60, limit: 100 }), true);
    assert.equal(isTargetMet({ ...path, value: 59, limit: 100 }), false);
    assert.equal(isTargetMet(memory), false);
    assert.equal(isTargetMet({ ...memory, value: 199 }), true);
    assert.equal(isTargetMet(wire), null);
  });

  it('is a line of a table whose columns stand below each other', () => {
    assert.deepEqual(figureTable([path, wire, memory]).split('\n'), [
      '  figure                value  unit         limit  ratio  target',
      '  4 connections × 500  12,346  readings/s  20,576   0.60  ≥ 0.60 met',
      '  one wire              0.856  µs/hop',
      '  resident                200  MB             100   2.00  < 200 MB not met',
    ]);
  });
});
