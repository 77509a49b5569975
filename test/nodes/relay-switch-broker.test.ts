// Relays behind a real broker: our own, and Mosquitto.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import Database from 'better-sqlite3';
import { connectAsync, type MqttClient } from 'mqtt';
import type { SupplyState } from '../../nodes/lib/ledger/account';
import type { SqliteStore } from '../../nodes/lib/io/sqlite/sqlite-store';
import { micros } from '../../nodes/lib/money/micros';
import { needs, pathOrSkip } from '../needs';
import { Mosquitto } from './mosquitto';
import { RunningFlow, withDeadline } from './running-flow';
import { switchTo } from '../lib/policy/switch-to';

const EMBEDDED = { kind: 'embedded', host: '127.0.0.1', port: '0', isOpen: true };

interface Wiring {
  /** Where the switch hears relays; without it there is no switch. */
  hearing: { broker: string } | null;
  wires: string[];
  acknowledge: 'commit' | 'arrival';
}

const USUAL: Wiring = { hearing: { broker: 'broker' }, wires: ['switch'], acknowledge: 'commit' };
const OWN = { relay: { dialect: 'json' }, device: 'M1', topic: 'wk/M1/relay', text: '{"reported":"on"}' };
const PLUG = {
  relay: { dialect: 'tasmota', device: 'plug1' },
  device: 'plug1',
  topic: 'stat/plug1/POWER',
  text: 'ON',
};
const WIRINGS: [string, Wiring, typeof OWN][] = [
  ['hears the broker', { ...USUAL, acknowledge: 'arrival' }, PLUG],
  ['hears the ingest only', { ...USUAL, hearing: { broker: '' } }, OWN],
  ['is away', { ...USUAL, hearing: null, wires: [] }, OWN],
];

