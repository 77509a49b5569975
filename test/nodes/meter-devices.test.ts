import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { connectAsync } from 'mqtt';
import { DEFAULTS } from '../../nodes/meter-broker/meter-broker.config';
import { RunningFlow, withDeadline } from './running-flow';

describe('meter-devices', () => {
  let flow: RunningFlow;
  const dataFolder = process.env['WATTKEEPER_DATA'];
  beforeEach(async () => {
    flow = await RunningFlow.open();
    process.env['WATTKEEPER_DATA'] = flow.folder;
    await flow.start([
      { id: 'broker', type: 'meter-broker', ...DEFAULTS, port: '0' },
      { id: 'devices', type: 'meter-devices', broker: 'broker', wires: [['done']] },
      { id: 'done', type: 'helper' },
      { id: 'catch', type: 'catch', scope: null, wires: [['caught']] },
      { id: 'caught', type: 'helper' },
    ]);
    const link = flow.link('broker');
    await withDeadline('the broker', (resolve: (value: void) => void) => {
      if (link.state.kind === 'up') resolve();
      else link.onState(({ kind }) => kind === 'up' && resolve());
    });
  });
  afterEach(async () => {
    await flow.close();
    if (dataFolder === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = dataFolder;
  });

  const ask = async (payload: object): Promise<Record<string, unknown>> =>
    (await flow.ask('devices', { payload, by: 'asha' }, 'done')).payload as Record<string, unknown>;

  it('makes, changes and takes back a password, and says who wanted it', async () => {
    const made = await ask({ device: { add: 'M1' } });
    const changed = await ask({ device: { rotate: 'M1', overlapHours: 0 } });
    assert.deepEqual([made['device'], made['did'], changed['did']], ['M1', 'add', 'rotate']);
    const login = { clientId: 'x', username: 'M1', reconnectPeriod: 0 };
    const { url } = flow.link('broker');
    await assert.rejects(connectAsync(url, { ...login, password: String(made['password']) }));
    const client = await connectAsync(url, { ...login, password: String(changed['password']) });
    client.on('error', () => undefined);
    const { devices, connected } = (await ask({ ask: 'devices' })) as {
      devices: object[];
      connected: number;
    };
    assert.equal(connected, 1);
    assert.ok(!JSON.stringify(devices).includes(String(changed['password'])));
    const gone = withDeadline('the end', (resolve: (value: void) => void) => client.once('close', resolve));
    assert.deepEqual(await ask({ device: { revoke: 'M1' } }), { device: 'M1', did: 'revoke' });
    await gone;
    const log = readFileSync(path.join(flow.folder, 'devices.json.log'), 'utf8').trim().split('\n');
    assert.deepEqual(
      log.map((line) => (JSON.parse(line) as { by: string; did: string }).did),
      ['add', 'rotate', 'revoke'],
    );
    assert.ok(log.every((line) => line.includes('"by":"asha"')));
  });

  it('refuses what makes no sense, in a sentence', async () => {
    for (const payload of [
      null,
      'M1',
      {},
      { device: 'M1' },
      { device: { add: '#' } },
      { device: { revoke: 'M1' } },
    ]) {
      const caught = await flow.ask('devices', { payload }, 'caught');
      assert.match((caught as unknown as { error: { message: string } }).error.message, /device/);
    }
  });

  it('needs a broker, and says so when asked', async () => {
    await flow.stop();
    await flow.start([
      { id: 'devices', type: 'meter-devices', broker: '', wires: [[]] },
      { id: 'catch', type: 'catch', scope: null, wires: [['caught']] },
      { id: 'caught', type: 'helper' },
    ]);
    const caught = await flow.ask('devices', { payload: { ask: 'devices' } }, 'caught');
    assert.match((caught as unknown as { error: { message: string } }).error.message, /choose a broker/);
  });
});
