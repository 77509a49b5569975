import path from 'node:path';
import { alternate, type Measure } from './alternate';
import { BareBroker } from './bare-broker';
import { BareLedgerLoop } from './bare-ledger-loop';
import { checkLedger, prepareLedger } from './bench-ledger';
import type { Benchmark, Surroundings } from './benchmark';
import type { Figure, Target } from './figure';
import { withProcesses } from './helper-process';
import { NodeRed, OUR_PALETTE } from './node-red';
import { pathFlow } from './path-flow';
import { type Load, Publisher, showLoad } from './publisher';
import { freePort, withScratchFolder } from './scratch-folder';

const SINGLE_LOADS: readonly Load[] = [
  { connections: 1_000, inFlight: 1, readingsPerMessage: 1 },
  { connections: 4, inFlight: 500, readingsPerMessage: 1 },
];
const FRAME_READINGS = 500;
const FRAME_LOAD: Load = { connections: 2, inFlight: 2, readingsPerMessage: FRAME_READINGS };

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
    const ours = keep(await OurPath.start(folder));
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

/** Node-RED with the palette as users get it and the flow of a reading. */
class OurPath {
  private constructor(
    private readonly nodeRed: NodeRed,
    private readonly ledgerFile: string,
    readonly mqttPort: number,
  ) {}

  static async start(folder: string): Promise<OurPath> {
    const ledgerFile = path.join(folder, 'ledger.sqlite');
    prepareLedger(ledgerFile);
    const mqttPort = await freePort();
    const nodeRed = await NodeRed.start({
      folder: path.join(folder, 'node-red'),
      flow: pathFlow(ledgerFile, mqttPort),
      nodesDirs: OUR_PALETTE,
      hasEditor: false,
    });
    return new OurPath(nodeRed, ledgerFile, mqttPort);
  }

  stop(): Promise<void> {
    return this.nodeRed.stop();
  }

  /** A fast path that loses money or readings is no path. */
  async stopAndCheck(acknowledgedReadings: number): Promise<void> {
    await this.stop();
    this.nodeRed.check();
    checkLedger(this.ledgerFile, acknowledgedReadings);
  }
}
