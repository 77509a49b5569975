import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import path from 'node:path';
import { Bench, BUILT, type Launched } from './launched';

const STARTS_WITHIN_MS = 15_000;
const MAX_MEMORY_MB = 200;
/** A machine that is busy with something else says little about a program; its best of so many starts counts. */
const TRIES = 3;
const KEPT_WITHIN_MS = 40_000;

/** The most memory a process has had at any time (proc(5), VmHWM), in MB. */
function peakMemoryMb({ child }: Launched): number {
  const status = readFileSync(`/proc/${child.pid ?? 0}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

interface Kept {
  meter: { importWh: number };
}

describe('the quick start, as it is built', function () {
  this.timeout(90_000);
  let bench: Bench;
  beforeEach(async () => {
    bench = await Bench.open();
  });
  afterEach(() => bench.close());

  it('runs a neighbourhood, quickly and in little memory, and continues it the next time', async () => {
    const startsMs: number[] = [];
    const registersWh: number[] = [];
    const peaksMb: number[] = [];
    for (let tries = 0; tries < TRIES; tries += 1) {
      const begunMs = performance.now();
      const launched = bench.launch(['start'], {}, BUILT);
      await launched.running();
      startsMs.push(performance.now() - begunMs);
      assert.match(launched.out, /Dashboard +\S+\/dashboard\n/);
      assert.match(launched.out, /300 times faster/);
      assert.equal(launched.out.includes('Password'), tries === 0);
      await meetDashboard();
      await metersKept();
      if (process.platform === 'linux') peaksMb.push(peakMemoryMb(launched));
      launched.signal('SIGINT');
      const { code, err } = await launched.ended();
      assert.deepEqual({ code, err }, { code: 0, err: 'Stopping…\n' }, 'no warning, no error');
      registersWh.push(registerOf('meter-007'));
    }
    assert.deepEqual(
      registersWh,
      registersWh.toSorted((a, b) => a - b),
      'registers never fall',
    );
    assert.ok(
      Math.min(...startsMs) < STARTS_WITHIN_MS,
      `starts took ${startsMs.map(Math.round).join(', ')} ms`,
    );
    assert.ok(
      Math.max(0, ...peaksMb) < MAX_MEMORY_MB,
      `memory reached ${peaksMb.map(Math.round).join(', ')} MB`,
    );
  });

  /** A visitor ends up at the dashboard, which answers. */
  const meetDashboard = async (): Promise<void> => {
    const page = await fetch(`${bench.base}/`);
    assert.equal(page.status, 200);
    assert.match(new URL(page.url).pathname, /^\/dashboard\/?$/);
  };

  /** The simulated meters write their memory down at the start and every few seconds. */
  const metersKept = async (): Promise<void> => {
    const changes = watch(bench.data, { signal: AbortSignal.timeout(KEPT_WITHIN_MS) });
    for await (const { filename } of changes) if (/^simulator-.*\.json$/.test(filename ?? '')) return;
  };

  const registerOf = (meterId: string): number => {
    const [simulator] = readdirSync(bench.data).filter((file) => file.startsWith('simulator-'));
    assert.ok(simulator, 'the simulator keeps its meters');
    const kept = JSON.parse(readFileSync(path.join(bench.data, simulator), 'utf8')) as Record<string, Kept>;
    return kept[meterId]?.meter.importWh ?? NaN;
  };
});
