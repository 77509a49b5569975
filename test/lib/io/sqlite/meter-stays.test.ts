import assert from 'node:assert/strict';
import fc from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { PostingResult } from '../../../../nodes/lib/ledger/posting';
import { property } from '../../property';
import { crashTariff, DAY_MICROS } from './crash-tariff';
import { LedgerFixture, registration, START_MS } from './ledger-fixture';
import { LedgerRows } from './ledger-rows';
import { ReadingFlow } from './reading-flow';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MICROS_PER_WH = 8_000;

function assertSound(ledger: LedgerFixture): void {
  verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
}

describe('the stay of a meter at an account', () => {
  let ledger: LedgerFixture;
  let flow: ReadingFlow;
  const read = (meterId: string, hour: number, energyWh: number): void => {
    flow.send({ meterId, atMs: START_MS + hour * HOUR_MS, energyWh }, START_MS);
    flow.commit(START_MS);
  };
  const register = (account: number, meterId: string): PostingResult =>
    ledger.commit({
      type: 'register',
      registration: { ...registration(account), meterId, tariffId: 'home' },
      by: 'fitter',
    });
  const takeDown = (meterId: string, hour: number, energyWh: number | null): PostingResult => {
    const atMs = START_MS + hour * HOUR_MS;
    ledger.nowMs = atMs;
    const closing = energyWh === null ? null : { atMs, energyWh };
    const result = ledger.commit({ type: 'closeMeter', meterId, closing, by: 'fitter', guard: null });
    if (result.outcome === 'committed') flow.forget(meterId);
    return result;
  };
  const billedWh = (account: number): number =>
    (0 - (ledger.store.balanceOf(`A${account}`) ?? NaN)) / MICROS_PER_WH;

  beforeEach(() => {
    ledger = new LedgerFixture();
    flow = new ReadingFlow(ledger.store, 'home');
    register(1, 'M1');
    read('M1', 0, 7_000);
    read('M1', 1, 7_100);
  });
  afterEach(() => {
    assertSound(ledger);
    ledger.dispose();
  });

  it('ends with its last reading, and the next meter begins with its own first one', () => {
    assert.equal(takeDown('M1', 2, 7_130).outcome, 'committed');
    register(1, 'M2');
    read('M2', 3, 90_000);
    assert.equal(billedWh(1), 130);
    read('M2', 4, 90_050);
    assert.equal(billedWh(1), 180);
  });

  it('ends without a reading when nobody took one: what was used since is nobody’s', () => {
    takeDown('M1', 2, null);
    register(1, 'M2');
    read('M2', 3, 10);
    read('M2', 4, 15);
    assert.equal(billedWh(1), 105);
  });

  it('goes on at another account from whatever the device shows there', () => {
    const stolen = register(2, 'M1');
    assert.ok(stolen.outcome === 'refused' && stolen.field === 'meterId');
    takeDown('M1', 2, 7_130);
    register(2, 'M1');
    read('M1', 3, 7_400);
    assert.deepEqual([billedWh(1), billedWh(2)], [130, 0]);
    read('M1', 4, 7_420);
    assert.deepEqual([billedWh(1), billedWh(2)], [130, 20]);
  });

  it('takes a late reading of its own time, also after the meter has gone elsewhere', () => {
    takeDown('M1', 3, 7_130);
    register(2, 'M1');
    read('M1', 4, 20);
    read('M1', 2, 7_110);
    assert.ok(flow.acknowledged.has(`M1 ${START_MS + 2 * HOUR_MS}`), flow.refusals.join());
    assert.deepEqual([billedWh(1), billedWh(2)], [130, 0]);
    const rows = new LedgerRows(ledger.file);
    const stays = rows.all('SELECT meter_key FROM reading WHERE is_late = 1');
    rows.close();
    assert.deepEqual(stays, [{ meter_key: 1 }]);
  });

  it('stays what the meter’s id meant once, in a fleet that is too large to be at hand as well', () => {
    takeDown('M1', 4, 7_130);
    register(2, 'M1');
    register(3, 'M3');
    for (const [meterId, hour, energyWh] of [
      ['M1', 5, 20],
      ['M3', 5, 1],
      ['M1', 2, 7_110],
      ['M3', 6, 2],
      ['M1', 3, 7_120],
      ['M3', 7, 3],
      ['M1', 6, 50],
    ] as const)
      read(meterId, hour, energyWh);
    assert.deepEqual(flow.refusals, []);
    assert.deepEqual([billedWh(1), billedWh(2), billedWh(3)], [130, 30, 2]);
  });

  it('ends neither before its last reading nor below it nor in the future', () => {
    const says = (result: PostingResult): string =>
      result.outcome === 'refused' ? result.field : result.outcome;
    assert.equal(says(takeDown('M1', 1, 7_200)), 'closing.atMs');
    assert.equal(says(takeDown('M1', 2, 7_099)), 'closing.energyWh');
    const closing = { atMs: START_MS + 9 * HOUR_MS, energyWh: 7_200 };
    const future = ledger.commit({ type: 'closeMeter', meterId: 'M1', closing, by: 'x', guard: null });
    assert.equal(says(future), 'closing.atMs');
    assert.equal(says(takeDown('M7', 2, 1)), 'meterId');
    assert.equal(billedWh(1), 100);
  });
});

describe('a standing charge', () => {
  it('is paid once per meter and day, whoever looks how often, also while the meter is silent', function () {
    this.timeout(60_000);
    const act = fc.record({
      side: fc.constantFrom(0, 1),
      kind: fc.constantFrom('read', 'accrue', 'accrue', 'wait', 'wait', 'reopen'),
      hours: fc.nat(60),
    });
    property(
      fc.array(act, { maxLength: 40 }),
      (acts) => {
        const ledger = new LedgerFixture(crashTariff(1));
        const stores = [ledger.store, ledger.open()];
        ledger.register(1);
        let nowMs = START_MS;
        let readMs = START_MS;
        let energyWh = 0;
        const read = (side: number): void => {
          const flow = new ReadingFlow(stores[side]!, 'home');
          flow.send({ meterId: 'M1', atMs: readMs, energyWh }, nowMs);
          flow.commit(nowMs);
          readMs = nowMs + 1;
          energyWh += 100;
        };
        const accrue = (side: number): void => {
          const store = stores[side]!;
          const due = store.dueAccruals(nowMs, 10);
          // Two timers may find the same day due before either has committed.
          const twice = [...due, ...due].map((meterKey) => ({
            type: 'accrual' as const,
            meterKey,
            guard: null,
          }));
          store.commit(twice, nowMs);
        };
        try {
          read(0);
          for (const { side, kind, hours } of acts) {
            if (kind === 'wait') nowMs += hours * HOUR_MS;
            else if (kind === 'read') read(side);
            else if (kind === 'accrue') accrue(side);
            else {
              stores[side]!.close();
              stores[side] = ledger.open();
              ledger.store = stores[0]!;
            }
          }
          nowMs = Math.max(nowMs, ledger.store.lastMs() + 1);
          accrue(1);
          const rows = new LedgerRows(ledger.file);
          const paid = rows.all<{ micros: number }>(
            'SELECT amount_micros AS micros FROM transfer WHERE kind = 3 ORDER BY transfer_key',
          );
          rows.close();
          const days = Math.floor(nowMs / DAY_MS) - Math.floor(START_MS / DAY_MS) + 1;
          assert.equal(
            paid.reduce((sum, { micros }) => sum + micros, 0),
            days * DAY_MICROS,
          );
          assertSound(ledger);
        } finally {
          stores[1]!.close();
          ledger.dispose();
        }
      },
      25,
    );
  });
});
