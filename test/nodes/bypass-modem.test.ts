import { Aedes } from 'aedes';
import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'mqtt';
import { realFarSide } from '../../gateway/modem-simulator/real-far-side';
import { SimulatorServer } from '../../gateway/modem-simulator/simulator-server';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { realSchedule } from '../../nodes/lib/io/serial/real-schedule';
import { freePort } from '../bench/scratch-folder';
import { BypassBench, ends, reading, TEST_MS, until, watch } from './bypass-bench';
import type { RunningFlow } from './running-flow';

const LOCAL = '127.0.0.1';
/** What the simulated network takes its time with, sooner. */
const QUICK = 20;
const quickSchedule = {
  nowMs: () => realSchedule.nowMs() * QUICK,
  after: (delayMs: number, run: () => void) => realSchedule.after(delayMs / QUICK, run),
};

describe('bypass-router whose way up is a modem port', function () {
  this.timeout(TEST_MS);
  const bench = new BypassBench();
  const { head, gateway } = bench;
  const undo: (() => unknown)[] = [];
  let flow: RunningFlow;

  beforeEach(async () => (flow = await bench.open()));
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step();
    await bench.close();
  });

  /** A broker, and a simulated modem whose network is that of this machine. */
  async function town(): Promise<{ broker: Aedes; brokerPort: number; modemPort: number }> {
    const broker = await Aedes.createBroker();
    const server = createServer((socket) => broker.handle(socket));
    await new Promise<void>((resolve) => server.listen(0, LOCAL, resolve));
    const simulator = new SimulatorServer({ name: 'test', summary: '' }, quickSchedule, realFarSide);
    const modemPort = await simulator.listen(0, LOCAL);
    undo.push(
      () => new Promise<void>((resolve) => broker.close(() => server.close(() => resolve()))),
      () => simulator.close(),
    );
    return { broker, brokerPort: (server.address() as AddressInfo).port, modemPort };
  }

  it('sends its frames through the port of the modem, and the head-end sees that they came so', async () => {
    const { broker, brokerPort, modemPort } = await town();
    const localPort = await freePort();
    const credentials = await bench.codesFor(['gw-1']);
    await flow.start(
      [
        {
          id: 'modem',
          type: 'modem-port',
          via: 'tcp',
          host: LOCAL,
          port: String(modemPort),
          mode: 'data',
          apn: 'internet',
          target: `${LOCAL}:${brokerPort}`,
          localPort: String(localPort),
        },
        ...head({ acknowledge: 'arrival' }),
        ...gateway('gw-1', { hasDirect: false, hasModem: true, hasNeighbours: false }),
        ...ends,
        watch,
      ],
      credentials,
    );
    // The flow's mqtt nodes: one pair at the gateway, on the modem's port, the other at the head-end, beside the broker.
    const client = connect(`mqtt://${LOCAL}:${localPort}`, { reconnectPeriod: 200 });
    undo.push(() => client.endAsync(true));
    client.on('error', () => undefined);
    client.on('connect', () => client.subscribe('wk/gw-1/command'));
    client.on('message', (_topic, payload) => flow.send('gw-1', { payload }));
    flow.node('up').on('input', (message) => {
      const { topic, payload, way } = message as PrepaidMessage;
      assert.equal(way, 'modem');
      if (client.connected) client.publish(topic!, payload as Buffer);
    });
    broker.on('publish', ({ topic, payload }) => {
      if (topic === 'wk/gw-1/up') flow.send('head', { topic, payload: Buffer.from(payload) });
    });
    flow.node('down').on('input', (message) => {
      const { topic, payload } = message as PrepaidMessage;
      const packet = {
        topic: topic!,
        payload: payload as Buffer,
        qos: 0 as const,
        retain: false,
        dup: false,
      };
      broker.publish({ cmd: 'publish', ...packet }, () => undefined);
    });

    let opened = 0;
    flow.node('opened').on('input', () => (opened += 1));
    flow.send('gw-1', { payload: reading(1) });
    await until('the reading through the modem', () => opened === 1 && bench.waiting('gw-1') === 0);
    const { payload } = await flow.ask('head', { payload: { ask: 'ways' } }, 'alarms');
    const [seen] = (payload as { gateways: { now: { way: string }; meters: object[] }[] }).gateways;
    assert.deepEqual([seen?.now.way, seen?.meters.length], ['modem', 1]);
  });
});
