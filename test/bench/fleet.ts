import path from 'node:path';
import { alternate, inTurn } from './alternate';
import { BareLedgerLoop } from './bare-ledger-loop';
import { prepareFleet, prepareLedger } from './bench-ledger';
import type { Benchmark, Surroundings } from './benchmark';
import type { Effort } from './effort';
import type { Figure, Target } from './figure';
import { withProcesses } from './helper-process';
import { FRAME_LOAD, FRAME_READINGS, SINGLE_LOADS } from './loads';
import { METERS } from './meter-registers';
import { OurPath } from './our-path';
import { type Load, Publisher, showLoad } from './publisher';
import { withScratchFolder } from './scratch-folder';

const FLEET = 1_000_000;
const MS_PER_SECOND = 1_000;
const TARGET: Target = { of: 'ratio', rule: 'at least', bound: 0.8 };
const MAX_RESIDENT_MB = 1_024;
const MAX_READY_SECONDS = 10;

export const fleet: Benchmark = {
  name: 'fleet',
  about: `the path with ${FLEET.toLocaleString('en-US')} meters beside ${METERS}; takes minutes`,
  isLong: true,
  run: (surroundings) => withScratchFolder((folder) => measure(surroundings, folder)),
};

/** A path of ours and who loads it. */
interface Side {
  path: OurPath;
  publisher: Publisher;
}

function measure({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    const begin = async (name: string, put: (file: string) => void): Promise<Side> => {
      const file = path.join(folder, `${name}.sqlite`);
      put(file);
      const ours = keep(await OurPath.start(file));
      return { path: ours, publisher: keep(new Publisher(`${name} meters`, ours.mqttPort)) };
    };
    say('putting up the meters');
    const bareFew = keep(await BareLedgerLoop.start(folder));
    const bareMany = keep(await BareLedgerLoop.start(folder, FLEET));
    const few = await begin('few', prepareLedger);
    const many = await begin('many', (file) => prepareFleet(file, FLEET));
    await openBoth(few, many, FRAME_LOAD);
    say('every meter reports once');
    const { publisher } = many;
    while (publisher.acknowledgedReadings < FLEET) await publisher.measure(MS_PER_SECOND);
    say('frames');
    const figures = await frameFigures([bareFew, bareMany], [few, many], effort);
    for (const load of SINGLE_LOADS) {
      say(showLoad(load));
      await openBoth(few, many, load);
      const pair = await alternate(few.publisher.measure, publisher.measure, effort);
      figures.push({ figure: besideFew(showLoad(load)), unit: 'readings/s', ...pair, target: TARGET });
    }
    // After all that this Node-RED does: what it gathers along the way counts.
    const residentMb = many.path.residentMb();
    figures.push(below('resident when every meter was heard', residentMb, 'MB', MAX_RESIDENT_MB));
    say('once more');
    await many.path.stopAndCheck(publisher.acknowledgedReadings);
    const beganMs = performance.now();
    const again = keep(await OurPath.start(path.join(folder, 'many.sqlite'), many.path.mqttPort));
    await publisher.open({ ...FRAME_LOAD, meters: FLEET });
    const before = publisher.acknowledgedReadings;
    while (publisher.acknowledgedReadings === before) await publisher.measure(1);
    const readySeconds = (performance.now() - beganMs) / MS_PER_SECOND;
    const ready = 'from the start of the process to the first durable frame';
    figures.push(below(ready, readySeconds, 's', MAX_READY_SECONDS));
    await again.stopAndCheck(publisher.acknowledgedReadings);
    await few.path.stopAndCheck(few.publisher.acknowledgedReadings);
    return figures;
  });
}

const besideFew = (what: string): string => `${what}, all meters in turn, beside ${METERS} meters`;

async function openBoth(few: Side, many: Side, load: Load): Promise<void> {
  await few.publisher.open(load);
  await many.publisher.open({ ...load, meters: FLEET });
}

/** SQLite loses something itself when its accounts outgrow its page cache: no path on it can keep more. */
async function frameFigures(
  bare: readonly [BareLedgerLoop, BareLedgerLoop],
  [few, many]: readonly [Side, Side],
  effort: Effort,
): Promise<Figure[]> {
  const loops = bare.map((loop) => loop.measure(FRAME_READINGS));
  const medians = await inTurn([...loops, few.publisher.measure, many.publisher.measure], effort);
  const [bareFew, bareMany, oursFew, oursMany] = medians as [number, number, number, number];
  const unit = 'readings/s';
  return [
    {
      figure: besideFew(`frames of ${FRAME_READINGS}`),
      value: oursMany,
      unit,
      limit: oursFew,
      target: TARGET,
    },
    {
      figure: '  the most that frames can keep: bare SQLite at the same',
      value: bareMany,
      unit,
      limit: bareFew,
    },
  ];
}

/** Something that has no limit beside it, only a bound. */
const below = (figure: string, value: number, unit: string, bound: number): Figure => ({
  figure,
  value,
  unit,
  limit: null,
  target: { of: 'value', rule: 'below', bound },
});
