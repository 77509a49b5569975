import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import type { EmbeddedBroker } from '../../nodes/lib/io/mqtt/embedded-broker';
import type { LinkState } from '../../nodes/lib/meter/meter-link';
import { RunningFlow, withDeadline } from './running-flow';

const BROKER = {
  id: 'broker',
  type: 'meter-broker',
  kind: 'embedded',
  host: '127.0.0.1',
  port: '0',
  isOpen: false,
};

describe('meter-broker', () => {
  let flow: RunningFlow;
  let clients: MqttClient[];
  beforeEach(async () => {
    flow = await RunningFlow.open();
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) await client.endAsync(true);
    await flow.close();
  });

  const up = async (): Promise<EmbeddedBroker> => {
    const link = flow.link('broker') as EmbeddedBroker;
    await stateOf(link, 'up');
    return link;
  };
  const stateOf = (link: EmbeddedBroker, kind: LinkState['kind']): Promise<LinkState> =>
    withDeadline(`the broker to be ${kind}`, (resolve) => {
      if (link.state.kind === kind) resolve(link.state);
      else link.onState((state) => state.kind === kind && resolve(state));
    });
  const connect = async (clientId: string, extra: object = {}): Promise<MqttClient> => {
    const client = await connectAsync((await up()).url, { clientId, reconnectPeriod: 0, ...extra });
    clients.push(client);
    client.on('error', () => undefined);
    return client;
  };
  const closed = (client: MqttClient): Promise<void> =>
    withDeadline('the connection to close', (resolve) => client.once('close', resolve));

  it('acknowledges a QoS 1 publish only when its listener says so', async () => {
    await flow.start([BROKER]);
    const link = await up();
    const events: string[] = [];
    link.listen('wk/+/reading', (topic, payload, answer) => {
      events.push(`${topic} ${payload.toString()}`);
      setImmediate(() => {
        events.push('stored');
        answer?.(null);
      });
    });
    const client = await connect('M1');
    await client.publishAsync('wk/M1/reading', 'hello', { qos: 1 });
    events.push('acknowledged');
    assert.deepEqual(events, ['wk/M1/reading hello', 'stored', 'acknowledged']);
  });

  it('closes the connection when the listener can not store, so that the device sends again', async () => {
    await flow.start([BROKER]);
    (await up()).listen('wk/+/reading', (_topic, _payload, answer) => answer?.(new Error('disk full')));
    const client = await connect('M1');
    const gone = closed(client);
    client.publish('wk/M1/reading', 'x', { qos: 1 });
    await gone;
  });

  it('cuts off a device that writes below another name, and nobody hears it', async () => {
    await flow.start([BROKER]);
    let heard = 0;
    (await up()).listen('wk/+/reading', () => (heard += 1));
    const thief = await connect('M2');
    const gone = closed(thief);
    thief.publish('wk/M1/reading', 'x', { qos: 1 });
    await gone;
    assert.equal(heard, 0);
  });

  it('cuts off a device that sends more than a frame can hold', async () => {
    await flow.start([BROKER]);
    let heard = 0;
    (await up()).listen('wk/+/reading', (_topic, payload, answer) => {
      heard = payload.length;
      answer?.(null);
    });
    const client = await connect('M1');
    await client.publishAsync('wk/M1/reading', Buffer.alloc(1_048_576, 32), { qos: 1 });
    assert.equal(heard, 1_048_576);
    const gone = closed(client);
    client.publish('wk/M1/reading', Buffer.alloc(1_048_577, 32), { qos: 1 });
    await gone;
    assert.equal(heard, 1_048_576);
  });

  it('lets a device hear its own commands only, and never as a retained message', async () => {
    await flow.start([BROKER]);
    const link = await up();
    const device = await connect('M1');
    const granted = await device
      .subscribeAsync(['wk/M1/command', '#', 'wk/M2/command'], { qos: 1 })
      .catch((error: unknown) => error);
    assert.ok(granted instanceof Error, 'a refused subscription is an error to the client');
    const heard = withDeadline('a command', (resolve) =>
      device.once('message', (topic, payload, packet) => resolve([topic, payload.toString(), packet.retain])),
    );
    await link.publish('wk/M2/command', 'not for you');
    await link.publish('wk/M1/command', 'off');
    assert.deepEqual(await heard, ['wk/M1/command', 'off', false]);
  });

  it('counts its devices', async () => {
    await flow.start([BROKER]);
    const link = await up();
    const two = withDeadline('two devices', (resolve: (value: void) => void) =>
      link.onState((state) => state.kind === 'up' && state.devices === 2 && resolve()),
    );
    await connect('M1');
    await connect('M2');
    await two;
  });

  it('asks for its password', async () => {
    await flow.start([BROKER], { broker: { password: 'open sesame' } });
    await assert.rejects(connect('M1'), /Not authorized|Bad username|Connection refused/i);
    await assert.rejects(connect('M1', { username: 'M1', password: 'open sesam' }));
    const client = await connect('anything', { username: 'M1', password: 'open sesame' });
    await client.publishAsync('wk/M1/log', 'x', { qos: 1 });
  });

  it('does not listen beyond this machine without a password', async () => {
    await flow.start([{ ...BROKER, host: '0.0.0.0' }]);
    assert.throws(() => flow.link('broker'), /there is no link/);
    assert.match((flow.node('broker') as unknown as { fault: string }).fault, /needs a password/);
  });

  it('says which port is taken', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await flow.start([{ ...BROKER, port: String(port) }]);
    const state = await stateOf(flow.link('broker') as EmbeddedBroker, 'down');
    assert.deepEqual(state, { kind: 'down', reason: `port ${port} is in use` });
    await new Promise((resolve) => server.close(resolve));
  });

  it('frees its port when the flow stops, with devices connected', async () => {
    await flow.start([BROKER]);
    const { port } = await up();
    await connect('M1');
    await flow.stop();
    const server = createServer();
    await withDeadline('the port to be free', (resolve: (value: void) => void) =>
      server.listen(port, '127.0.0.1', resolve),
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it('acknowledges no reading while nobody takes readings, and anything else of a device all the same', async () => {
    await flow.start([BROKER]);
    const client = await connect('M1');
    await client.publishAsync('wk/M1/log', 'hello', { qos: 1 });
    const gone = closed(client);
    client.publish('wk/M1/reading', '{"energyWh":1}', { qos: 1 });
    await gone;
  });

  it('lets nobody connect under a name that would speak for others', async () => {
    await flow.start([BROKER]);
    for (const username of ['+', '#', 'M1/x', 'M 1', 'x'.repeat(65)]) {
      await assert.rejects(connect('client', { username }), username);
    }
    await connect('client', { username: 'M1' });
  });
});
