import { Aedes } from 'aedes';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MqttClient } from 'mqtt';
import type { FarConnection, FarSide } from '../../../../gateway/modem-simulator/far-side';
import { realFarSide } from '../../../../gateway/modem-simulator/real-far-side';
import { SimulatorServer } from '../../../../gateway/modem-simulator/simulator-server';
import { itemText } from '../../../../nodes/lib/bypass/body';
import { GatewaySide, type GatewayEvent } from '../../../../nodes/lib/bypass/gateway-side';
import { HeadEndSide } from '../../../../nodes/lib/bypass/head-end-side';
import { WAY_LIMITS, type Way } from '../../../../nodes/lib/bypass/way-health';
import type { BypassIdentity } from '../../../../nodes/lib/io/bypass/identity';
import { ModemTunnel } from '../../../../nodes/lib/io/serial/modem-tunnel';
import { realSchedule } from '../../../../nodes/lib/io/serial/real-schedule';
import { TcpPort } from '../../../../nodes/lib/io/serial/tcp-port';
import { Modem } from '../../../../nodes/lib/modem/modem';
import { RememberedPins } from '../../modem/modem-bench';
import { connect, DOWN_TOPIC, GATEWAY_ID, identityOf, UP_TOPIC } from './bypass-process';

const LOCAL = '127.0.0.1';
/** All clocks run so much faster, so that the patience of the ways is not a test's. */
const QUICK = 20;
const POLL_MS = 20;
const DEADLINE_MS = 100_000;
const quickSchedule = {
  nowMs: () => realSchedule.nowMs() * QUICK,
  after: (delayMs: number, run: () => void) => realSchedule.after(delayMs / QUICK, run),
};
const quickClock = { monotonicMs: () => performance.now() * QUICK, wallMs: () => Date.now() };

async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The internet behind the modem, which can be taken away. */
class Internet implements FarSide {
  isThere = true;

  connect(...[host, port, listener]: Parameters<FarSide['connect']>): FarConnection {
    if (this.isThere) return realFarSide.connect(host, port, listener);
    listener.onFail();
    return { write: () => undefined, close: () => undefined };
  }
}

