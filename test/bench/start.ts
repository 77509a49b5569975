import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Benchmark, Surroundings } from './benchmark';
import type { Figure } from './figure';
import { withProcesses } from './helper-process';
import { NO_NODES_DIRS, NodeRed, OUR_PALETTE } from './node-red';
import { pathFlow } from './path-flow';
import { residentMb } from './resident-memory';
import { freePort, withScratchFolder } from './scratch-folder';
import { median } from './statistics';

const IDLE_MS = 5_000;
const MS_PER_SECOND = 1_000;
const MAX_START_SECONDS = 3;
const MAX_RESIDENT_MB = 200;

export const start: Benchmark = {
  name: 'start',
  about: 'Node-RED with the palette and the flow of a reading, beside an empty Node-RED',
  run: measureStarts,
};

interface Start {
  seconds: number;
  residentMb: number;
}

async function measureStarts({ effort, say }: Surroundings): Promise<Figure[]> {
  say('once to warm the disk');
  await startBoth(0);
  const limits: Start[] = [];
  const ours: Start[] = [];
  for (let round = 1; round <= effort.rounds; round += 1) {
    say(`${round} of ${effort.rounds}`);
    const both = await startBoth(IDLE_MS);
    limits.push(both.limit);
    ours.push(both.ours);
  }
  const middle = (starts: Start[], key: keyof Start): number => median(starts.map((one) => one[key]));
  return [
    {
      figure: 'from the process to started flows',
      value: middle(ours, 'seconds'),
      unit: 's',
      limit: middle(limits, 'seconds'),
      target: { of: 'value', rule: 'below', bound: MAX_START_SECONDS },
    },
    {
      figure: `resident after ${IDLE_MS / MS_PER_SECOND} s idle`,
      value: middle(ours, 'residentMb'),
      unit: 'MB',
      limit: middle(limits, 'residentMb'),
      target: { of: 'value', rule: 'below', bound: MAX_RESIDENT_MB },
    },
  ];
}

/** One after the other; while one idles, which takes no processor, the other starts. */
function startBoth(idleMs: number): Promise<{ limit: Start; ours: Start }> {
  return withScratchFolder((folder) =>
    withProcesses(async (keep) => {
      const empty = keep(
        await NodeRed.start({
          folder: path.join(folder, 'empty'),
          flow: [{ id: '00000000000000a0', type: 'tab', label: 'empty' }],
          nodesDirs: NO_NODES_DIRS,
          hasEditor: true,
        }),
      );
      const limit = settle(empty, idleMs);
      // Awaited below; until then a failure of the other start comes first.
      limit.catch(() => undefined);
      const full = keep(
        await NodeRed.start({
          folder: path.join(folder, 'full'),
          flow: pathFlow(path.join(folder, 'ledger.sqlite'), await freePort()),
          nodesDirs: OUR_PALETTE,
          hasEditor: true,
        }),
      );
      const ours = settle(full, idleMs);
      const both = { limit: await limit, ours: await ours };
      full.check();
      return both;
    }),
  );
}

async function settle({ process: { child }, startMs }: NodeRed, idleMs: number): Promise<Start> {
  await delay(idleMs);
  if (child.pid === undefined) throw new Error('Node-RED has no process');
  return { seconds: startMs / MS_PER_SECOND, residentMb: residentMb(child.pid) };
}
