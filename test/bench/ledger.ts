import path from 'node:path';
import { alternate, type Measure } from './alternate';
import { BareLedgerLoop } from './bare-ledger-loop';
import type { Benchmark, Surroundings } from './benchmark';
import type { Figure, Target } from './figure';
import { type HelperProcess, startHelper, withProcesses } from './helper-process';
import { withScratchFolder } from './scratch-folder';
import { median } from './statistics';

const GROUPS = [100, 500];
const TARGET: Target = { of: 'ratio', rule: 'at least', bound: 0.5 };
/** Half-hours of a month. */
const READINGS_OF_A_MONTH = 1_440;
const METERS_PER_SECOND_OF_EFFORT = 20;

export const ledger: Benchmark = {
  name: 'ledger',
  about: 'readings → priced, durable charges, without MQTT and Node-RED',
  run: (surroundings) =>
    withScratchFolder(async (folder) => [
      ...(await measureGroups(surroundings, folder)),
      ...(await measureMonth(surroundings, folder)),
    ]),
};

async function openOurs(file: string): Promise<HelperProcess> {
  const process = startHelper('our ledger', require.resolve('./ledger-process.ts'));
  await process.ask('open', file);
  return process;
}

function measureGroups({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    say('starting');
    const bare = keep(await BareLedgerLoop.start(folder));
    const ours = keep(await openOurs(path.join(folder, 'ours.sqlite')));
    const figures: Figure[] = [];
    for (const group of GROUPS) {
      say(`groups of ${group}`);
      const commit: Measure = (ms) => ours.askNumber('commitGroups', { ms, group }, ms);
      const pair = await alternate(bare.measure(group), commit, effort);
      const figure = `groups of ${group}, beside bare SQLite`;
      figures.push({ figure, unit: 'readings/s', ...pair, target: TARGET });
    }
    figures.push({
      figure: 'on disk, beside plain tables',
      unit: 'bytes/reading',
      value: await ours.askNumber('bytesPerReading'),
      limit: await bare.bytesPerReading(),
    });
    await ours.ask('check');
    return figures;
  });
}

/** A part of the meters of a utility, each with a month of half-hours, is billed and then priced again. */
function measureMonth({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    say('a month of half-hours');
    const ours = keep(await openOurs(path.join(folder, 'month.sqlite')));
    const seconds = (effort.rounds * effort.roundMs) / 1_000;
    const meters = Math.max(5, Math.round(seconds * METERS_PER_SECOND_OF_EFFORT));
    const wish = { meters, readings: READINGS_OF_A_MONTH };
    await ours.ask('fill', wish, 120_000);
    const perSecond: number[] = [];
    for (let round = 0; round < effort.rounds; round += 1) {
      say(`pricing it again, ${round + 1} of ${effort.rounds}`);
      perSecond.push(await ours.askNumber('rerate', { version: round + 2 }, 120_000));
    }
    const gigabytes = ((await ours.askNumber('bytesPerReading')) * meters * READINGS_OF_A_MONTH) / 1e9;
    const rerated = median(perSecond);
    return [
      { figure: 'a month priced again', unit: 'readings/s', value: rerated, limit: null },
      {
        figure: 'a month priced again, by the size of the ledger',
        unit: 's/GB',
        value: (meters * READINGS_OF_A_MONTH) / rerated / gigabytes,
        limit: null,
      },
    ];
  });
}
