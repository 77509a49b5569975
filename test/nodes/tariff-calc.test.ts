import assert from 'node:assert/strict';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { Tariff } from '../../nodes/lib/tariff/tariff';
import type { Charge } from '../../nodes/lib/tariff/charge';
import { RunningFlow, withDeadline } from './running-flow';

const HOME: Tariff = {
  tariffId: 'home',
  version: 1,
  timeZone: 'UTC',
  billing: { kind: 'month', anchorDay: 1 },
  holidays: [],
  seasons: [],
  components: [
    {
      kind: 'slabs',
      id: 'energy',
      prorate: false,
      slabs: [
        { uptoWh: 1_000, rateMicrosPerKwh: 4_000_000 },
        { uptoWh: null, rateMicrosPerKwh: 8_000_000 },
      ],
    },
    { kind: 'tax', id: 'duty', ppm: 50_000, of: ['energy'], code: 'duty' },
  ],
};
const HELPERS = ['out', 'answer', 'error', 'registered', 'state'].map((id) => ({ id, type: 'helper' }));
const CATCH = { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] };

function tariffCalc(tariff: object, extra: object = {}): { id: string; type: string } {
  return {
    id: 'tariff',
    type: 'tariff-calc',
    configVersion: 1,
    site: 'site',
    tariff: JSON.stringify(tariff),
    state: 'approved',
    inForceFrom: '',
    wires: [['out', 'guard'], ['answer']],
    ...extra,
  } as never;
}

/** What a simulation says of a customer. */
interface TrialAccount {
  accountId: string;
  name: string;
  oldMicros: number;
  meters: { meterId: string; oldMicros: number }[];
}

const errorOf = (message: PrepaidMessage): string => (message['error'] as { message: string }).message;

