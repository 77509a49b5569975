import assert from 'node:assert/strict';
import type { HeldReading } from '../../nodes/lib/ledger/report';
import { RunningFlow } from './running-flow';

describe('prepaid-report', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      { id: 'ingest', type: 'meter-ingest', site: 'site', maxAgeDays: 0, wires: [['tariff'], [], []] },
      {
        id: 'tariff',
        type: 'tariff-calc',
        site: 'site',
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
    const { notices } = payload as { notices: { noticeId: number; text: string; delivery: unknown }[] };
    assert.deepEqual(
      notices.map(({ text, delivery }) => [text, delivery]),
      [['We received INR 50.00. Your credit is now INR 100.00. Thank you.', null]],
    );
    const { noticeId } = notices[0]!;
    const how = { state: 'unconfirmed' as const, channel: 'email' as const, reason: 'nobody knows' };
    const delivery = { ...how, notBeforeMs: 0, attempt: 1, tries: 1 };
    await flow.ledger.post({ type: 'planNotices', plans: [{ noticeId, delivery }] });
    const later = await flow.ask('report', { payload: { ask: 'notices', limit: 1 } }, 'answer');
    assert.deepEqual((later.payload as { notices: { delivery: unknown }[] }).notices[0]?.delivery, how);
  });

  for (const [question, says] of [
    [{ ask: 'weather' }, /held, statement or tariffs, got "weather"/],
    [{ ask: 'meter', meterId: 'M9' }, /registered meter, got "M9"/],
    [{ ask: 'meter', meterId: 'M1', hours: 0 }, /hours must be a whole number from 1 to 8784, got "0"/],
    [null, /payload.ask/],
  ] as const) {
    it(`refuses ${JSON.stringify(question)}`, async () => {
      const error = await flow.ask('report', { payload: question }, 'error');
      assert.match((error['error'] as { message: string }).message, says);
    });
  }

  it('states an account to the micro, and lists approved tariffs and held readings', async () => {
    const startMs = Date.UTC(2026, 9, 10);
    const read = (atMs: number, energyWh: number): Promise<unknown> =>
      flow.ask('ingest', { payload: { meterId: 'M1', atMs, energyWh } }, 'state');
    const topUp = { accountId: 'A1', amount: '5.000001', reference: 'r', channel: 'counter' };
    await flow.ask('guard', { payload: { topUp } }, 'state');
    await read(startMs, 1_000);
    await read(startMs + 3_600_000, 1_250);
    const ask = { ask: 'statement', accountId: 'A1', fromMs: 0, toMs: flow.ledger.nowMs() + 60_000 };
    const { payload } = await flow.ask('report', { payload: ask }, 'answer');
    const { statement, texts } = payload as { statement: Record<string, unknown>; texts: object };
    assert.deepEqual(texts, {
      opening: 'INR 0.00',
      topUps: 'INR 5.00',
      moneyBack: 'INR 0.00',
      debts: 'INR 0.00',
      charges: 'INR 2.00',
      taxes: 'INR 0.00',
      corrections: 'INR 0.00',
      closing: 'INR 3.00',
    });
    assert.equal(statement['closingMicros'], 3_000_001);
    assert.deepEqual(statement['charges'], [
      {
        component: 'energy',
        book: 'sales:energy',
        rateMicrosPerKwh: 8_000_000,
        energyWh: 250,
        amountMicros: 2_000_000,
      },
    ]);
    assert.deepEqual(statement['registers'], [
      { meterId: 'M1', fromMs: startMs, fromWh: 1_000, toMs: startMs + 3_600_000, toWh: 1_250, usedWh: 250 },
    ]);
    const tariffs = await flow.ask('report', { payload: { ask: 'tariffs' } }, 'answer');
    assert.equal((tariffs.payload as { tariffs: { approvedBy: string }[] }).tariffs[0]?.approvedBy, 'flow');
    flow.send('ingest', { payload: { meterId: 'M1', atMs: startMs + 7_200_000, energyWh: 5 } });
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    const held = await flow.ask('report', { payload: { ask: 'held' } }, 'answer');
    const [reading] = (held.payload as { readings: HeldReading[] }).readings;
    assert.deepEqual([reading?.cause, reading?.value], ['fell', '5']);
    assert.match(reading?.reason ?? '', /^the register fell from \d+ Wh: a \w+ is likely/);
    const none = await flow.ask('report', { payload: { ...ask, accountId: 'A9' } }, 'error');
    assert.match((none['error'] as { message: string }).message, /accountId must be an account, got "A9"/);
  });
});
