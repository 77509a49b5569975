import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { join } from 'node:path';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { SqliteStore } from '../../nodes/lib/io/sqlite/sqlite-store';
import { RunningFlow, withDeadline } from './running-flow';

describe('balance-guard over a ledger that cannot write', () => {
  let flow: RunningFlow;
  let onStatus: (look: string) => void = () => undefined;
  const shows = (look: string): Promise<void> =>
    withDeadline(`a status that is ${look}`, (resolve: (value: void) => void) => {
      onStatus = (shown) => {
        if (shown === look) resolve();
      };
    });

  beforeEach(async () => {
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
      { id: 'guard', type: 'balance-guard', site: 'site', cutAt: '0', wires: [['state'], [], []] },
      ...['registered', 'state', 'refused', 'error'].map((id) => ({ id, type: 'helper' })),
      { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['error']] },
    ]);
    const house = { accountId: 'A1', name: 'House 1', meterId: 'M1' };
    await flow.ask('register', { payload: house }, 'registered');
    const guard = flow.node('guard');
    const show = guard.status.bind(guard);
    guard.status = (status) => {
      if (typeof status === 'object') onStatus(`${status.fill} ${status.shape}`);
      show(status);
    };
  });
  afterEach(() => flow.close());

  const reading = (secondsAgo: number, energyWh: number, receipt: string): PrepaidMessage => ({
    payload: { meterId: 'M1', atMs: flow.ledger.nowMs() - secondsAgo * 1_000, energyWh },
    prepaid: { receipt },
  });

  it('is red and acknowledges nothing while another holds the file, and goes on by itself', async () => {
    await flow.ask('ingest', reading(600, 5_000, 'none'), 'state');
    const other = new Database(join(flow.folder, 'ledger.sqlite'));
    (flow.ledger.store as SqliteStore)['db'].pragma('busy_timeout = 1');
    const answers: string[] = [];
    const ask = (): string =>
      flow.ledger.receipts.issue(1, flow.ledger.monotonicMs(), (outcome) => answers.push(outcome)) ?? '';

    other.exec('BEGIN IMMEDIATE');
    const red = shows('red ring');
    const error = await flow.ask('ingest', reading(300, 5_250, ask()), 'error');
    assert.match((error['error'] as { message: string }).message, /locked/);
    await red;
    assert.deepEqual(answers, ['failed']);
    assert.equal(flow.ledger.store.balanceOf('A1'), 0);
    other.exec('ROLLBACK');
    other.close();

    const green = shows('green dot');
    const state = await flow.ask('ingest', reading(0, 5_500, ask()), 'state');
    assert.equal((state.payload as { balanceMicros: number }).balanceMicros, -4_000_000);
    await green;
    assert.deepEqual(answers, ['failed', 'durable']);
  });

  for (const [id, known, says] of [
    ['ingest', false, /^50 of 50 refused readings that a meter sent are not stored: .*locked/],
    ['guard', true, /^50 of 50 readings are not billed: .*locked/],
  ] as const)
    it(`has one error for a frame of ${known ? 'known' : 'unknown'} meters, which is not acknowledged`, async () => {
      await flow.ask('ingest', reading(86_400, 5_000, 'none'), 'state');
      // What the first reading has led to is written before the disk is taken away.
      await flow.ledger.post({ type: 'noticesHanded', noticeIds: [] });
      const errors: string[] = [];
      flow.node(id).error = (error: unknown) => errors.push((error as Error).message);
      const other = new Database(join(flow.folder, 'ledger.sqlite'));
      (flow.ledger.store as SqliteStore)['db'].pragma('busy_timeout = 1');
      other.exec('BEGIN IMMEDIATE');
      const nowMs = flow.ledger.nowMs();
      const payload = Array.from({ length: 50 }, (_, n) => ({
        meterId: known ? 'M1' : `X${n}`,
        atMs: nowMs - 1_000 * (60 - n),
        energyWh: 5_001 + n,
      }));
      const outcome = await withDeadline('an answer', (resolve) => {
        const receipt = flow.ledger.receipts.issue(50, flow.ledger.monotonicMs(), resolve) ?? '';
        flow.send('ingest', { payload, prepaid: { receipt } });
      });
      while (errors.length === 0) await new Promise((resolve) => setImmediate(resolve));
      other.exec('ROLLBACK');
      other.close();
      assert.equal(outcome, 'failed');
      assert.equal(errors.length, 1);
      assert.match(errors[0]!, says);
    });
});
