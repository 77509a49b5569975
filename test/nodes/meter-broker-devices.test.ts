// What the broker's dialog does with devices, through the server that the editor talks to.
import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import helper from 'node-red-node-test-helper';
import type { EmbeddedBroker } from '../../nodes/lib/io/mqtt/embedded-broker';
import { migrateConfig } from '../../nodes/lib/red/config-migration';
import { DEFAULTS, MIGRATIONS, type MeterBrokerConfig } from '../../nodes/meter-broker/meter-broker.config';
import { RunningFlow, withDeadline } from './running-flow';

const BROKER = { id: 'broker', type: 'meter-broker', ...DEFAULTS, port: '0' };

interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Record<string, string>;
}

describe('the devices of a meter-broker', () => {
  let flow: RunningFlow;
  let clients: MqttClient[];
  const dataFolder = process.env['WATTKEEPER_DATA'];
  beforeEach(async () => {
    flow = await RunningFlow.open();
    process.env['WATTKEEPER_DATA'] = flow.folder;
    clients = [];
  });
  afterEach(async () => {
    for (const client of clients) await client.endAsync(true);
    await flow.close();
    if (dataFolder === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = dataFolder;
  });

  const start = async (settings: object = {}, credentials: object = {}): Promise<EmbeddedBroker> => {
    await flow.start([{ ...BROKER, ...settings }], { broker: credentials });
    const link = flow.link('broker') as EmbeddedBroker;
    await withDeadline('the broker', (resolve: (value: void) => void) => {
      if (link.state.kind === 'up') resolve();
      else link.onState(({ kind }) => kind === 'up' && resolve());
    });
    return link;
  };
  const ask = async (what: string, body?: object | string): Promise<Answer> => {
    const path = `/meter-broker/broker/${what}`;
    if (body === undefined) return helper.request().get(path);
    const request = helper.request().post(path);
    return typeof body === 'string' ? request.type('form').send(body) : request.send(body);
  };
  const connect = async (username: string, password: string): Promise<MqttClient> => {
    const { url } = flow.link('broker');
    const client = await connectAsync(url, { clientId: username, username, password, reconnectPeriod: 0 });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  };

  it('get a password that is shown once, a new one beside it, and none any more', async () => {
    await start();
    await assert.rejects(connect('M1', ''), 'a new broker lets nobody in');
    const made = await ask('devices', { add: 'M1' });
    assert.equal(made.headers['cache-control'], 'no-store');
    const first = String(made.body['password']);
    const client = await connect('M1', first);
    const listed = await ask('devices');
    assert.ok(!JSON.stringify(listed.body).includes(first));
    const { devices, connected } = listed.body as { devices: Record<string, unknown>[]; connected: number };
    assert.deepEqual(
      [devices[0]!['name'], devices[0]!['state'], devices[0]!['isOnline']],
      ['M1', 'active', true],
    );
    assert.equal(connected, 1);
    const second = String((await ask('devices', { rotate: 'M1' })).body['password']);
    await (await connect('M1', second)).endAsync();
    await (await connect('M1', first)).endAsync();
    const again = await connect('M1', second);
    const gone = withDeadline('the end', (resolve: (value: void) => void) => again.once('close', resolve));
    assert.deepEqual((await ask('devices', { revoke: 'M1' })).body, { name: 'M1', password: null });
    await gone;
    assert.ok(!client.connected);
    await assert.rejects(connect('M1', second));
    const after = await ask('devices');
    assert.equal((after.body['refusals'] as Record<string, number>)['login'], 2);
  });

  it('outlive a restart of the flow', async () => {
    await start();
    const { body } = await ask('devices', { add: 'plug', dialect: 'tasmota' });
    await flow.stop();
    await start();
    const plug = await connect('plug', String(body['password']));
    await plug.publishAsync('tele/plug/SENSOR', '{}', { qos: 1 });
  });

  it('are refused with a sentence when the request makes no sense', async () => {
    await start();
    const wrong = [{}, { add: 'a/b' }, { add: 'M1', dialect: 'klingon' }, { revoke: 'M1' }, { rotate: 'M1' }];
    for (const request of wrong) {
      const { status, body } = await ask('devices', request);
      assert.equal(status, 400);
      assert.match(String(body['error']), /\w+ \w+/);
    }
    assert.equal((await ask('devices', { add: 'M1' })).status, 200);
    assert.match(String((await ask('devices', { add: 'M1' })).body['error']), /has a password already/);
  });

  it('are not changed by the form of a foreign page', async () => {
    await start();
    assert.equal((await ask('devices', 'add=M1')).status, 415);
    assert.deepEqual((await ask('devices')).body['devices'], []);
  });

  it('cannot be asked for before the broker is deployed', async () => {
    await start();
    assert.equal((await helper.request().get('/meter-broker/other/devices')).status, 404);
  });

  it('come to Mosquitto as two files, once the node has a login of its own there', async () => {
    const external = { kind: 'external', url: 'mqtt://127.0.0.1:9' };
    await flow.start([{ ...BROKER, ...external }]);
    await ask('devices', { add: 'M1' });
    assert.match(String((await ask('mosquitto', {})).body['error']), /user name and a password of its own/);
    await flow.stop();
    await flow.start([{ ...BROKER, ...external }], { broker: { username: 'head-end', password: 'x' } });
    const { acl, passwords } = (await ask('mosquitto', {})).body;
    assert.match(String(acl), /^user head-end$/m);
    assert.match(String(passwords), /^head-end:\$7\$\d+\$\S+\nM1:\$7\$\d+\$\S+\n$/);
  });

  it('do not exist for a broker of version 0, which goes on as it was', () => {
    const old = {
      id: 'broker',
      type: 'meter-broker',
      kind: 'embedded',
      host: '127.0.0.1',
      port: '0',
      isOpen: false,
    };
    const touched = { ...DEFAULTS, ...old, configVersion: 0 };
    const migrated = migrateConfig<MeterBrokerConfig>(old, MIGRATIONS, DEFAULTS);
    assert.deepEqual(migrateConfig(touched, MIGRATIONS, DEFAULTS), migrated, 'as the editor gives it back');
    assert.deepEqual(migrated, {
      ...DEFAULTS,
      ...old,
      access: 'shared',
      maxConnections: '20000',
      maxPerAddress: '20000',
      connectsPerSecond: '10000',
      messagesPerMinute: '0',
      maxPayloadKb: '1024',
    });
  });

  it('keep the setting of a limit, or the node says which one is wrong', async () => {
    const link = await start({ access: 'shared', maxPayloadKb: '1' });
    link.listen('wk/+/reading', (_topic, _payload, answer) => answer?.(null));
    const client = await connect('M1', '');
    await client.publishAsync('wk/M1/reading', Buffer.alloc(1_024), { qos: 1 });
    const gone = withDeadline('the end', (resolve: (value: void) => void) => client.once('close', resolve));
    client.publish('wk/M1/reading', Buffer.alloc(1_025), { qos: 1 });
    await gone;
    await flow.stop();
    await flow.start([{ ...BROKER, maxConnections: 'many' }]);
    assert.match(
      (flow.node('broker') as unknown as { fault: string }).fault,
      /connections must be .* got "many"/,
    );
  });

  it('need no shared password when each has its own, wherever the broker listens', async () => {
    await start({ host: '0.0.0.0' });
    const { body } = await ask('devices', { add: 'M1' });
    await connect('M1', String(body['password']));
    await assert.rejects(connect('M2', String(body['password'])));
  });
});
