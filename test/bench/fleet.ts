import path from 'node:path';
import { alternate } from './alternate';
import { prepareFleet, prepareLedger } from './bench-ledger';
import type { Benchmark, Surroundings } from './benchmark';
import type { Figure } from './figure';
import { withProcesses } from './helper-process';
import { METERS } from './meter-registers';
import { NodeRed, OUR_PALETTE } from './node-red';
import { pathFlow } from './path-flow';
import { Publisher } from './publisher';
import { residentMb } from './resident-memory';
import { freePort, withScratchFolder } from './scratch-folder';

const FLEET = 1_000_000;
const FRAMES = { connections: 2, inFlight: 2, readingsPerMessage: 500 };
const MS_PER_SECOND = 1_000;
const LEAST_SHARE = 0.8;
const MAX_RESIDENT_MB = 1_024;
const MAX_READY_SECONDS = 10;

export const fleet: Benchmark = {
  name: 'fleet',
  about: `the same with ${FLEET.toLocaleString('en-US')} meters; takes minutes`,
  isLong: true,
  run: (surroundings) => withScratchFolder((folder) => measure(surroundings, folder)),
};

function measure({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    say('putting up the meters');
    const few = path.join(folder, 'few.sqlite');
    const many = path.join(folder, 'many.sqlite');
    prepareLedger(few);
    prepareFleet(many, FLEET);
    const start = (ledger: string, mqttPort: number): Promise<NodeRed> =>
      NodeRed.start({
        folder: path.join(folder, `node-red-${mqttPort}`),
        flow: pathFlow(ledger, mqttPort),
        nodesDirs: OUR_PALETTE,
        hasEditor: false,
      });
    const fewPort = await freePort();
    const manyPort = await freePort();
    keep(await start(few, fewPort));
    const first = keep(await start(many, manyPort));
    const toFew = keep(new Publisher('few meters', fewPort));
    const toMany = keep(new Publisher('many meters', manyPort));
    await toFew.open(FRAMES);
    await toMany.open({ ...FRAMES, meters: FLEET });
    say('every meter reports once');
    while (toMany.acknowledgedReadings < FLEET) await toMany.measure(MS_PER_SECOND);
    say('frames');
    const pair = await alternate(toFew.measure, toMany.measure, effort);
    const heldMb = residentMb(first.process.child.pid ?? 0);
    await first.stop();
    say('once more');
    const beganMs = performance.now();
    keep(await start(many, manyPort));
    await toMany.open({ ...FRAMES, meters: FLEET });
    const before = toMany.acknowledgedReadings;
    while (toMany.acknowledgedReadings === before) await toMany.measure(1);
    const readySeconds = (performance.now() - beganMs) / MS_PER_SECOND;
    return [
      {
        figure: `frames of ${FRAMES.readingsPerMessage}, all meters in turn, beside ${METERS} meters`,
        unit: 'readings/s',
        ...pair,
        target: { of: 'ratio', rule: 'at least', bound: LEAST_SHARE },
      },
      {
        figure: 'resident when every meter was heard',
        value: heldMb,
        unit: 'MB',
        limit: null,
        target: { of: 'value', rule: 'below', bound: MAX_RESIDENT_MB },
      },
      {
        figure: 'from the start of the process to the first durable frame',
        value: readySeconds,
        unit: 's',
        limit: null,
        target: { of: 'value', rule: 'below', bound: MAX_READY_SECONDS },
      },
    ];
  });
}
