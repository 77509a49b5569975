import assert from 'node:assert/strict';
import { join } from 'node:path';
import { verifyLedger } from '../../nodes/lib/io/sqlite/verify-ledger';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { Tariff } from '../../nodes/lib/tariff/tariff';
import { RunningFlow } from './running-flow';

const HOUR_MS = 3_600_000;
const startMs = Date.UTC(2026, 2, 10, 6);
const tariffOf = (version: number, rateMicrosPerKwh: number): Tariff => ({
  tariffId: 'home',
  version,
  timeZone: 'UTC',
  billing: { kind: 'month', anchorDay: 1 },
  holidays: [],
  seasons: [],
  components: [{ kind: 'flat', id: 'energy', rateMicrosPerKwh }],
});
const guard = (id: string) => ({ id, type: 'balance-guard', site: 'site', wires: [['state'], [], []] });

describe('the wire between price and ledger', () => {
  let flow: RunningFlow;
  beforeEach(async () => {
    flow = await RunningFlow.open();
  });
  afterEach(async () => {
    verifyLedger(join(flow.folder, 'ledger.sqlite'), ({ check, fault }) => assert.equal(fault, null, check));
    await flow.close();
  });

  const start = async (pricedTo: string[]): Promise<void> => {
    await flow.start([
      flow.site(),
      { id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      { id: 'ingest', type: 'meter-ingest', site: 'site', maxAgeDays: 0, wires: [['tariff'], [], []] },
      {
        id: 'tariff',
        type: 'tariff-calc',
        configVersion: 1,
        site: 'site',
        tariff: JSON.stringify(tariffOf(1, 4_000_000)),
        state: 'approved',
        inForceFrom: '2026-01-01T00:00',
        wires: [pricedTo, []],
      },
      guard('guard'),
      guard('guard 2'),
      ...['held', 'state', 'registered'].map((id) => ({ id, type: 'helper' })),
    ]);
    await register();
  };
  const register = (): Promise<PrepaidMessage> =>
    flow.ask('register', { payload: { accountId: 'A1', name: 'House 1', meterId: 'M1' } }, 'registered');
  const read = (hour: number, energyWh: number, answer = 'state'): Promise<PrepaidMessage> =>
    flow.ask('ingest', { payload: { meterId: 'M1', atMs: startMs + hour * HOUR_MS, energyWh } }, answer);
  const paid = (): number => 0 - (flow.ledger.store.balanceOf('A1') ?? NaN);
  /** Lets a message go on to the guard, and waits until it is through. */
  const deliver = (message: PrepaidMessage): Promise<PrepaidMessage> => flow.ask('guard', message, 'state');

  it('books once what goes to two guards', async () => {
    await start(['guard', 'guard 2']);
    await read(0, 1_000);
    for (const hour of [1, 2, 3, 4]) await read(hour, 1_000 + hour * 500);
    // The second guard may still be at the last one.
    await read(5, 4_000);
    assert.equal(paid(), 12_000_000);
  });

  it('prices again what was on its way when a version was approved that held already', async () => {
    await start(['held']);
    await deliver(await read(0, 1_000, 'held'));
    await deliver(await read(1, 2_000, 'held'));
    assert.equal(paid(), 4_000_000);
    const onItsWay = await read(2, 3_000, 'held');
    await flow.ledger.post({
      type: 'approveTariff',
      tariff: tariffOf(2, 6_000_000),
      inForceMs: startMs + HOUR_MS,
      by: 'test',
    });
    const again = await flow.ask('guard', onItsWay, 'held');
    assert.equal(paid(), 4_000_000, 'nothing is booked at the old price');
    await deliver(again);
    assert.equal(paid(), 10_000_000);
  });

  it('begins anew with what was on its way when its meter was closed and opened again', async () => {
    await start(['held']);
    await deliver(await read(0, 1_000, 'held'));
    await deliver(await read(1, 2_000, 'held'));
    const onItsWay = await read(3, 5_000, 'held');
    const takeDown = { meterId: 'M1', atMs: startMs + 2 * HOUR_MS, energyWh: 2_500 };
    await flow.ask('register', { payload: { takeDown } }, 'registered');
    await register();
    const again = await flow.ask('guard', onItsWay, 'held');
    await deliver(again);
    assert.equal(paid(), 6_000_000, 'the new stay begins at 5 kWh');
    await deliver(await read(4, 6_000, 'held'));
    assert.equal(paid(), 10_000_000);
  });

  it('books the price of the ledger, whatever a flow writes into a charge', async () => {
    await start(['held']);
    await deliver(await read(0, 1_000, 'held'));
    const changed = await read(1, 2_000, 'held');
    const charge = changed.prepaid?.charge as { amountMicros: number; lines: { amountMicros: number }[] };
    charge.amountMicros = 1;
    const again = await flow.ask('guard', changed, 'held');
    assert.equal(paid(), 0);
    const { lines } = again.prepaid?.charge as { lines: { amountMicros: number }[] };
    for (const line of lines) line.amountMicros = 7;
    await deliver(again);
    assert.equal(paid(), 4_000_000);
  });
});
