import assert from 'node:assert/strict';
import { alternate, inTurn, repeat, type Measure } from './alternate';
import { effortOf } from './effort';

/** Answers with the given values one after the other and writes down who was asked. */
function scripted(name: string, log: string[], values: number[]): Measure {
  return (ms) => {
    log.push(`${name} ${ms}`);
    return Promise.resolve(values.shift()!);
  };
}

describe('measuring in turn', () => {
  it('asks limit and ours alternately and leaves the first of each out', async () => {
    const log: string[] = [];
    const limit = scripted('limit', log, [1, 100, 300, 200]);
    const ours = scripted('ours', log, [1, 60, 10, 50]);
    const pair = await alternate(limit, ours, { rounds: 3, roundMs: 20 });
    assert.deepEqual(pair, { limit: 200, value: 50 });
    assert.deepEqual(log, Array.from({ length: 4 }, () => ['limit 20', 'ours 20']).flat());
  });

  it('gives each of several its own median', async () => {
    const log: string[] = [];
    const measures = [
      [9, 1, 3, 2],
      [9, 5, 4, 6],
      [0, 8, 7, 9],
    ].map((values, index) => scripted(String(index), log, values));
    assert.deepEqual(await inTurn(measures, { rounds: 3, roundMs: 20 }), [2, 5, 8]);
    assert.deepEqual(log, Array.from({ length: 4 }, () => ['0 20', '1 20', '2 20']).flat());
  });

  it('takes the median of what is measured alone', async () => {
    const log: string[] = [];
    assert.equal(await repeat(scripted('it', log, [1, 5, 9, 7]), { rounds: 3, roundMs: 20 }), 7);
    assert.equal(log.length, 4);
  });

  it('measures as long as was wished, in rounds', () => {
    assert.deepEqual(effortOf(3), { rounds: 3, roundMs: 1_000 });
    assert.deepEqual(effortOf(0.5), { rounds: 1, roundMs: 500 });
  });
});
