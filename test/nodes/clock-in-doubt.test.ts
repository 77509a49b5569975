import assert from 'node:assert/strict';
import type { ClockReport } from '../../nodes/lib/site/clock-watch';
import type { HeldReading } from '../../nodes/lib/ledger/report';
import { DAY_MS } from '../../nodes/lib/time/calendar-date';
import { RunningFlow, withDeadline } from './running-flow';

describe('a flow whose machine has its clock set', () => {
  const realNow = Date.now;
  const realPath = process.env['PATH'];
  let flow: RunningFlow;
  let statuses: string[];
  let warnings: string[];
  let onStatus: (shown: string) => void;

  beforeEach(async () => {
    // What the time service of this machine says is not of the test's clock.
    process.env['PATH'] = '';
    flow = await RunningFlow.open();
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      { id: 'ingest', type: 'meter-ingest', site: 'site', wires: [['tariff'], ['refused'], []] },
      {
        id: 'tariff',
        type: 'tariff-calc',
        site: 'site',
        tariffId: 'home',
        version: 1,
        pricePerKwh: '8.00',
        wires: [['guard']],
      },
      { id: 'guard', type: 'balance-guard', site: 'site', wires: [['state'], [], []] },
      { id: 'report', type: 'prepaid-report', site: 'site', wires: [['answer']] },
      ...['registered', 'state', 'refused', 'answer', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    statuses = [];
    warnings = [];
    onStatus = () => undefined;
    for (const id of ['site', 'report']) {
      const node = flow.node(id);
      node.status = (status) => {
        const shown = `${id} ${(status as { fill?: string }).fill ?? 'none'}`;
        statuses.push(shown);
        onStatus(shown);
      };
      node.warn = (text) => warnings.push(String(text));
    }
    const house = { accountId: 'A1', name: 'House 1', meterId: 'M1' };
    await flow.ask('register', { payload: house }, 'registered');
    await send(realNow() - 60_000, 5_000, 'state');
  });
  afterEach(async () => {
    Date.now = realNow;
    process.env['PATH'] = realPath;
    await flow.close();
  });

  const setAhead = async (ms: number): Promise<void> => {
    Date.now = () => realNow() + ms;
    await look();
  };
  const look = async (): Promise<void> => {
    const { clockWatch } = flow.ledger;
    assert.ok(clockWatch);
    await clockWatch.look();
  };
  const send = async (atMs: number, energyWh: number, at: string): Promise<object> =>
    (await flow.ask('ingest', { payload: { meterId: 'M1', atMs, energyWh } }, at)).payload as object;
  /** A refused reading leaves the node before it is written down. */
  const refuse = async (atMs: number, energyWh: number): Promise<void> => {
    await send(atMs, energyWh, 'refused');
    await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
  };
  const ask = async (question: string): Promise<Record<string, unknown>> =>
    (await flow.ask('report', { payload: { ask: question } }, 'answer')).payload as Record<string, unknown>;
  const clock = async (): Promise<ClockReport> => (await ask('neighbourhood'))['clock'] as ClockReport;
  const held = async (): Promise<HeldReading[]> => (await ask('held'))['readings'] as HeldReading[];
  const errorOf = async (payload: object): Promise<string> =>
    ((await flow.ask('register', { payload }, 'error'))['error'] as { message: string }).message;

  it('goes on by the sure time, and takes what was ahead of it once a person accepts', async () => {
    assert.deepEqual(await clock(), { state: 'sure' });
    await setAhead(DAY_MS);
    await look();
    assert.equal((await clock()).state, 'doubted');
    assert.deepEqual(statuses, ['site yellow', 'report yellow']);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? '', /doubted/);
    assert.ok(Math.abs(flow.ledger.nowMs() - realNow()) < 60_000);

    // A meter without a better clock goes on being billed; one whose clock is right as well waits in one line.
    const state = (await send(realNow() - 30_000, 5_100, 'state')) as { balanceMicros: number };
    assert.equal(state.balanceMicros, -800_000);
    for (const energyWh of [5_150, 5_200, 5_250]) await refuse(Date.now() - 20_000 + energyWh, energyWh);
    const [line, ...others] = await held();
    assert.deepEqual(others, []);
    assert.deepEqual([line?.cause, line?.times], ['clock', 3]);

    assert.match(await errorOf({ clock: 'accept' }), /by must be the name of a person/);
    assert.match(await errorOf({ clock: 'yes', by: 'clerk' }), /clock must be "accept", got "yes"/);
    await flow.ask('register', { payload: { clock: 'accept', by: 'clerk' } }, 'registered');
    assert.deepEqual(await clock(), { state: 'sure' });
    assert.deepEqual(statuses.slice(2), ['site none', 'report green']);
    assert.deepEqual(await held(), []);
    assert.equal(flow.ledger.store.balanceOf('A1'), -2_000_000);
    const next = (await send(Date.now(), 5_500, 'state')) as { balanceMicros: number };
    assert.equal(next.balanceMicros, -4_000_000);
    assert.match(await errorOf({ clock: 'accept', by: 'clerk' }), /clock is not in doubt/);
  });

  it('sees by itself that the clock was set, and that it came back', async () => {
    const shows = (wanted: string): Promise<void> =>
      withDeadline(`a status that is ${wanted}`, (resolve: (value: void) => void) => {
        onStatus = (shown) => shown === wanted && resolve();
      });
    const yellow = shows('site yellow');
    Date.now = () => realNow() - DAY_MS;
    await yellow;
    const clear = shows('site none');
    Date.now = realNow;
    await clear;
    assert.equal(warnings.length, 1);
  });

  it('leaves a register that jumped to a person', async () => {
    await setAhead(DAY_MS);
    await refuse(Date.now(), 9_000_000);
    await flow.ask('register', { payload: { clock: 'accept', by: 'clerk' } }, 'registered');
    assert.deepEqual(
      (await held()).map(({ cause }) => cause),
      ['clock'],
    );
  });

  it('forgets readings from ahead when the clock comes back', async () => {
    await setAhead(DAY_MS);
    await refuse(Date.now(), 5_200);
    Date.now = realNow;
    await look();
    assert.deepEqual(await held(), []);
    assert.equal(warnings.length, 1);
    assert.equal(flow.ledger.store.balanceOf('A1'), 0);
    const next = (await send(realNow(), 5_100, 'state')) as { balanceMicros: number };
    assert.equal(next.balanceMicros, -800_000);
  });
});
