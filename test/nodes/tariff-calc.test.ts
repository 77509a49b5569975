import assert from 'node:assert/strict';
import { RunningFlow } from './running-flow';

const TARIFF = {
  id: 'tariff',
  type: 'tariff-calc',
  tariffId: 'home',
  version: 2,
  pricePerKwh: '7.25',
  wires: [['out']],
};
const REST = [
  { id: 'out', type: 'helper' },
  { id: 'error', type: 'helper' },
  { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
];

describe('tariff-calc', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
  });
  afterEach(() => flow.close());

  it('adds a price to a reading and leaves the reading untouched', async () => {
    await flow.start([TARIFF, ...REST]);
    const payload = { meterId: 'M1', atMs: 2, energyWh: 1_500 };
    const segment = { fromMs: 1, fromWh: 1_000, toMs: 2, toWh: 1_500 };
    const message = await flow.ask('tariff', { payload, prepaid: { segment, accountId: 'A1' } }, 'out');
    assert.deepEqual(message.payload, payload);
    assert.deepEqual(message.prepaid, {
      segment,
      accountId: 'A1',
      charge: {
        amountMicros: 3_625_000,
        lines: [{ component: 'energy', energyWh: 500, rateMicrosPerKwh: 7_250_000, amountMicros: 3_625_000 }],
        tariffId: 'home',
        version: 2,
      },
    });
  });

  it('is a bill calculator for messages that bring their own segment', async () => {
    await flow.start([TARIFF, ...REST]);
    const message = await flow.ask('tariff', { payload: { fromWh: 0, toWh: 100_000 } }, 'out');
    assert.equal((message.prepaid?.charge as { amountMicros: number }).amountMicros, 725_000_000);
  });

  it('prices a list as a list', async () => {
    await flow.start([TARIFF, ...REST]);
    const segment = [0, 1_000].map((fromWh) => ({ fromMs: 1, fromWh, toMs: 2, toWh: fromWh + 1_000 }));
    const message = await flow.ask('tariff', { payload: [{}, {}], prepaid: { segment } }, 'out');
    assert.deepEqual(
      (message.prepaid?.charge as { amountMicros: number }[]).map(({ amountMicros }) => amountMicros),
      [7_250_000, 7_250_000],
    );
  });

  it('names the field of what it cannot price', async () => {
    await flow.start([TARIFF, ...REST]);
    const error = await flow.ask('tariff', { payload: { fromWh: 5, toWh: 4 } }, 'error');
    assert.match((error['error'] as { message: string }).message, /toWh must not be below fromWh 5, got 4/);
    const none = await flow.ask('tariff', { payload: 'x' }, 'error');
    assert.match((none['error'] as { message: string }).message, /no segment/);
  });

  it('says on every message what is wrong with its tariff', async () => {
    await flow.start([{ ...TARIFF, pricePerKwh: 'cheap' }, ...REST]);
    const error = await flow.ask('tariff', { payload: { fromWh: 0, toWh: 4 } }, 'error');
    assert.match((error['error'] as { message: string }).message, /"cheap"/);
  });
});
