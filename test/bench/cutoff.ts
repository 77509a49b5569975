import path from 'node:path';
import { prepareLedger } from './bench-ledger';
import type { Benchmark, Surroundings } from './benchmark';
import { cutoffFlow } from './cutoff-flow';
import type { CutWish } from './cutoff-process';
import type { Figure } from './figure';
import { type HelperProcess, startHelper, withProcesses } from './helper-process';
import { NodeRed, OUR_PALETTE } from './node-red';
import { freePort, withScratchFolder } from './scratch-folder';
import { percentile } from './statistics';

/** With so many, the slowest hundredth is more than one. */
const CUTS = 300;
const BACKGROUNDS = [0, 1_000];
/** One after the other, each with time to be obeyed. */
const MS_PER_CUT = 100;
const CREDIT_MICROS = 5_000_000;
const MAX_P99_MS = 50;

export const cutoff: Benchmark = {
  name: 'cutoff',
  about: `from the publish of the reading that uses the credit up to the OFF command on the wire, ${CUTS} cuts each`,
  run: (surroundings) => withScratchFolder((folder) => measure(surroundings, folder)),
};

function measure({ say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    say('starting');
    const houses = BACKGROUNDS.map((perSecond) =>
      Array.from({ length: CUTS }, (_, index) => `poor-${perSecond}-${index}`),
    );
    const ledgerFile = path.join(folder, 'ledger.sqlite');
    prepareLedger(ledgerFile, { ids: houses.flat(), creditMicros: CREDIT_MICROS });
    const port = await freePort();
    const nodeRed = keep(
      await NodeRed.start({
        folder: path.join(folder, 'node-red'),
        flow: cutoffFlow(ledgerFile, port),
        nodesDirs: OUR_PALETTE,
        hasEditor: false,
      }),
    );
    const meters = keep(startHelper('the meters', require.resolve('./cutoff-process.ts')));
    await meters.ask('open', { port, houses: houses.flat() });
    const figures: Figure[] = [];
    for (const [index, perSecond] of BACKGROUNDS.entries()) {
      say(`${perSecond} readings a second beside`);
      figures.push(...(await cut(meters, { houses: houses[index] ?? [], perSecond })));
    }
    nodeRed.check();
    return figures;
  });
}

async function cut(meters: HelperProcess, wish: CutWish): Promise<Figure[]> {
  const times = (await meters.ask('cut', wish, wish.houses.length * MS_PER_CUT)) as number[];
  const beside = `${wish.perSecond.toLocaleString('en-US')} readings/s beside`;
  return [
    { figure: `half of the cuts, ${beside}`, value: percentile(times, 50), unit: 'ms', limit: null },
    {
      figure: `99 of 100 cuts, ${beside}`,
      value: percentile(times, 99),
      unit: 'ms',
      limit: null,
      target: { of: 'value', rule: 'below', bound: MAX_P99_MS },
    },
  ];
}
