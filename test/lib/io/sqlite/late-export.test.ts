import assert from 'node:assert/strict';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { HOME_TARIFF, LedgerFixture, registration, START_MS } from './ledger-fixture';
import { ReadingFlow } from './reading-flow';

const HOUR_MS = 3_600_000;
const SOLAR: Tariff = {
  ...HOME_TARIFF,
  timeZone: 'UTC',
  components: [
    ...HOME_TARIFF.components,
    {
      kind: 'exportCredit',
      id: 'sun',
      settle: 'paid',
      price: { kind: 'own', rateMicrosPerKwh: 2_000_000 },
    },
  ],
};

describe('a late reading that says what had flowed back', () => {
  let ledger: LedgerFixture;
  let flow: ReadingFlow;
  const nowMs = START_MS + 10 * HOUR_MS;
  const send = (hours: number, energyWh: number, exportWh?: number): void => {
    const reading = { meterId: 'M1', atMs: START_MS + hours * HOUR_MS, energyWh };
    flow.send(exportWh === undefined ? reading : { ...reading, exportWh }, nowMs);
    flow.commit(nowMs);
  };
  beforeEach(() => {
    ledger = new LedgerFixture(SOLAR);
    ledger.register(1);
    ledger.commit({ type: 'register', registration: { ...registration(1), tariffId: 'home' }, by: 'staff' });
    flow = new ReadingFlow(ledger.store, 'home');
  });
  afterEach(() => ledger.dispose());
  const assertPaid = (micros: number): void => {
    assert.deepEqual(flow.refusals, []);
    assert.equal(ledger.store.balanceOf('A1'), -micros);
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  };

  it('is what the next reading counts from, where none had said so before', () => {
    send(0, 0);
    send(2, 1_000);
    send(1, 400, 100);
    send(3, 1_500, 700);
    assertPaid(1_500 * 8_000 - 600 * 2_000);
  });

  it('is what the next reading counts from, where it says more than those before it', () => {
    send(0, 0, 50);
    send(2, 1_000);
    send(1, 400, 100);
    assert.equal(ledger.store.knownMeter('M1')?.head?.exportWh, 100);
    send(3, 1_500, 700);
    assertPaid(1_500 * 8_000 - 650 * 2_000);
    assert.equal(flow.acknowledged.size, 4);
  });

  it('keeps a reading out that says less', () => {
    send(0, 0);
    send(2, 1_000);
    send(1, 400, 100);
    send(3, 1_500, 60);
    assert.equal(flow.acknowledged.size, 3);
    assert.equal(flow.refusals.length, 1);
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  });
});
