import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { REPOSITORY } from './repository';

interface Ended {
  code: number;
  out: string;
  err: string;
}

function bench(...words: string[]): Promise<Ended> {
  const program = path.join('test', 'bench', 'bench.ts');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', program, ...words],
      { cwd: REPOSITORY },
      (error, out, err) => resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

describe('npm run bench', function () {
  this.timeout(60_000);

  it('names its benchmarks', async () => {
    const { code, out } = await bench('--list');
    assert.equal(code, 0);
    assert.deepEqual(
      out.match(/^ {2}\w+/gm)?.map((name) => name.trim()),
      ['limits', 'path', 'ledger', 'pricing', 'cutoff', 'detection', 'bypass', 'neighbour', 'start', 'fleet'],
    );
  });

  it('says in one line that there is no such benchmark', async () => {
    const { code, out, err } = await bench('speed');
    assert.deepEqual([code, out], [1, '']);
    assert.equal(
      err,
      'There is no benchmark "speed"; there are limits, path, ledger, pricing, cutoff, detection, bypass, neighbour, start, fleet.\n',
    );
  });

  it('prints one JSON object per figure for programs', async () => {
    const { code, out, err } = await bench('pricing', '--json', '--seconds', '0.3');
    assert.deepEqual([code, err], [0, '']);
    const lines = out.trim().split('\n');
    for (const line of lines) {
      const figure = JSON.parse(line) as Record<string, unknown>;
      assert.deepEqual(Object.keys(figure), ['bench', 'figure', 'value', 'unit', 'limit', 'ratio']);
      assert.ok(Number(figure['value']) > 0);
      assert.equal(figure['ratio'], Number(figure['value']) / Number(figure['limit']));
    }
  });
});