describe('relay-switch behind a broker', () => {
  let flow: RunningFlow;
  let devices: MqttClient[];
  let mosquitto: Mosquitto | undefined;
  let second: ChildProcess | undefined;

  beforeEach(async () => {
    flow = await RunningFlow.open();
    devices = [];
  });
  afterEach(async () => {
    for (const device of devices) await device.endAsync(true);
    await flow.close();
    await mosquitto?.stop();
    mosquitto = undefined;
    second?.kill();
    second = undefined;
  });

  const start = async (broker: object, { hearing, wires, acknowledge } = USUAL): Promise<void> => {
    const relaySwitch = {
      id: 'switch',
      type: 'relay-switch',
      site: 'site',
      ...hearing,
      retrySeconds: '1',
      maxTries: '5',
      wires: [['device'], ['state'], ['alarm']],
    };
    await flow.start([
      flow.site(),
      { id: 'broker', type: 'meter-broker', ...broker },
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      {
        id: 'ingest',
        type: 'meter-ingest',
        site: 'site',
        broker: 'broker',
        acknowledge,
        wires: [[], [], wires],
      },
      ...(hearing ? [relaySwitch] : []),
      ...['registered', 'device', 'state', 'alarm'].map((id) => ({ id, type: 'helper' })),
    ]);
  };
  const up = (): Promise<string> =>
    withDeadline('the broker to be up', (resolve) => {
      const link = flow.link('broker');
      if (link.state.kind === 'up') resolve(link.url);
      else link.onState((state) => state.kind === 'up' && resolve(link.url));
    });
  const register = (relay: object): Promise<unknown> =>
    flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1', relay } },
      'registered',
    );
  let payments = 0;
  /** Lets the ledger decide, and tells the switch as balance-guard would. */
  const want = async (supply: SupplyState): Promise<void> => {
    payments += 1;
    const result = await flow.ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros: micros(1),
      reference: `payment ${payments}`,
      channel: 'x',
      by: 'test',
      guard: switchTo(supply),
    });
    assert.ok(result.outcome === 'committed');
    for (const intent of result.relays) flow.send('switch', { payload: intent });
  };
  const told = (isIt: (state: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> =>
    withDeadline('a state', (resolve) => {
      const node = flow.node('state');
      const look = ({ payload }: { payload?: unknown }): void => {
        const state = payload as Record<string, unknown>;
        if (!isIt(state)) return;
        node.off('input', look as never);
        resolve(state);
      };
      node.on('input', look as never);
    });

  /** A meter as our protocol wants it. */
  const ownMeter = async (url: string): Promise<{ relay: SupplyState }> => {
    const client = await connectAsync(url, { clientId: 'M1', reconnectPeriod: 50 });
    devices.push(client);
    const meter = { relay: 'on' as SupplyState };
    await client.subscribeAsync('wk/M1/command', { qos: 1 });
    client.on('message', (_topic, payload) => {
      const { desired, commandId } = JSON.parse(payload.toString()) as {
        desired: SupplyState;
        commandId: string;
      };
      meter.relay = desired;
      client.publish('wk/M1/relay', JSON.stringify({ reported: desired, commandId, atMs: Date.now() }), {
        qos: 1,
      });
    });
    return meter;
  };

  const plug = async (url: string): Promise<{ relay: string }> => {
    const client = await connectAsync(url, { clientId: 'plug1', reconnectPeriod: 50 });
    devices.push(client);
    const relay = { relay: 'ON' };
    await client.subscribeAsync('cmnd/plug1/POWER');
    client.on('message', (_topic, payload) => {
      relay.relay = payload.toString();
      client.publish('stat/plug1/RESULT', JSON.stringify({ POWER: relay.relay }));
      client.publish('stat/plug1/POWER', relay.relay);
    });
    return relay;
  };

  const speaksOwn = async (): Promise<void> => {
    const meter = await ownMeter(await up());
    await register({ dialect: 'json' });
    for (const supply of ['off', 'on'] as const) {
      const done = told(({ state, desired }) => state === 'confirmed' && desired === supply);
      await want(supply);
      await done;
      assert.equal(meter.relay, supply);
    }
    assert.equal(flow.ledger.store.relay('M1')?.version, 2);
  };

  const speaksTasmota = async (): Promise<void> => {
    await register({ dialect: 'tasmota', device: 'plug1' });
    // The switch looks around for new ways of speaking when it starts.
    const nodes = flow.ledger.store.relayDialects();
    assert.deepEqual(nodes, ['tasmota']);
  };

  it('switches a meter of our own on the embedded broker', async () => {
    await start(EMBEDDED);
    await speaksOwn();
  });

  it('switches a Tasmota plug on the embedded broker', async () => {
    await start(EMBEDDED);
    await speaksTasmota();
    const relay = await plug(await up());
    const done = told(({ state }) => state === 'confirmed');
    await want('off');
    await done;
    assert.equal(relay.relay, 'OFF');
  });

  /** What the device of a meter says, with the moment when it is acknowledged. */
  const tell = async (
    url: string,
    { device, topic, text }: typeof OWN,
  ): Promise<{ isAcknowledged: boolean; done: Promise<unknown> }> => {
    const client = await connectAsync(url, { clientId: device, reconnectPeriod: 20 });
    devices.push(client);
    const told = { isAcknowledged: false, done: Promise.resolve() as Promise<unknown> };
    told.done = client.publishAsync(topic, text, { qos: 1 }).then(() => {
      told.isAcknowledged = true;
    });
    return told;
  };
  /** The device connects again when its report was not taken, and then sends it again. */
  const turnedAway = (): Promise<void> =>
    withDeadline('the device to be turned away', (resolve) => {
      let connected = 0;
      flow.link('broker').onDevice(({ kind }) => {
        if (kind === 'online') connected += 1;
        if (connected === 3) resolve();
      });
    });

  for (const [name, wiring, device] of WIRINGS) {
    it(`acknowledges a report when the ledger has it, while the switch ${name}`, async () => {
      await start(EMBEDDED);
      await register(device.relay);
      await flow.stop();
      // The switch listens to the dialects that are registered when it starts.
      await start(EMBEDDED, wiring);
      const link = await up();
      const other = new Database(path.join(flow.folder, 'ledger.sqlite'));
      (flow.ledger.store as SqliteStore)['db'].pragma('busy_timeout = 1');
      other.exec('BEGIN IMMEDIATE');
      const again = turnedAway();
      const told = await tell(link, device);
      await again;
      assert.equal(told.isAcknowledged, false);
      assert.equal(flow.ledger.store.relay('M1')?.reported, null);

      other.exec('ROLLBACK');
      other.close();
      await told.done;
      assert.equal(flow.ledger.store.relay('M1')?.reported, 'on');
    });
  }

  describe('of somebody else', () => {
    let server: string;
    beforeEach(async function () {
      server = pathOrSkip(needs.mosquitto, this);
      mosquitto = await Mosquitto.start(server, flow.folder, ['allow_anonymous true']);
    });

    it('switches a meter of our own', async () => {
      await start({ kind: 'external', url: mosquitto!.url });
      await speaksOwn();
    });

    it('switches a Tasmota plug', async () => {
      await start({ kind: 'external', url: mosquitto!.url });
      await speaksTasmota();
      const relay = await plug(await up());
      const done = told(({ state }) => state === 'confirmed');
      await want('off');
      await done;
      assert.equal(relay.relay, 'OFF');
    });

    it('waits while the broker is away, and goes on when it is back', async function () {
      this.timeout(60_000);
      const { url } = mosquitto!;
      await start({ kind: 'external', url });
      const meter = await ownMeter(await up());
      await register({ dialect: 'json' });
      const down = withDeadline<void>('the link to notice', (resolve) => {
        flow.link('broker').onState((state) => state.kind === 'down' && resolve());
      });
      await mosquitto!.stop();
      mosquitto = undefined;
      await down;
      const waiting = told(({ state, waitsFor }) => state === 'waiting' && waitsFor === 'way');
      await want('off');
      await waiting;
      assert.equal(meter.relay, 'on');
      second = spawn(server, ['-c', path.join(flow.folder, 'mosquitto.conf')], { stdio: 'ignore' });
      // The link tries again every ten seconds.
      while (flow.ledger.store.relay('M1')?.state !== 'confirmed')
        await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(meter.relay, 'off');
    });
  });
});
