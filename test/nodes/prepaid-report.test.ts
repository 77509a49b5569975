import assert from 'node:assert/strict';
import { RunningFlow } from './running-flow';

describe('prepaid-report', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      { id: 'ingest', type: 'meter-ingest', site: 'site', wires: [['tariff'], [], []] },
      {
        id: 'tariff',
        type: 'tariff-calc',
        tariffId: 'home',
        version: 1,
        pricePerKwh: '8',
        wires: [['guard']],
      },
      {
        id: 'guard',
        type: 'balance-guard',
        site: 'site',
        cutFrom: '00:00',
        cutTo: '24:00',
        wires: [['state'], [], []],
      },
      { id: 'report', type: 'prepaid-report', site: 'site', wires: [['answer']] },
      ...['registered', 'state', 'answer', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    await flow.ask(
      'register',
      { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1' } },
      'registered',
    );
  });
  afterEach(() => flow.close());

  it('shows a meter before its first reading', async () => {
    const { payload } = await flow.ask(
      'report',
      { payload: { ask: 'neighbourhood' }, _client: { socketId: 'x' } },
      'answer',
    );
    const { meters, currency, clockRate, siteName } = payload as {
      meters: object[];
      currency: string;
      clockRate: number;
      siteName: string;
    };
    assert.deepEqual([currency, clockRate, siteName], ['INR', 1, 'Test site']);
    assert.deepEqual(meters, [
      {
        meterId: 'M1',
        accountId: 'A1',
        name: 'House 1',
        balanceMicros: 0,
        balance: 'INR 0.00',
        supply: 'on',
        reported: null,
        relayState: 'idle',
        isProtected: false,
        isWarned: false,
        lastReadingMs: null,
        energyWh: null,
        powerW: null,
        ageMs: null,
      },
    ]);
  });

  it('draws power from the register', async () => {
    const nowMs = flow.ledger.nowMs();
    for (const [minutesAgo, energyWh] of [
      [120, 0],
      [60, 500],
      [0, 2_500],
    ] as const) {
      await flow.ask(
        'ingest',
        { payload: { meterId: 'M1', atMs: nowMs - minutesAgo * 60_000, energyWh } },
        'state',
      );
    }
    const { payload } = await flow.ask(
      'report',
      { payload: { ask: 'meter', meterId: 'M1', hours: 24 } },
      'answer',
    );
    const { power, usedWh, meter } = payload as {
      power: { powerW: number }[];
      usedWh: number;
      meter: { powerW: number };
    };
    assert.deepEqual(
      power.map(({ powerW }) => powerW),
      [500, 2_000],
    );
    assert.equal(usedWh, 2_500);
    assert.equal(meter.powerW, 2_000);
  });

  it('lists notices, newest first', async () => {
    for (const reference of ['r1', 'r2']) {
      await flow.ask(
        'guard',
        { payload: { topUp: { accountId: 'A1', amount: '50', reference, channel: 'x' } } },
        'state',
      );
    }
    const { payload } = await flow.ask('report', { payload: { ask: 'notices', limit: 1 } }, 'answer');
    const { notices } = payload as { notices: { text: string }[] };
    assert.deepEqual(
      notices.map(({ text }) => text),
      ['We received INR 50.00. Your credit is now INR 100.00. Thank you.'],
    );
  });

  for (const [question, says] of [
    [{ ask: 'weather' }, /neighbourhood, meter or notices, got "weather"/],
    [{ ask: 'meter', meterId: 'M9' }, /registered meter, got "M9"/],
    [{ ask: 'meter', meterId: 'M1', hours: 0 }, /hours must be a whole number from 1 to 8784, got "0"/],
    [null, /payload.ask/],
  ] as const) {
    it(`refuses ${JSON.stringify(question)}`, async () => {
      const error = await flow.ask('report', { payload: question }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    });
  }
});
