import path from 'node:path';
import { alternate, inTurn } from './alternate';
import { BareBroker } from './bare-broker';
import { BareLedgerLoop } from './bare-ledger-loop';
import { prepareLedger } from './bench-ledger';
import type { Benchmark, Surroundings } from './benchmark';
import type { Effort } from './effort';
import type { Figure, Target } from './figure';
import { withProcesses } from './helper-process';
import { FRAME_LOAD, FRAME_READINGS, SINGLE_LOADS } from './loads';
import { OneCommitPath } from './one-commit-path';
import { OurPath } from './our-path';
import { type Load, Publisher, showLoad } from './publisher';
import { withScratchFolder } from './scratch-folder';

const UNIT = 'readings/s';
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
    const ledgerFile = path.join(folder, 'ledger.sqlite');
    prepareLedger(ledgerFile);
    const loop = keep(await BareLedgerLoop.start(folder));
    const broker = keep(await BareBroker.start(folder));
    const naive = keep(await OneCommitPath.start(folder));
    const ours = keep(await OurPath.start(ledgerFile));
    const toBroker = keep(new Publisher('the bare broker', broker.port));
    const toNaive = keep(new Publisher('the flow of one commit a message', naive.mqttPort));
    const toOurs = keep(new Publisher('our broker', ours.mqttPort));
    const figures: Figure[] = [];
    for (const load of SINGLE_LOADS) {
      say(showLoad(load));
      figures.push(...(await singleFigures(load, [toBroker, toNaive, toOurs], effort)));
    }
    const frames = `frames of ${FRAME_READINGS}`;
    say(frames);
    await toOurs.open(FRAME_LOAD);
    const pair = await alternate(loop.measure(FRAME_READINGS), toOurs.measure, effort);
    figures.push({ figure: `${frames}, beside bare SQLite`, unit: UNIT, ...pair, target: FRAMES_TARGET });
    await broker.check(toBroker.acknowledgedReadings);
    await naive.stopAndCheck(toNaive.acknowledgedReadings);
    await ours.stopAndCheck(toOurs.acknowledgedReadings);
    return figures;
  });
}

/** What is possible, what one would otherwise build, and ours, in the same rounds. */
async function singleFigures(
  load: Load,
  publishers: readonly [Publisher, Publisher, Publisher],
  effort: Effort,
): Promise<Figure[]> {
  for (const publisher of publishers) await publisher.open(load);
  const medians = await inTurn(
    publishers.map(({ measure: each }) => each),
    effort,
  );
  const [limit, naive, ours] = medians as [number, number, number];
  return [
    {
      figure: `${showLoad(load)}, beside the bare durable broker`,
      value: ours,
      unit: UNIT,
      limit,
      target: SINGLES_TARGET,
    },
    { figure: '  a flow with one commit a message, beside the same', value: naive, unit: UNIT, limit },
  ];
}
