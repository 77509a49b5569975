import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { MqttClient } from 'mqtt';
import type { FarConnection, FarSide, FarSideListener } from '../../../../gateway/modem-simulator/far-side';
import { ModemStream } from '../../../../nodes/lib/io/serial/modem-stream';
import { ModemBench, SUBMIT_PDU } from '../../modem/modem-bench';

/** The real network, whatever host the modem asks for. */
class LocalFarSide implements FarSide {
  readonly writes: Buffer[] = [];

  constructor(private readonly port: number) {}

  connect(_host: string, _port: number, listener: FarSideListener): FarConnection {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('connect', () => listener.onOpen());
    socket.on('data', (bytes) => listener.onData(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => listener.onEnd());
    return {
      write: (bytes) => {
        this.writes.push(bytes);
        socket.write(bytes);
      },
      close: () => socket.destroy(),
    };
  }
}

async function brokerAndModem() {
  const broker = await Aedes.createBroker();
  const server = createServer((socket) => broker.handle(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const farSide = new LocalFarSide((server.address() as AddressInfo).port);
  const gprs = { apn: 'internet', user: '', password: '' };
  const bench = new ModemBench('plain', { settings: { gprs }, farSide });
  await bench.ready();
  const client = new MqttClient(() => new ModemStream(() => bench.modem.openTcp('broker.example', 1883)), {
    clientId: 'meter-1',
    clean: false,
    keepalive: 0,
    reconnectPeriod: 1,
    connectTimeout: 600_000,
  });
  client.on('error', () => undefined);
  const close = async (): Promise<void> => {
    const ended = client.endAsync(true);
    await bench.stop();
    await ended;
    await new Promise<void>((resolve) => broker.close(() => server.close(() => resolve())));
  };
  return { broker, bench, client, farSide, close };
}

/** mqtt.js gives a message back that was handed to it while it was still sending older ones; its owner sends it again. */
async function publishUntilTaken(client: MqttClient, payload: string): Promise<void> {
  for (;;) {
    try {
      await client.publishAsync('meter/1', payload, { qos: 1 });
      return;
    } catch {
      await new Promise(setImmediate);
    }
  }
}

describe('MQTT over the modem', function () {
  this.timeout(180_000);

  it('sends one packet in one piece', async () => {
    const { bench, client, farSide, close } = await brokerAndModem();
    await bench.schedule.until(() => client.connected, 'the client connects');
    const before = farSide.writes.length;
    await bench.schedule.outcome(client.publishAsync('meter/1', 'x'.repeat(300), { qos: 1 }));
    assert.equal(farSide.writes.length, before + 1);
    await close();
  });

  it('brings every QoS 1 message through fifty starts of the modem', async () => {
    const { broker, bench, client, close } = await brokerAndModem();
    const arrived = new Set<string>();
    broker.on('publish', (packet) => {
      if (packet.topic === 'meter/1') arrived.add(String(packet.payload));
    });
    const acknowledged: Promise<unknown>[] = [];
    const texts: Promise<{ state: string }>[] = [];
    let count = 0;
    for (let round = 1; round <= 50; round += 1) {
      await bench.schedule.until(() => client.connected, `connection ${round}`, 36_000_000);
      for (let more = 0; more < 4; more += 1) acknowledged.push(publishUntilTaken(client, String(count++)));
      texts.push(bench.modem.submitPdu(SUBMIT_PDU));
      // The moments differ, so that starts fall before, into and after the sends.
      await bench.schedule.pass((round * 37) % 400);
      bench.simulated.reset(true);
      await bench.schedule.until(() => !client.connected, 'the loss is noticed', 36_000_000);
    }
    await bench.schedule.outcome(Promise.all(acknowledged), 36_000_000);
    assert.equal(arrived.size, count);
    const states = (await bench.schedule.outcome(Promise.all(texts))).map(({ state }) => state);
    assert.equal(states.length, 50);
    const sent = bench.simulated.sentPdus.length;
    const certain = states.filter((state) => state === 'submitted').length;
    const uncertain = states.filter((state) => state === 'unknown').length;
    assert.ok(
      sent >= certain && sent <= certain + uncertain,
      `${certain} + ${uncertain} stand for ${sent} sent`,
    );
    await close();
  });
});
