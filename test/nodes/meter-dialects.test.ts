import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync, type MqttClient } from 'mqtt';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { DEFAULTS as BROKER_DEFAULTS } from '../../nodes/meter-broker/meter-broker.config';
import { needs, pathOrSkip } from '../needs';
import { RunningFlow, withDeadline } from './running-flow';

const BROKER = {
  id: 'broker',
  type: 'meter-broker',
  kind: 'embedded',
  host: '127.0.0.1',
  port: '0',
  isOpen: true,
};

interface Heard {
  kind?: string;
  meterId: string;
  energyWh?: number;
  [field: string]: unknown;
}

describe('meter-ingest with meters as they are', () => {
  let flow: RunningFlow;
  let client: MqttClient | null;

  const open = async (meterIds: string[], { site = {}, ingest = {}, broker = {} } = {}): Promise<void> => {
    await flow.start([
      flow.site(site),
      { ...BROKER, ...broker },
      { id: 'devices', type: 'meter-devices', broker: 'broker', wires: [['made']] },
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      {
        id: 'ingest',
        type: 'meter-ingest',
        site: 'site',
        broker: 'broker',
        acknowledge: 'arrival',
        wires: [['accepted'], ['refused'], ['news']],
        ...ingest,
      },
      ...['registered', 'made', 'accepted', 'refused', 'news', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    for (const meterId of meterIds) {
      await flow.ask(
        'register',
        { payload: { accountId: `A-${meterId}`, name: meterId, meterId } },
        'registered',
      );
    }
    await withDeadline('the broker', (resolve: (value: void) => void) => {
      const link = flow.link('broker');
      link.onState((state) => state.kind === 'up' && resolve());
      if (link.state.kind === 'up') resolve();
    });
  };
  const connect = async (): Promise<MqttClient> =>
    (client = await connectAsync(flow.link('broker').url, { clientId: 'device', reconnectPeriod: 0 }));

  beforeEach(async () => {
    flow = await RunningFlow.open();
    client = null;
  });
  afterEach(async () => {
    delete process.env['WATTKEEPER_DATA'];
    await client?.endAsync(true);
    await flow.close();
  });

  /** The first message at a node that is what is waited for. */
  const first = (id: string, isIt: (heard: Heard) => boolean): Promise<Heard> =>
    withDeadline(id, (resolve) => {
      flow.node(id).on('input', ((message: PrepaidMessage) => {
        const heard = message.payload as Heard;
        if (isIt(heard)) resolve(heard);
      }) as never);
    });

  const cases: { name: string; meterId: string; topic: string; payload: unknown; expect: object }[] = [
    {
      name: 'Tasmota',
      meterId: 'plug',
      topic: 'tele/plug/SENSOR',
      payload: {
        Time: '2026-01-01T00:00:00',
        ENERGY: { Total: 49.766, Power: 1, Factor: 0.06, Voltage: 230 },
      },
      expect: { energyWh: 49_766, powerW: 1, powerFactor: 0.06, voltageV: 230 },
    },
    {
      name: 'Shelly Gen2',
      meterId: 'shellyplus1pm-a1',
      topic: 'shellyplus1pm-a1/status/switch:0',
      payload: { output: true, apower: 8.9, voltage: 237.5, current: 0.1, aenergy: { total: 6.532 } },
      expect: { energyWh: 6, powerW: 8.9, voltageV: 237.5, currentA: 0.1 },
    },
    {
      name: 'Zigbee2MQTT',
      meterId: 'kitchen',
      topic: 'zigbee2mqtt/kitchen',
      payload: { current: 0, energy: 1.92, power: 0, state: 'ON', voltage: 233 },
      expect: { energyWh: 1_920, powerW: 0, voltageV: 233, currentA: 0 },
    },
    {
      name: 'a frame in columns',
      meterId: 'C1',
      topic: 'wk/gateway/reading',
      payload: { meters: ['C1'], energyWh: [100], powerW: [50] },
      expect: { energyWh: 100, powerW: 50 },
    },
  ];
  for (const { name, meterId, topic, payload, expect } of cases) {
    it(`takes ${name} without any configuration`, async () => {
      await open([meterId]);
      const device = await connect();
      const accepted = flow.next('accepted');
      await device.publishAsync(topic, JSON.stringify(payload), { qos: 1 });
      const taken = (await accepted).payload as Heard | Heard[];
      const reading = Array.isArray(taken) ? taken[0] : taken;
      assert.equal(reading?.meterId, meterId);
      for (const [field, value] of Object.entries(expect)) assert.equal(reading[field], value, field);
    });
  }

  it('never takes a field that was not said for zero', async () => {
    await open(['shellyplus1pm-a1']);
    const device = await connect();
    const say = async (params: object): Promise<Heard> => {
      const accepted = flow.next('accepted');
      const message = { src: 'shellyplus1pm-a1', method: 'NotifyStatus', params };
      await device.publishAsync('shellyplus1pm-a1/events/rpc', JSON.stringify(message), { qos: 1 });
      return (await accepted).payload as Heard;
    };
    await say({ 'switch:0': { aenergy: { total: 1_000 }, apower: 500, voltage: 230 } });
    const live = first('news', ({ kind }) => kind === 'live');
    const message = {
      src: 'shellyplus1pm-a1',
      method: 'NotifyStatus',
      params: { 'switch:0': { apower: 600 } },
    };
    await device.publishAsync('shellyplus1pm-a1/events/rpc', JSON.stringify(message), { qos: 1 });
    const said = await live;
    assert.deepEqual([said['powerW'], said['voltageV'], said.energyWh], [600, 230, undefined]);
  });

  it('takes the frames of a gateway for other meters, and of no other device', async () => {
    process.env['WATTKEEPER_DATA'] = flow.folder;
    await open(['M1', 'M2'], { broker: { ...BROKER_DEFAULTS, port: '0' } });
    const login = async (name: string, dialect: string): Promise<MqttClient> => {
      const made = await flow.ask(
        'devices',
        { payload: { device: { add: name, dialect } }, by: 'asha' },
        'made',
      );
      const { password } = made.payload as { password: string };
      client = await connectAsync(flow.link('broker').url, { username: name, password, reconnectPeriod: 0 });
      return client;
    };
    const frame = JSON.stringify([
      { meterId: 'M1', energyWh: 1 },
      { meterId: 'M2', energyWh: 2 },
    ]);
    const accepted = flow.next('accepted');
    await (await login('gw', 'gateway')).publishAsync('wk/gw/reading', frame, { qos: 1 });
    assert.equal(((await accepted).payload as Heard[]).length, 2);
    await client?.endAsync(true);
    const refused = flow.next('refused');
    await (await login('M3', 'own')).publishAsync('wk/M3/reading', frame, { qos: 1 });
    assert.equal(((await refused).payload as { field: string }).field, 'meterId');
  });

  it('reads what a profile of the dialog and one in a file describe', async () => {
    mkdirSync(join(flow.folder, 'profiles'));
    process.env['WATTKEEPER_DATA'] = flow.folder;
    const file = {
      name: 'gateway list',
      topic: 'gw/#',
      list: 'data.meters',
      meterId: { path: 'no' },
      fields: [{ field: 'energyWh', path: 'e[0]', unit: 'kWh', scale: '0.1' }],
    };
    writeFileSync(join(flow.folder, 'profiles', 'gateway.json'), JSON.stringify(file));
    const ofDialog = {
      name: 'plant',
      topic: 'plant/+/out',
      meterId: { topicLevel: 2 },
      fields: [{ field: 'energyWh', path: 'q', unit: 'Wh', sign: 1 }],
    };
    await open(['P7', 'G1'], { ingest: { profiles: [ofDialog] } });
    const device = await connect();
    const fromDialog = flow.next('accepted');
    await device.publishAsync('plant/P7/out', '{"q":1234}', { qos: 1 });
    assert.equal(((await fromDialog).payload as Heard).energyWh, 1_234);
    const fromFile = first('accepted', (heard) => [heard].flat().some(({ meterId }) => meterId === 'G1'));
    await device.publishAsync('gw/1', '{"data":{"meters":[{"no":"G1","e":[25]}]}}', { qos: 1 });
    assert.equal([await fromFile].flat()[0]?.energyWh, 2_500);
  });

  it('says which profile is wrong, and where', async () => {
    await open([], { ingest: { profiles: [{ name: 'x', topic: 'a/#/b', fields: [] }] } });
    const answer = await flow.ask('ingest', { payload: { energyWh: 1 } }, 'error');
    assert.match((answer['error'] as { message: string }).message, /profile 1 of the dialog: topic must be/);
  });

  it('asks a meter for a reading, and sets how often it reports, in its own dialect', async () => {
    await open(['plug']);
    const device = await connect();
    const accepted = flow.next('accepted');
    await device.publishAsync('tele/plug/SENSOR', '{"ENERGY":{"Total":1}}', { qos: 1 });
    await accepted;
    await device.subscribeAsync('cmnd/plug/#', { qos: 1 });
    const heard: string[] = [];
    const both = withDeadline('two commands', (resolve: (value: void) => void) =>
      device.on('message', (topic, payload) => {
        heard.push(`${topic} ${payload.toString()}`);
        if (heard.length === 2) resolve();
      }),
    );
    flow.send('ingest', { payload: { ask: 'reading', meterId: 'plug' } });
    flow.send('ingest', { payload: { ask: 'interval', meterId: 'plug', reportEveryMs: 60_000 } });
    await both;
    assert.deepEqual(heard.sort(), ['cmnd/plug/STATUS 8', 'cmnd/plug/TelePeriod 60']);
    const refused = await flow.ask('ingest', { payload: { ask: 'reading', meterId: 'X' } }, 'error');
    assert.match((refused['error'] as { message: string }).message, /meter X has not been heard/);
  });

  describe('a text meter on a foreign client', () => {
    let meter: ChildProcessWithoutNullStreams | null = null;
    afterEach(async () => {
      if (!meter) return;
      const ended = once(meter, 'exit');
      meter.kill();
      await ended;
      meter = null;
    });

    it('starts, reports when asked, is added up and tells what its relay is', async function () {
      const python = pathOrSkip(needs.pahoClient, this);
      // An hour passes in a second.
      await open(['meter7'], { site: { clockRate: '300' } });
      const started = first('news', ({ kind }) => kind === 'started');
      const port = new URL(flow.link('broker').url).port;
      meter = spawn(python, [join(__dirname, 'text_meter.py'), '127.0.0.1', port, 'meter7']);
      let complaint = '';
      meter.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
      assert.equal((await started).meterId, 'meter7', complaint);
      const reading = first('accepted', ({ energyWh = 0 }) => energyWh > 0);
      // The register of a meter without one is its power, added up over what it reports.
      const asking = setInterval(
        () => flow.send('ingest', { payload: { ask: 'reading', meterId: 'meter7' } }),
        100,
      );
      const { powerW, voltageV, currentA } = await reading.finally(() => clearInterval(asking));
      assert.deepEqual([voltageV, currentA, powerW], [180, 50, 9_000]);
      const relay = first('news', ({ kind }) => kind === 'relay');
      await flow.link('broker').publish('meter7', 'OFF');
      assert.equal((await relay)['reported'], 'off');
    });
  });
});
