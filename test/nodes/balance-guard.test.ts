import assert from 'node:assert/strict';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { micros } from '../../nodes/lib/money/micros';
import { RunningFlow } from './running-flow';

const GUARD = {
  id: 'guard',
  type: 'balance-guard',
  site: 'site',
  cutAt: '0',
  warnBelow: '30',
  warnLeadMinutes: '0',
  freshMinutes: '120',
  maxCutsPerHour: '5',
  cutFrom: '00:00',
  cutTo: '24:00',
  workdaysOnly: false,
  wires: [['state'], ['intent'], ['notice']],
};

describe('balance-guard', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      {
        id: 'ingest',
        type: 'meter-ingest',
        site: 'site',
        maxAgeDays: 0,
        wires: [['tariff'], ['refused'], []],
      },
      {
        id: 'tariff',
        type: 'tariff-calc',
        site: 'site',
        tariffId: 'home',
        version: 1,
        pricePerKwh: '8.00',
        wires: [['guard']],
      },
      GUARD,
      ...['registered', 'state', 'intent', 'notice', 'refused', 'error'].map((id) => ({
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
  });
  afterEach(() => flow.close());

  const topUp = (amount: string, reference: string): PrepaidMessage => ({
    payload: { topUp: { accountId: 'A1', amount, reference, channel: 'counter', by: 'clerk' } },
  });
  const reading = (secondsAgo: number, energyWh: number): PrepaidMessage => ({
    payload: { meterId: 'M1', atMs: flow.ledger.nowMs() - secondsAgo * 1_000, energyWh },
  });

  it('bills a watt-hour from reading to balance and leaves other properties alone', async () => {
    await flow.ask('guard', topUp('100.00', 'r1'), 'state');
    await flow.ask('ingest', reading(600, 5_000), 'state');
    const state = await flow.ask('ingest', { ...reading(0, 5_500), colour: 'red' }, 'state');
    assert.deepEqual(state.payload, {
      accountId: 'A1',
      meterId: 'M1',
      balanceMicros: 96_000_000,
      balance: 'INR 96.00',
      daysLeft: null,
      supply: 'on',
    });
    assert.equal(state['colour'], 'red');
  });

  it('warns, cuts and restores, each with a notice and a command for the relay', async () => {
    await flow.ask('guard', topUp('31.00', 'r1'), 'state');
    await flow.ask('ingest', reading(3_600, 0), 'state');
    const warned = flow.next('notice');
    await flow.ask('ingest', reading(1_800, 1_000), 'state');
    assert.equal((await warned).topic, 'low-credit');

    const intent = flow.next('intent');
    await flow.ask('ingest', reading(0, 4_000), 'state');
    const off = (await intent).payload;
    assert.deepEqual(off, {
      meterId: 'M1',
      desired: 'off',
      reason: 'credit',
      commandId: 'M1-1',
      version: 1,
    });

    const restored = flow.next('intent');
    const state = await flow.ask('guard', topUp('100.00', 'r2'), 'state');
    assert.deepEqual((await restored).payload, {
      meterId: 'M1',
      desired: 'on',
      reason: 'credit again',
      commandId: 'M1-2',
      version: 2,
    });
    assert.equal((state.payload as { supply: string }).supply, 'on');
  });

  it('credits the same reference once', async () => {
    await flow.ask('guard', topUp('10', 'r1'), 'state');
    const again = await flow.ask('guard', topUp('10', 'r1'), 'state');
    assert.equal((again.payload as { balanceMicros: number }).balanceMicros, 10_000_000);
    const conflict = await flow.ask('guard', topUp('11', 'r1'), 'error');
    assert.match((conflict['error'] as { message: string }).message, /topUp.reference "r1": was used before/);
  });

  it('takes a frame and answers with a list', async () => {
    await flow.ask(
      'register',
      { payload: { accountId: 'A2', name: 'House 2', meterId: 'M2' } },
      'registered',
    );
    const atMs = flow.ledger.nowMs();
    const frame = ['M1', 'M2'].map((meterId) => ({ meterId, atMs, energyWh: 10 }));
    const state = await flow.ask('ingest', { payload: frame }, 'state');
    assert.deepEqual(
      (state.payload as { meterId: string }[]).map(({ meterId }) => meterId),
      ['M1', 'M2'],
    );
  });

  it('takes a reading again when somebody else moved the head meanwhile', async () => {
    await flow.ask('ingest', reading(600, 1_000), 'state');
    flow.ledger.chain.rewind('M1', { atMs: flow.ledger.nowMs() - 700_000, energyWh: 900, exportWh: null });
    const state = await flow.ask('ingest', reading(0, 1_500), 'state');
    assert.equal((state.payload as { balanceMicros: number }).balanceMicros, -4_000_000);
  });

  const wrong: { name: string; message: PrepaidMessage; says: RegExp }[] = [
    {
      name: 'a reading without price',
      message: { payload: { meterId: 'M1', atMs: 1, energyWh: 1 } },
      says: /segment and a charge/,
    },
    { name: 'no payload', message: {}, says: /payload must be a reading or a top-up/ },
    { name: 'a negative top-up', message: topUp('-5', 'r'), says: /amount must be more than zero, got -5/ },
    { name: 'a top-up in words', message: topUp('five', 'r'), says: /"five"/ },
    { name: 'a top-up without reference', message: topUp('5', ''), says: /topUp.reference/ },
    {
      name: 'a charge of a tariff that nobody approved',
      says: /tariff "a" has no approved version/,
      message: {
        payload: { meterId: 'M1', atMs: 5, energyWh: 5 },
        prepaid: {
          segment: { fromMs: 1, fromWh: 1, toMs: 5, toWh: 5 },
          charge: { amountMicros: 5 as never, lines: [], tariffId: 'a', version: 1 },
        },
      },
    },
  ];
  for (const { name, message, says } of wrong) {
    it(`refuses ${name} by name and lives on`, async () => {
      const error = await flow.ask('guard', message, 'error');
      assert.match((error['error'] as { message: string }).message, says);
      await flow.ask('guard', topUp('1', 'after'), 'state');
    });
  }

  it('marks notices as handed over, and hands over at the start what a stop kept back', async () => {
    await flow.ask('guard', topUp('5', 'r1'), 'state');
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    assert.deepEqual(flow.ledger.store.unhandedNotices(10), []);

    const amountMicros = micros(500_000_000);
    await flow.ledger.post({
      type: 'topUp',
      accountId: 'A1',
      amountMicros,
      reference: 'r2',
      channel: 'counter',
      by: 'clerk',
      guard: null,
    });
    assert.equal(flow.ledger.store.unhandedNotices(10).length, 1);
    await flow.stop();
    await flow.start([flow.site(), GUARD, { id: 'notice', type: 'helper' }]);
    await new Promise((resolve) => setImmediate(resolve));
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    assert.deepEqual(flow.ledger.store.unhandedNotices(10), []);
  });

  it('takes no charge that is not what the ledger comes to', async () => {
    await flow.ask('ingest', reading(600, 5_000), 'state');
    const { atMs = 0 } = flow.ledger.store.knownMeter('M1')?.head ?? {};
    const payload = { meterId: 'M1', atMs: atMs + 60_000, energyWh: 6_000 };
    const segment = { fromMs: atMs, fromWh: 5_000, toMs: atMs + 60_000, toWh: 6_000 };
    const charge = { amountMicros: micros(4_000_000), lines: [], tariffId: 'home', version: 1 };
    const error = await flow.ask('guard', { payload, prepaid: { segment, charge } }, 'error');
    assert.match(
      (error['error'] as { message: string }).message,
      /must be what the ledger comes to, 8000000: change prices in tariff-calc, got 4000000/,
    );
    assert.equal(flow.ledger.store.balanceOf('A1'), 0);
  });

  it('bills a late reading by the difference that it makes', async () => {
    await flow.ask('guard', topUp('100.00', 'r1'), 'state');
    await flow.ask('ingest', reading(900, 5_000), 'state');
    await flow.ask('ingest', reading(300, 6_000), 'state');
    const state = await flow.ask('ingest', reading(600, 5_800), 'state');
    assert.equal((state.payload as { balanceMicros: number }).balanceMicros, 92_000_000);
    const next = await flow.ask('ingest', reading(0, 6_500), 'state');
    assert.equal((next.payload as { balanceMicros: number }).balanceMicros, 88_000_000);
  });
});
