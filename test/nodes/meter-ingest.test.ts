import assert from 'node:assert/strict';
import { connectAsync, type MqttClient } from 'mqtt';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { RunningFlow, withDeadline } from './running-flow';

const BROKER = {
  id: 'broker',
  type: 'meter-broker',
  kind: 'embedded',
  host: '127.0.0.1',
  port: '0',
  isOpen: false,
};
const INGEST = {
  id: 'ingest',
  type: 'meter-ingest',
  site: 'site',
  broker: 'broker',
  acknowledge: 'commit',
  wires: [['tariff'], ['refused'], ['event']],
};
const GUARD = {
  id: 'guard',
  type: 'balance-guard',
  site: 'site',
  cutFrom: '00:00',
  cutTo: '24:00',
  workdaysOnly: false,
  wires: [['state'], [], []],
};

describe('meter-ingest', () => {
  let flow: RunningFlow;
  let client: MqttClient;

  const open = async (ingest: object, wiredTo: string): Promise<void> => {
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      BROKER,
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      { ...INGEST, ...ingest },
      {
        id: 'tariff',
        type: 'tariff-calc',
        site: 'site',
        tariffId: 'home',
        version: 1,
        pricePerKwh: '8.00',
        wires: [[wiredTo]],
      },
      GUARD,
      ...['registered', 'state', 'refused', 'event', 'error', 'nowhere'].map((id) => ({
        id,
        type: 'helper',
      })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    await flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1' } },
      'registered',
    );
    const link = flow.link('broker');
    await withDeadline('the broker', (resolve: (value: void) => void) =>
      link.state.kind === 'up' ? resolve() : link.onState(() => resolve()),
    );
    client = await connectAsync(link.url, { clientId: 'M1', reconnectPeriod: 0 });
    client.on('error', () => undefined);
  };
  afterEach(async () => {
    await client.endAsync(true);
    await flow.close();
  });

  const publish = (value: unknown): Promise<unknown> =>
    client.publishAsync('wk/M1/reading', JSON.stringify(value), { qos: 1 });
  const storedHead = (): unknown => flow.ledger.store.knownMeter('M1')?.head;

  it('acknowledges a reading when it is in the ledger, not before', async () => {
    await open({}, 'guard');
    const atMs = flow.ledger.nowMs();
    await publish({ atMs, energyWh: 100 });
    assert.deepEqual(storedHead(), { atMs, energyWh: 100, exportWh: null });
    assert.equal(flow.ledger.receipts.size, 0);
  });

  it('acknowledges a copy of a stored reading without billing it again', async () => {
    await open({}, 'guard');
    const atMs = flow.ledger.nowMs() - 10_000;
    await publish({ atMs, energyWh: 100 });
    await publish({ atMs: atMs + 5_000, energyWh: 105 });
    await publish({ atMs, energyWh: 100 });
    await publish({ atMs: atMs + 5_000, energyWh: 105 });
    assert.equal(flow.ledger.store.balanceOf('A1'), -40_000);
  });

  it('acknowledges a refused reading once it is written down, and says what is wrong', async () => {
    await open({}, 'guard');
    const refused = flow.next('refused');
    await publish({ energyWh: 'much' });
    assert.deepEqual((await refused).payload, {
      kind: 'rejected',
      field: 'energyWh',
      value: 'much',
      reason: 'must be a number',
      meterId: 'M1',
    });
  });

  it('does not acknowledge what no balance-guard takes, and closes the connection in the end', async () => {
    await open({}, 'nowhere');
    const priced = flow.next('nowhere');
    const gone = withDeadline('the connection to close', (resolve: (value: void) => void) =>
      client.once('close', () => resolve()),
    );
    let isAcknowledged = false;
    client.publish(
      'wk/M1/reading',
      JSON.stringify({ energyWh: 1 }),
      { qos: 1 },
      (error) => (isAcknowledged = !error),
    );
    await priced;
    assert.equal(flow.ledger.receipts.size, 1);
    assert.equal(isAcknowledged, false);
    flow.ledger.receipts.expire(Infinity);
    await gone;
    assert.equal(isAcknowledged, false);
  });

  it('acknowledges on arrival where that was chosen', async () => {
    await open({ acknowledge: 'arrival' }, 'nowhere');
    await publish({ energyWh: 1 });
    assert.equal(flow.ledger.receipts.size, 0);
  });

  it('does not acknowledge when the ledger fails, and goes on when it is well again', async () => {
    await open({}, 'guard');
    const { store } = flow.ledger;
    const commit = store.commit.bind(store);
    store.commit = () => {
      throw new Error('disk full');
    };
    const error = flow.next('error');
    const gone = withDeadline('the connection to close', (resolve: (value: void) => void) =>
      client.once('close', () => resolve()),
    );
    client.publish('wk/M1/reading', JSON.stringify({ energyWh: 100 }), { qos: 1 }, () => undefined);
    await gone;
    assert.match(((await error)['error'] as { message: string }).message, /disk full/);
    assert.equal(flow.ledger.storeFault, 'disk full');
    store.commit = commit;
    client = await connectAsync(flow.link('broker').url, { clientId: 'M1', reconnectPeriod: 0 });
    await publish({ energyWh: 100 });
    assert.equal((storedHead() as { energyWh: number }).energyWh, 100);
  });

  it('sends on together what arrives in a rush, and lets nobody wait for the bad reading of another', async () => {
    await open({}, 'guard');
    const sizes: number[] = [];
    flow.node('tariff').on('input', ((message: PrepaidMessage) => {
      sizes.push(Array.isArray(message.payload) ? message.payload.length : 1);
    }) as never);
    const startMs = flow.ledger.nowMs() - 3_600_000;
    const all = Array.from({ length: 40 }, (_, index) =>
      publish({ atMs: startMs + index * 60_000, energyWh: 100 + index }),
    );
    const refused = flow.next('refused');
    await Promise.all([...all, publish({ energyWh: -1 }), publish({ atMs: startMs, energyWh: 100 })]);
    assert.equal(((await refused).payload as { field: string }).field, 'energyWh');
    // The copy may come before its reading is stored; then the ledger finds it out.
    assert.ok([40, 41].includes(sizes.reduce((sum, size) => sum + size, 0)));
    assert.ok(sizes.length < 20 && sizes.some((size) => size >= 8), sizes.join());
    assert.equal(flow.ledger.store.balanceOf('A1'), -39 * 8_000);
    assert.equal(flow.ledger.receipts.size, 0);
  });

  it('tells what a relay reports', async () => {
    await open({}, 'guard');
    const event = flow.next('event');
    await client.publishAsync('wk/M1/relay', '{"reported":"off"}', { qos: 1 });
    const { atMs, ...report } = (await event).payload as { atMs: number };
    assert.deepEqual(report, { kind: 'relay', meterId: 'M1', reported: 'off' });
    assert.ok(Math.abs(flow.ledger.nowMs() - atMs) < 60_000);
    const told = flow.next('event');
    const other = await connectAsync(flow.link('broker').url, { clientId: 'nobody', reconnectPeriod: 0 });
    await other.publishAsync('wk/nobody/relay', '{"reported":"off"}', { qos: 1 });
    await other.endAsync(true);
    assert.equal(((await told).payload as { meterId: string }).meterId, 'nobody');
    const { numbers } = flow.ledger.chain;
    assert.ok(numbers.find('M1') >= 0);
    assert.ok(
      numbers.find('nobody') < 0,
      'anybody may call itself anything, so nothing is kept of who is no meter',
    );
  });

  it('says where every reading went', async () => {
    await open({}, 'guard');
    const atMs = flow.ledger.nowMs();
    await publish({ atMs, energyWh: 100 });
    await publish({ atMs, energyWh: 100 });
    await publish('nonsense');
    await publish([
      { meterId: 'M1', energyWh: 1 },
      { meterId: 'stranger', energyWh: 1 },
    ]);
    const answer = await flow.ask('ingest', { payload: { ask: 'counters' } }, 'event');
    assert.deepEqual(answer.payload, {
      kind: 'counters',
      received: 5,
      taken: 1,
      duplicates: 1,
      held: 1,
      rejected: 2,
      noted: 0,
      shapes: { 'own JSON': 3, unknown: 1 },
      droppedAnnouncements: 0,
    });
  });

  it('takes a reading again that the flow has lost once, when the flow is mended', async () => {
    await open({}, 'nowhere');
    const reading = { atMs: flow.ledger.nowMs(), energyWh: 100 };
    const lost = flow.next('nowhere');
    client.publish('wk/M1/reading', JSON.stringify(reading), { qos: 1 }, () => undefined);
    const message = await lost;
    const again = flow.next('nowhere');
    client.publish('wk/M1/reading', JSON.stringify(reading), { qos: 1 }, () => undefined);
    flow.send('guard', await again);
    await flow.next('state');
    assert.deepEqual(storedHead(), { ...reading, exportWh: null });
    flow.send('guard', message);
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    assert.equal(flow.ledger.store.balanceOf('A1'), 0);
  });

  it('tells the sender at once when its message was spoilt on the way', async () => {
    await open({}, 'nowhere');
    const priced = flow.next('nowhere');
    const gone = withDeadline('the connection to close', (resolve: (value: void) => void) =>
      client.once('close', () => resolve()),
    );
    client.publish('wk/M1/reading', JSON.stringify({ energyWh: 1 }), { qos: 1 }, () => undefined);
    const { prepaid, payload } = await priced;
    const { receipt } = prepaid ?? {};
    flow.send('guard', { payload, prepaid: receipt === undefined ? {} : { receipt } });
    await gone;
  });
});
