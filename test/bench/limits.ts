import path from 'node:path';
import { type Measure, repeat } from './alternate';
import { BareBroker } from './bare-broker';
import { BareLedgerLoop } from './bare-ledger-loop';
import type { Benchmark, Surroundings } from './benchmark';
import type { Figure } from './figure';
import { startHelper, withProcesses } from './helper-process';
import { NodeRed } from './node-red';
import { type Load, Publisher, showLoad } from './publisher';
import { START_FLAGS, TYPESCRIPT_LOADER } from './repository';
import { withScratchFolder } from './scratch-folder';
import { wireChainFlow } from './wire-chain-flow';

/** Limits are figures that nothing here can be measured against. */
const limitFigure = (figure: string, value: number, unit: string): Figure => ({
  figure,
  value,
  unit,
  limit: null,
});

export const limits: Benchmark = {
  name: 'limits',
  about: 'what the machine, MQTT, Node-RED and SQLite can do by themselves',
  run: (surroundings) =>
    withScratchFolder(async (folder) => [
      ...(await measureSubscriber(surroundings)),
      ...(await measureNodeRed(surroundings, folder)),
      ...(await measureLedger(surroundings, folder)),
      ...(await measureBroker(surroundings, folder)),
    ]),
};

const SUBSCRIBER_LOAD: Load = { connections: 4, inFlight: 500, readingsPerMessage: 1 };

function measureSubscriber({ effort, say }: Surroundings): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    say('a bare mqtt.js subscriber');
    const subscriber = keep(startHelper('the subscriber', require.resolve('./mqtt-subscriber-process.ts')));
    const publisher = keep(new Publisher('the subscriber', await subscriber.askNumber('listen')));
    await publisher.open(SUBSCRIBER_LOAD);
    const heard: Measure = async (ms) => {
      const [perSecond] = await Promise.all([
        subscriber.askNumber('count', { ms }, ms),
        publisher.measure(ms),
      ]);
      return perSecond;
    };
    return [limitFigure('mqtt.js subscriber with JSON.parse', await repeat(heard, effort), 'messages/s')];
  });
}

const CHAIN_WIRES = 20;
const IN_FLIGHT = 100;
const MICROSECONDS_PER_SECOND = 1e6;

function measureNodeRed({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    say('Node-RED by itself');
    const passes = (count: number): string[] => Array.from({ length: count }, () => 'bench-pass');
    const flow = wireChainFlow([
      { name: 'wires', between: passes(CHAIN_WIRES - 1) },
      { name: 'commits', between: [...passes(2), 'bench-commit'] },
    ]);
    const nodeRed = keep(
      await NodeRed.start({
        folder: path.join(folder, 'node-red'),
        flow,
        nodesDirs: [path.dirname(require.resolve('./nodes/wire-chain.cjs'))],
        hasEditor: false,
        execArgv: [...START_FLAGS, '--import', TYPESCRIPT_LOADER],
      }),
    );
    const through = (start: string, inFlight: number): Promise<number> =>
      repeat((ms) => nodeRed.process.askNumber('run', { start, ms, inFlight }, ms), effort);
    const hopMicros = async (inFlight: number): Promise<number> =>
      MICROSECONDS_PER_SECOND / (CHAIN_WIRES * (await through('wires', inFlight)));
    const figures = [
      limitFigure('one Node-RED wire, one message at a time', await hopMicros(1), 'µs/hop'),
      limitFigure(`one Node-RED wire, ${IN_FLIGHT} messages at a time`, await hopMicros(IN_FLIGHT), 'µs/hop'),
      limitFigure(
        'a flow that commits each message by itself',
        await through('commits', IN_FLIGHT),
        'messages/s',
      ),
    ];
    nodeRed.check();
    return figures;
  });
}

const GROUPS = [10, 100, 500];

function measureLedger({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    const loop = keep(await BareLedgerLoop.start(folder));
    const figures: Figure[] = [];
    for (const group of GROUPS) {
      say(`SQLite, groups of ${group}`);
      const perSecond = await repeat(loop.measure(group), effort);
      figures.push(limitFigure(`SQLite, three rows, groups of ${group}`, perSecond, 'readings/s'));
    }
    return figures;
  });
}

const BROKER_LOADS: readonly Load[] = [
  { connections: 1_000, inFlight: 1, readingsPerMessage: 1 },
  { connections: 400, inFlight: 5, readingsPerMessage: 1 },
  { connections: 4, inFlight: 500, readingsPerMessage: 1 },
];

function measureBroker({ effort, say }: Surroundings, folder: string): Promise<Figure[]> {
  return withProcesses(async (keep) => {
    const broker = keep(await BareBroker.start(folder));
    const publisher = keep(new Publisher('the bare broker', broker.port));
    const figures: Figure[] = [];
    for (const load of BROKER_LOADS) {
      const name = `bare durable broker, ${showLoad(load)}`;
      say(name);
      await publisher.open(load);
      figures.push(limitFigure(name, await repeat(publisher.measure, effort), 'readings/s'));
    }
    await broker.check(publisher.acknowledgedReadings);
    return figures;
  });
}