describe('tariff-calc', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
  });
  afterEach(() => flow.close());

  const start = (tariff: object = HOME, extra: object = {}): Promise<void> =>
    flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      { id: 'ingest', type: 'meter-ingest', site: 'site', maxAgeDays: 0, wires: [['tariff'], [], []] },
      tariffCalc(tariff, extra),
      { id: 'guard', type: 'balance-guard', site: 'site', wires: [['state'], [], []] },
      ...HELPERS,
      CATCH,
    ]);
  const register = (): Promise<PrepaidMessage> =>
    flow.ask('register', { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1' } }, 'registered');
  const read = (atMs: number, energyWh: number): Promise<PrepaidMessage> => {
    const priced = flow.next('out');
    return flow.ask('ingest', { payload: { meterId: 'M1', atMs, energyWh } }, 'state').then(() => priced);
  };

  it('knows where a meter stands in its billing period, and says how the price comes about', async () => {
    await start();
    await register();
    const startMs = Date.UTC(2026, 9, 10);
    await read(startMs, 5_000);
    await read(startMs + 60_000, 5_600);
    const { payload, prepaid } = await read(startMs + 120_000, 6_500);
    assert.deepEqual(payload, { meterId: 'M1', atMs: startMs + 120_000, energyWh: 6_500 });
    assert.deepEqual(
      { ...(prepaid?.charge as Charge) },
      {
        amountMicros: 5_880_000,
        lines: [
          { component: 'energy', energyWh: 400, rateMicrosPerKwh: 4_000_000, amountMicros: 1_600_000 },
          { component: 'energy', energyWh: 500, rateMicrosPerKwh: 8_000_000, amountMicros: 4_000_000 },
          { component: 'duty', energyWh: 0, rateMicrosPerKwh: 0, amountMicros: 280_000 },
        ],
        tariffId: 'home',
        version: 1,
      },
    );
    const paid = 4_000_000 + 4_000_000;
    assert.equal(flow.ledger.store.balanceOf('A1'), -(paid * 1.05));
  });

  it('prices a frame as a frame', async () => {
    await start();
    await register();
    const startMs = Date.UTC(2026, 9, 10);
    const payload = [0, 600, 1_500].map((energyWh, index) => ({
      meterId: 'M1',
      atMs: startMs + index * 60_000,
      energyWh,
    }));
    const { prepaid } = await flow.ask('ingest', { payload }, 'out');
    assert.deepEqual(
      (prepaid?.charge as { amountMicros: number }[]).map(({ amountMicros }) => amountMicros),
      [0, 2_520_000, 5_880_000],
    );
  });

  describe('whose list of billing periods has ended', () => {
    const endMs = Date.UTC(2026, 9, 10);
    const listed = (version: number, endDate: string): Tariff => ({
      ...HOME,
      tariffId: 'listed',
      version,
      billing: { kind: 'list', periods: [{ fromDate: '2026-09-01', label: 'autumn' }], endDate },
    });
    const ended = listed(1, '2026-10-10');
    const approve = (tariff: Tariff, inForceMs: number | null): Promise<unknown> =>
      flow.ledger.post({ type: 'approveTariff', tariff, inForceMs, by: 'regulator' });
    const settle = async (): Promise<void> => {
      for (const meterKey of flow.ledger.store.dueAccruals(flow.ledger.nowMs(), 10))
        await flow.ledger.post({ type: 'accrual', meterKey, guard: null });
      flow.ledger.prices.forgetAll();
    };
    const balances = (): (number | undefined)[] =>
      ['A1', 'A2'].map((accountId) => flow.ledger.store.balanceOf(accountId));
    /** A frame with readings of both meters; M1 has no price any more. */
    const sendFrame = (seconds: number[], energyWh: number): Promise<string> =>
      withDeadline('the frame to be stored', (resolve) => {
        const payload = seconds.flatMap((second, index) =>
          ['M1', 'M2'].map((meterId) => ({
            meterId,
            atMs: endMs + second * 1_000,
            energyWh: energyWh + 100 * index,
          })),
        );
        const receipt = flow.ledger.receipts.issue(payload.length, flow.ledger.monotonicMs(), resolve) ?? '';
        flow.send('ingest', { topic: 'wk/gw/reading', payload, prepaid: { receipt } });
      });

    beforeEach(async () => {
      await start();
      await approve(ended, Date.UTC(2026, 8, 1));
      const payload = [
        { accountId: 'A1', name: 'House 1', meterId: 'M1', tariffId: 'listed' },
        { accountId: 'A2', name: 'House 2', meterId: 'M2' },
      ];
      await flow.ask('register', { payload }, 'registered');
      assert.equal(await sendFrame([-3_600], 1_000), 'durable');
    });

    it('holds its readings, says so once, and keeps nobody else waiting', async () => {
      const errors: string[] = [];
      flow.node('tariff').error = (error: unknown) => errors.push((error as Error).message);
      for (const start of [600, 1_200])
        assert.equal(await sendFrame([start, start + 60, start + 120], 1_000 + start), 'durable');
      assert.deepEqual(balances(), [0, -(4_000_000 + 3_200_000) * 1.05]);
      const held = flow.ledger.store.heldReadings(10);
      assert.deepEqual(
        held.map(({ meterId, cause, field, value, times }) => [meterId, cause, field, value, times]),
        [600, 660, 720, 1_200, 1_260, 1_320].map((second) => [
          'M1',
          'no-price',
          'atMs',
          String(endMs + second * 1_000),
          1,
        ]),
      );
      assert.match(held[5]!.content, /"energyWh":2400/);
      assert.equal(errors.length, 1);
      assert.match(errors[0]!, /M1 is held: .* 2026-10-10 is in none of them: approve a higher version/);
    });

    it('takes them by itself once a version has the day in its list', async () => {
      assert.equal(await sendFrame([600, 660, 720], 1_500), 'durable');
      await approve(listed(2, '2026-12-01'), Date.UTC(2026, 8, 1));
      await settle();
      assert.deepEqual(flow.ledger.store.heldReadings(10), []);
      const paid = -(700 * 4_000 * 1.05);
      assert.deepEqual(balances(), [paid, paid]);
      assert.equal(await sendFrame([1_200], 1_800), 'durable');
      assert.deepEqual(balances(), [paid - 420_000, paid - 420_000]);
    });

    it('takes them as late ones where a newer reading was there first', async () => {
      assert.equal(await sendFrame([600], 1_500), 'durable');
      await approve(listed(2, '2026-12-01'), Date.UTC(2026, 8, 1));
      flow.ledger.prices.forgetAll();
      assert.equal(await sendFrame([1_200], 2_100), 'durable');
      await settle();
      assert.deepEqual(flow.ledger.store.heldReadings(10), []);
      const paid = -(4_800_000 * 1.05);
      assert.deepEqual(balances(), [paid, paid]);
      assert.equal(flow.ledger.store.storedMoment('M1', endMs + 600_000).energyWh, 1_500);
    });
  });

  it('is a bill calculator for messages that bring their own segment, without a site too', async () => {
    await flow.start([tariffCalc(HOME, { site: '' }), { id: 'guard', type: 'helper' }, ...HELPERS, CATCH]);
    const startMs = Date.UTC(2026, 9, 10);
    const payload = { fromMs: startMs, toMs: startMs + 1, fromWh: 900, toWh: 1_100, periodStartWh: 0 };
    const { prepaid } = await flow.ask('tariff', { payload }, 'out');
    assert.equal((prepaid?.charge as { amountMicros: number }).amountMicros, 1_260_000);
    const error = await flow.ask('tariff', { payload: { ...payload, toWh: 5 } }, 'error');
    assert.match(errorOf(error), /toWh/);
    assert.match(errorOf(await flow.ask('tariff', { payload: 'x' }, 'error')), /no segment/);
  });

  it('makes a bill by a series of prices that the message brings', async () => {
    const components = [
      { kind: 'priceFeed', id: 'energy', holdsMs: 3_600_000, fallbackMicrosPerKwh: 8_000_000 },
    ];
    await flow.start([
      tariffCalc({ ...HOME, components }, { site: '' }),
      { id: 'guard', type: 'helper' },
      ...HELPERS,
      CATCH,
    ]);
    const fromMs = Date.UTC(2026, 9, 10);
    const payload = { fromMs, toMs: fromMs + 7_200_000, fromWh: 0, toWh: 2_000 };
    const prices = [{ fromMs, microsPerKwh: 3_000_000 }];
    const { prepaid } = await flow.ask('tariff', { payload: { ...payload, prices } }, 'out');
    // An hour at 3, and one at 8 when the price holds no longer.
    assert.equal((prepaid?.charge as { amountMicros: number }).amountMicros, 11_000_000);
    const wrongs: [object, RegExp][] = [
      [{ ...payload, prices: 5 }, /prices must be a list, got 5/],
      [{ ...payload, prices: [...prices, ...prices] }, /prices\[1\].fromMs must be a whole number above/],
      [{ ...payload, fromMs: undefined }, /payload.fromMs must be given with a bill, and is missing/],
      [{ fromMs, fromWh: 0, toWh: 1 }, /payload.toMs must be given with a bill, and is missing/],
      [{ ...payload, toMs: 1e300 }, /payload.toMs must be a time in whole ms since 1970, got 1e\+300/],
    ];
    for (const [wrong, words] of wrongs)
      assert.match(errorOf(await flow.ask('tariff', { payload: wrong }, 'error')), words);
  });

  it('compares a draft with what was paid, before anybody approves it', async () => {
    await start();
    await register();
    const startMs = Date.UTC(2026, 9, 10);
    for (let hour = 0; hour <= 10; hour += 1) await read(startMs + hour * 3_600_000, hour * 500);
    await flow.stop();
    const dearer = {
      ...HOME,
      version: 2,
      components: [{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 9_000_000 }],
    };
    await start(dearer, { state: 'draft' });
    const simulate = { fromMs: startMs, toMs: startMs + 36_000_000 };
    const { payload } = await flow.ask('tariff', { payload: { simulate } }, 'answer');
    const { accounts, oldMicros, newMicros, differenceMicros, skipped } = payload as Record<string, unknown>;
    assert.equal(oldMicros, 37_800_000);
    assert.equal(newMicros, 45_000_000);
    assert.equal(differenceMicros, 7_200_000);
    assert.deepEqual(skipped, []);
    assert.deepEqual(
      (accounts as TrialAccount[]).map(({ accountId, name, meters }) => [
        accountId,
        name,
        meters.map(({ meterId }) => meterId),
      ]),
      [['A1', 'House 1', ['M1']]],
    );
    assert.equal(flow.ledger.store.balanceOf('A1'), -37_800_000);
    const wrong = await flow.ask('tariff', { payload: { simulate: { fromMs: 5, toMs: 4 } } }, 'error');
    assert.match(errorOf(wrong), /simulate.toMs must be after 5, got 4/);
  });

  it('tries a draft on the meters of its tariff, and on others when they are named', async () => {
    await start();
    await register();
    await flow.ledger.post({
      type: 'approveTariff',
      tariff: { ...HOME, tariffId: 'shop' },
      inForceMs: 0,
      by: 'test',
    });
    const shop = { accountId: 'A2', name: 'Shop', meterId: 'M2', tariffId: 'shop' };
    await flow.ask('register', { payload: shop }, 'registered');
    const startMs = Date.UTC(2026, 9, 10);
    for (const meterId of ['M1', 'M2'])
      for (const hour of [0, 1, 2]) {
        const payload = { meterId, atMs: startMs + hour * 3_600_000, energyWh: hour * 500 };
        await flow.ask('ingest', { payload }, 'state');
      }
    await flow.stop();
    await start({ ...HOME, version: 2, components: HOME.components.slice(0, 1) }, { state: 'draft' });
    const simulate = { fromMs: startMs, toMs: startMs + 7_200_000 };
    const answerTo = async (asked: object): Promise<unknown[]> => {
      const { payload } = await flow.ask('tariff', { payload: { simulate: asked } }, 'answer');
      const { oldMicros, skipped } = payload as Record<string, unknown>;
      return [oldMicros, skipped];
    };
    assert.deepEqual(await answerTo(simulate), [4_200_000, ['M2']]);
    assert.deepEqual(await answerTo({ ...simulate, meterIds: ['M1', 'M2'] }), [8_400_000, []]);
  });

  it('counts a meter that was swapped for the customer whose it was, and sums for each customer', async () => {
    await start();
    await register();
    const startMs = Date.UTC(2026, 9, 10);
    await read(startMs, 0);
    await read(startMs + 3_600_000, 500);
    const closing = { atMs: startMs + 7_200_000, energyWh: 800 };
    await flow.ask('register', { payload: { takeDown: { meterId: 'M1', ...closing } } }, 'registered');
    for (const [accountId, meterId] of [
      ['A1', 'M2'],
      ['A2', 'M1'],
    ]) {
      await flow.ask('register', { payload: { accountId, name: 'House', meterId } }, 'registered');
      for (const [hours, energyWh] of [
        [3, 2_000],
        [4, 2_400],
      ] as const) {
        const payload = { meterId, atMs: startMs + hours * 3_600_000, energyWh };
        await flow.ask('ingest', { payload }, 'state');
      }
    }
    const simulate = { fromMs: startMs, toMs: startMs + 36_000_000 };
    const { payload } = await flow.ask('tariff', { payload: { simulate } }, 'answer');
    const { accounts, oldMicros } = payload as { accounts: TrialAccount[]; oldMicros: number };
    const { store } = flow.ledger;
    assert.deepEqual(
      accounts.map((one) => [one.accountId, one.oldMicros, one.meters.map(({ meterId }) => meterId)]),
      [
        ['A1', 0 - (store.balanceOf('A1') ?? NaN), ['M1', 'M2']],
        ['A2', 0 - (store.balanceOf('A2') ?? NaN), ['M1']],
      ],
    );
    for (const { oldMicros: sum, meters } of accounts)
      assert.equal(
        meters.reduce((total, meter) => total + meter.oldMicros, 0),
        sum,
      );
    assert.equal(
      accounts.reduce((total, account) => total + account.oldMicros, 0),
      oldMicros,
    );
    assert.equal(accounts[0]?.oldMicros, 5_040_000);
  });

  it('takes prices of a feed by message', async () => {
    const components = [
      { kind: 'priceFeed', id: 'energy', holdsMs: 3_600_000, fallbackMicrosPerKwh: 8_000_000 },
    ];
    await start({ ...HOME, components });
    await register();
    const startMs = Date.UTC(2026, 9, 10);
    await read(startMs, 0);
    const prices = [{ fromMs: startMs, microsPerKwh: 2_000_000 }];
    await flow.ask('tariff', { payload: { prices } }, 'answer');
    await read(startMs + 180_000, 1_000);
    assert.equal(flow.ledger.store.balanceOf('A1'), -2_000_000);
    const wrong = await flow.ask('tariff', { payload: { prices: [{ fromMs: 'now' }] } }, 'error');
    assert.match(errorOf(wrong), /prices\[0\].fromMs/);
  });

  it('never changes a version that was approved', async () => {
    await start();
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
    await flow.stop();
    await start({ ...HOME, components: HOME.components.slice(0, 1) });
    await register();
    const error = await flow.ask(
      'ingest',
      { payload: { meterId: 'M1', atMs: Date.UTC(2026, 9, 10), energyWh: 5 } },
      'error',
    );
    assert.match(errorOf(error), /version "1" is approved and never changes/);
  });

  it('says on every message what is wrong with its tariff', async () => {
    await start({ ...HOME, timeZone: 'Mars/Olympus' });
    const error = await flow.ask('tariff', { payload: { fromWh: 0, toWh: 4 } }, 'error');
    assert.match(errorOf(error), /timeZone must be an IANA time zone/);
  });

  it('bills nobody by a draft', async () => {
    await start(HOME, { state: 'draft' });
    await register();
    const error = await flow.ask(
      'ingest',
      { payload: { meterId: 'M1', atMs: Date.UTC(2026, 9, 10), energyWh: 5 } },
      'error',
    );
    assert.match(errorOf(error), /tariff "home" has no approved version: approve one/);
  });
});
