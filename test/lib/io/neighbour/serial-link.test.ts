import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, watch } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openSerialLink } from '../../../../nodes/lib/io/neighbour/serial-link';
import { needs, pathOrSkip } from '../../../needs';
import { hasty, LiveMesh } from './live-mesh';

const PULLS = 20;
const FRAMES_PER_PULL = 3;
const FRAME_BYTES = 3_000;
const BAUD_RATE = 115_200;

/** A serial cable between two processes: two pseudo-terminals that socat joins. */
class Cable {
  private socat: ChildProcess | null = null;

  constructor(
    private readonly program: string,
    private readonly folder: string,
  ) {}

  end(name: 'near' | 'far'): string {
    return path.join(this.folder, name);
  }

  async plug(): Promise<void> {
    const both = (['near', 'far'] as const).map((name) => `pty,raw,echo=0,link=${this.end(name)}`);
    const watcher = watch(this.folder);
    this.socat = spawn(this.program, both, { stdio: 'ignore' });
    while (!existsSync(this.end('near')) || !existsSync(this.end('far'))) await once(watcher, 'change');
    watcher.close();
  }

  /** Only the process that was started here is ended. */
  async pull(): Promise<void> {
    const { socat } = this;
    if (!socat) return;
    const ended = once(socat, 'exit');
    socat.kill();
    await ended;
    this.socat = null;
  }
}

describe('neighbours over a serial wire', function () {
  this.timeout(120_000);
  let folder: string;
  let cable: Cable;
  let far: ChildProcess | null = null;
  let near: LiveMesh | null = null;
  const arrived: string[] = [];

  beforeEach(async function () {
    const socat = pathOrSkip(needs.socat, this);
    folder = mkdtempSync(path.join(os.tmpdir(), 'wattkeeper-wire-'));
    cable = new Cable(socat, folder);
    await cable.plug();
    arrived.length = 0;
    near = new LiveMesh(2);
  });

  afterEach(async () => {
    // Without socat nothing was started.
    if (!near) return;
    await near.mesh.close();
    near = null;
    if (far) {
      const ended = once(far, 'exit');
      far.disconnect();
      await ended;
      far = null;
    }
    await cable.pull();
    rmSync(folder, { recursive: true });
  });

  function start(wire: 'line' | 'shared', baudRate: number): void {
    far = fork(require.resolve('./mesh-process.ts'), [cable.end('far'), String(baudRate), wire], {
      execArgv: ['--import', 'tsx'],
    });
    far.on('message', ({ digest }: { digest: string }) => arrived.push(digest));
    const wiring = { path: cable.end('near'), baudRate, isShared: wire === 'shared', turnaroundMs: 3 };
    near!.mesh.addLink(hasty(openSerialLink(wiring)));
  }

  const digests: string[] = [];

  function offer(name: string): void {
    const frame = name.padEnd(FRAME_BYTES, '\0\xff');
    digests.push(createHash('sha256').update(frame, 'latin1').digest('hex'));
    near!.up(frame);
  }

  async function untilArrived(count: number): Promise<void> {
    while (arrived.length < count) await once(far!, 'message');
  }

  beforeEach(() => void (digests.length = 0));

  for (const wire of ['line', 'shared'] as const) {
    it(`carries frames between two processes over a ${wire} wire`, async () => {
      start(wire, 57_600);
      for (let frame = 0; frame < 5; frame += 1) offer(`frame ${frame}`);
      await untilArrived(5);
      assert.deepEqual([...arrived].sort(), [...digests].sort());
    });
  }

  it(`loses and doubles nothing while the cable is pulled ${PULLS} times`, async () => {
    start('line', BAUD_RATE);
    offer('the first');
    await untilArrived(1);
    for (let pull = 0; pull < PULLS; pull += 1) {
      for (let frame = 0; frame < FRAMES_PER_PULL; frame += 1) offer(`frame ${frame} of pull ${pull}`);
      await untilArrived(arrived.length + 1);
      await cable.pull();
      await cable.plug();
    }
    await untilArrived(digests.length);
    assert.deepEqual([...arrived].sort(), [...digests].sort());
    const losses = near!.events.filter(({ kind }) => kind === 'neighbourLost').length;
    assert.ok(losses >= PULLS, `the wire was lost ${losses} times`);
  });
});
