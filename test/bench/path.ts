import path from 'node:path';
import { alternate, type Measure } from './alternate';
import { BareBroker } from './bare-broker';
import { BareLedgerLoop } from './bare-ledger-loop';
import { prepareLedger } from './bench-ledger';
import type { Benchmark, Surroundings } from './benchmark';
import type { Figure, Target } from './figure';
import { withProcesses } from './helper-process';
import { FRAME_LOAD, FRAME_READINGS, SINGLE_LOADS } from './loads';
import { OurPath } from './our-path';
import { Publisher, showLoad } from './publisher';
import { withScratchFolder } from './scratch-folder';

/** What our own work may cost of what is possible. */
const SINGLES_TARGET: Target = { of: 'ratio', rule: 'at least', bound: 0.6 };
const FRAMES_TARGET: Target = { of: 'ratio', rule: 'at least', bound: 0.5 };

export const wholePath: Benchmark = {
  name: 'path',
  about: 'publish → meter-ingest → tariff-calc → balance-guard → durable balance → PUBACK',
  run: (surroundings) => withScratchFolder((folder) => measure(surroundings, folder)),
};

function measure({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    say('starting');
    const loop = keep(await BareLedgerLoop.start(folder));
    const broker = keep(await BareBroker.start(folder));
    const ledgerFile = path.join(folder, 'ledger.sqlite');
    prepareLedger(ledgerFile);
    const ours = keep(await OurPath.start(ledgerFile));
    const toBroker = keep(new Publisher('the bare broker', broker.port));
    const toOurs = keep(new Publisher('our broker', ours.mqttPort));
    const figures: Figure[] = [];
    const add = async (figure: string, limit: Measure, target: Target): Promise<void> => {
      say(figure);
      const pair = await alternate(limit, toOurs.measure, effort);
      figures.push({ figure, unit: 'readings/s', ...pair, target });
    };
    for (const load of SINGLE_LOADS) {
      await toBroker.open(load);
      await toOurs.open(load);
      await add(`${showLoad(load)}, beside the bare durable broker`, toBroker.measure, SINGLES_TARGET);
    }
    await toOurs.open(FRAME_LOAD);
    await add(`frames of ${FRAME_READINGS}, beside bare SQLite`, loop.measure(FRAME_READINGS), FRAMES_TARGET);
    await broker.check(toBroker.acknowledgedReadings);
    await ours.stopAndCheck(toOurs.acknowledgedReadings);
    return figures;
  });
}