describe('a gateway with a network and a modem, through a real broker', function () {
  this.timeout(DEADLINE_MS + 20_000);
  const undo: (() => unknown)[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'wattkeeper-modem-way-'));
  const internet = new Internet();
  let simulator: SimulatorServer;
  let broker: Aedes;
  let server: Server;
  let gateway: GatewaySide;
  let head: HeadEndSide;
  let clients: Partial<Record<Way, MqttClient>> = {};
  /** Whether the network cable is in. */
  let hasCable = true;
  const events: GatewayEvent[] = [];
  const stored: string[] = [];
  const kept: string[] = [];

  async function openBroker(): Promise<number> {
    broker = await Aedes.createBroker();
    server = createServer((socket) => broker.handle(socket));
    await new Promise<void>((resolve) => server.listen(0, LOCAL, resolve));
    undo.push(() => new Promise<void>((resolve) => broker.close(() => server.close(() => resolve()))));
    return (server.address() as AddressInfo).port;
  }

  /** The modem, in front of a simulated one, and the port of this machine that leads through it. */
  async function openTunnel(brokerPort: number): Promise<number> {
    simulator = new SimulatorServer(
      { name: 'test', summary: '', setup: { searchMs: 10 } },
      quickSchedule,
      internet,
    );
    const port = await simulator.listen(0, LOCAL);
    const modem = new Modem(
      { schedule: quickSchedule, baudRates: [0], openPort: () => TcpPort.open(LOCAL, port) },
      { pin: '', storage: 'SM', gprs: { apn: 'internet', user: '', password: '' } },
      new RememberedPins(),
      { onPdu: () => undefined, onState: () => undefined, onLateReference: () => undefined },
    );
    modem.start();
    const tunnel = new ModemTunnel({
      openTcp: () => modem.openTcp(LOCAL, brokerPort),
      onFault: () => undefined,
    });
    undo.push(async () => {
      await tunnel.close();
      await modem.stop();
      await simulator.close();
    });
    return tunnel.listen(0);
  }

  function openGateway(identity: BypassIdentity): GatewaySide {
    return new GatewaySide({
      gatewayId: GATEWAY_ID,
      store: identity.store,
      sealing: identity.sealing,
      clock: quickClock,
      random: Math.random,
      ways: ['direct', 'modem'],
      mode: 'automatic',
      limits: WAY_LIMITS,
      room: { mostBytes: 100_000_000, mostAgeMs: 1e12 },
      heartbeatMs: 10_000,
      proof: null,
      isIntroduced: () => true,
      send: (way, frame) => {
        const client = clients[way];
        if (client?.connected && (way !== 'direct' || hasCable))
          client.publish(UP_TOPIC, Buffer.from(frame), { qos: 0 });
      },
      hear: (event) => events.push(event),
    });
  }

  function openHead(identity: BypassIdentity, client: () => MqttClient): HeadEndSide {
    const side: HeadEndSide = new HeadEndSide({
      store: identity.store,
      sealing: identity.sealing,
      clock: quickClock,
      acknowledge: 'commit',
      send: (_via, _gatewayId, frame) => client().publish(DOWN_TOPIC, Buffer.from(frame), { qos: 0 }),
      deliver: (_gatewayId, _via, messages) => {
        for (const { payload, origin } of messages) {
          for (const { meterId } of payload as { meterId: string }[]) stored.push(meterId);
          side.confirm(origin);
        }
      },
      arrived: () => undefined,
      hear: () => undefined,
    });
    return side;
  }

  before(async () => {
    const headIdentity = identityOf('head-end', folder);
    const code = headIdentity.keys.inUse.publicKey.toString('hex');
    const identity = identityOf('gateway', folder, code);
    headIdentity.peers.replace(GATEWAY_ID, identity.keys.inUse.publicKey);
    const brokerPort = await openBroker();
    const localPort = await openTunnel(brokerPort);
    gateway = openGateway(identity);
    const url = `mqtt://${LOCAL}:${brokerPort}`;
    const headClient = connect(url, UP_TOPIC, (frame) => head.receive(frame, GATEWAY_ID));
    head = openHead(headIdentity, () => headClient);
    const hear = (way: Way) => (frame: Buffer) => {
      if (way === 'modem' || hasCable) gateway.receive(frame);
    };
    clients = {
      direct: connect(url, DOWN_TOPIC, hear('direct')),
      modem: connect(`mqtt://${LOCAL}:${localPort}`, DOWN_TOPIC, hear('modem')),
    };
    const timer = setInterval(() => {
      gateway.tick();
      head.tick();
    }, POLL_MS / 2);
    undo.push(
      () => Promise.all([headClient, ...Object.values(clients)].map((client) => client.endAsync(true))),
      () => {
        clearInterval(timer);
        identity.close();
        headIdentity.close();
        rmSync(folder, { recursive: true, force: true });
      },
    );
    await until('the modem', () => clients.modem?.connected === true);
  });
  after(async () => {
    for (const step of undo.reverse()) await step();
  });

  /** Reads a meter and waits until the ledger has it; gives the way that the head-end saw it come by. */
  async function read(): Promise<string> {
    const meterId = `M${kept.length}`;
    kept.push(meterId);
    gateway.put([{ lane: 1, meterId, text: itemText({ meterId, atMs: 1, energyWh: 1 }, '') }]);
    await until(`reading ${meterId}`, () => stored.includes(meterId) && gateway.waiting === 0);
    const [seen] = head.ways.list(0);
    return seen?.meters.find((meter) => meter.meterId === meterId)?.way ?? 'none';
  }

  /** Meters are read until their readings come by this way. */
  async function untilBy(way: Way): Promise<void> {
    const endMs = performance.now() + DEADLINE_MS;
    while ((await read()) !== way)
      if (performance.now() > endMs) throw new Error(`nothing came by the way "${way}"`);
  }

  const wasBroken = (way: Way): boolean =>
    events.some((event) => event.kind === 'way' && event.way === way && !event.isUp);

  it('goes over to the modem when the cable is pulled, back when it is in, and when the modem loses its bearer', async () => {
    await untilBy('direct');
    hasCable = false;
    await untilBy('modem');
    assert.ok(wasBroken('direct'));
    assert.equal(gateway.display().state, 'direct', 'a modem is a way of its own: nothing is barred');

    internet.isThere = false;
    simulator.modem.befall({ kind: 'bearerLost' });
    const meterId = 'M-held';
    kept.push(meterId);
    gateway.put([{ lane: 0, meterId, text: itemText({ meterId, atMs: 1, energyWh: 1, flags: ['x'] }, '') }]);
    await until('the loss of the modem', () => gateway.ways.current === null);
    assert.ok(wasBroken('modem'));
    assert.equal(gateway.display().state, 'held');
    assert.equal(gateway.waiting, 1, 'what no way carries is kept');

    hasCable = true;
    await untilBy('direct');
    assert.equal(gateway.ways.stateOf('modem'), 'broken');

    internet.isThere = true;
    hasCable = false;
    await untilBy('modem');
    const readings = kept.filter((name) => name !== meterId);
    assert.deepEqual([...stored].sort(), [...readings].sort(), 'each reading once');
  });
});
