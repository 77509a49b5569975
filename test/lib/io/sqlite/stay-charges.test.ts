import assert from 'node:assert/strict';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { Registration } from '../../../../nodes/lib/ledger/account';
import type { PostingResult } from '../../../../nodes/lib/ledger/posting';
import type { Tariff, Component } from '../../../../nodes/lib/tariff/tariff';
import { approvalOf, HOME_TARIFF, LedgerFixture, registration } from './ledger-fixture';
import { ReadingFlow } from './reading-flow';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAY = { kind: 'standingDay' as const, id: 'day', amountMicros: 1_000_000, perKw: false };
const MONTH = {
  kind: 'standingMonth' as const,
  id: 'month',
  amountMicros: 100_000_000,
  perKw: false,
  spread: false,
};
const MINIMUM = {
  kind: 'minimum' as const,
  id: 'least',
  amountMicros: 310_000_000,
  perKw: false,
  of: ['energy'],
};
const BANK = {
  kind: 'exportCredit' as const,
  id: 'solar',
  settle: 'banked' as const,
  of: ['energy'],
  leftoverMicrosPerKwh: 5_000_000,
};

function tariffOf(version: number, ...components: Component[]): Tariff {
  return { ...HOME_TARIFF, timeZone: 'UTC', version, components: [...HOME_TARIFF.components, ...components] };
}

describe('the charges of a stay', () => {
  const startMs = Date.parse('2026-03-10T04:00:00Z');
  let ledger: LedgerFixture;
  let flow: ReadingFlow;
  const open = (...components: Component[]): void => {
    ledger = new LedgerFixture(tariffOf(1, ...components));
    flow = new ReadingFlow(ledger.store, 'home');
  };
  const register = (account: number, meterId: string, nowMs: number, more: Partial<Registration> = {}) => {
    ledger.nowMs = nowMs;
    const entry = { ...registration(account), meterId, tariffId: 'home', ...more };
    assert.equal(ledger.commit({ type: 'register', registration: entry, by: 'fitter' }).outcome, 'recorded');
    flow.forget(meterId);
  };
  const read = (meterId: string, atMs: number, energyWh: number, exportWh?: number, nowMs = atMs): void => {
    flow.send(
      exportWh === undefined ? { meterId, atMs, energyWh } : { meterId, atMs, energyWh, exportWh },
      nowMs,
    );
    flow.commit(nowMs);
  };
  const takeDown = (
    meterId: string,
    nowMs: number,
    closing: { atMs: number; energyWh: number; exportWh?: number } | null,
  ): PostingResult => {
    ledger.nowMs = nowMs;
    const result = ledger.commit({ type: 'closeMeter', meterId, closing, by: 'fitter', guard: null });
    flow.forget(meterId);
    return result;
  };
  const chargeDue = (nowMs: number): void => {
    for (const meterKey of ledger.store.dueReratings(10))
      flow.submit({ type: 'rerate', meterKey, guard: null });
    flow.commit(nowMs);
    for (const meterKey of ledger.store.dueAccruals(nowMs, 10))
      flow.submit({ type: 'accrual', meterKey, guard: null });
    flow.commit(nowMs);
  };
  /** What an account has paid, in whole units of money. */
  const paid = (account: number): number => (0 - (ledger.store.balanceOf(`A${account}`) ?? NaN)) / 1_000_000;
  afterEach(() => {
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
    ledger.dispose();
  });

  it('give the days back that were charged after its end', () => {
    open(DAY);
    register(1, 'M1', startMs);
    read('M1', startMs, 1_000);
    chargeDue(startMs + 10 * DAY_MS);
    assert.equal(paid(1), 11);
    takeDown('M1', startMs + 10 * DAY_MS, { atMs: startMs + 2 * DAY_MS, energyWh: 1_000 });
    assert.equal(paid(1), 3);
    register(2, 'M1', startMs + 10 * DAY_MS);
    read('M1', startMs + 3 * DAY_MS, 1_000, undefined, startMs + 10 * DAY_MS);
    chargeDue(startMs + 10 * DAY_MS);
    assert.deepEqual([paid(1), paid(2)], [3, 8]);
  });

  it('end before the day and the month that begin as it ends', () => {
    open(DAY, MONTH);
    const midnightMs = Date.parse('2026-04-01T00:00:00Z');
    register(1, 'M1', startMs);
    read('M1', midnightMs - DAY_MS, 1_000);
    chargeDue(midnightMs - 1);
    assert.equal(paid(1), 101);
    takeDown('M1', midnightMs + HOUR_MS, { atMs: midnightMs, energyWh: 1_000 });
    assert.equal(paid(1), 101);
  });

  it('leave the day that is paid to whoever has the device next, and count a month of their own', () => {
    open(DAY, MONTH);
    register(1, 'M1', startMs);
    read('M1', startMs, 1_000);
    chargeDue(startMs + HOUR_MS);
    takeDown('M1', startMs + 3 * HOUR_MS, { atMs: startMs + 2 * HOUR_MS, energyWh: 1_000 });
    register(2, 'M1', startMs + 4 * HOUR_MS);
    read('M1', startMs + 5 * HOUR_MS, 1_000);
    chargeDue(startMs + 6 * HOUR_MS);
    assert.deepEqual([paid(1), paid(2)], [101, 0]);
    chargeDue(startMs + DAY_MS);
    assert.deepEqual([paid(1), paid(2)], [101, 101]);
  });

  for (const daysLater of [0, 3]) {
    it(`do not count the month again for a new device ${daysLater} days later`, () => {
      open(DAY, MONTH);
      register(1, 'M1', startMs);
      read('M1', startMs, 1_000);
      chargeDue(startMs + HOUR_MS);
      takeDown('M1', startMs + 3 * HOUR_MS, { atMs: startMs + 2 * HOUR_MS, energyWh: 1_000 });
      const nextMs = startMs + daysLater * DAY_MS + 5 * HOUR_MS;
      register(1, 'M2', nextMs);
      read('M2', nextMs, 50);
      chargeDue(nextMs + HOUR_MS);
      assert.equal(paid(1), 101 + Math.min(daysLater, 1));
      const aprilMs = Date.parse('2026-04-01T01:00:00Z');
      read('M2', aprilMs, 50);
      chargeDue(aprilMs);
      assert.equal(paid(1), 100 + 1 + (21 - Math.max(daysLater - 1, 0)) + 101);
      // The past priced again comes to the same.
      ledger.nowMs = aprilMs;
      ledger.commit(approvalOf(tariffOf(2, DAY, MONTH), startMs - DAY_MS));
      chargeDue(aprilMs);
      assert.equal(paid(1), 100 + 1 + (21 - Math.max(daysLater - 1, 0)) + 101);
    });
  }

  it('do not count a day again that was paid by another clock', () => {
    ledger = new LedgerFixture({ ...tariffOf(1, DAY, MONTH), timeZone: 'America/Sao_Paulo' });
    flow = new ReadingFlow(ledger.store, 'home');
    ledger.nowMs = startMs;
    // By the clock of the second version the day begins when it is still the day before by that of the first one.
    ledger.commit(approvalOf(tariffOf(2, DAY, MONTH), startMs + HOUR_MS));
    register(1, 'M1', startMs);
    read('M1', startMs, 1_000);
    chargeDue(startMs);
    assert.equal(paid(1), 101);
    takeDown('M1', startMs + HOUR_MS, { atMs: startMs + HOUR_MS, energyWh: 1_000 });
    register(1, 'M2', startMs + 2 * HOUR_MS);
    read('M2', startMs + 2 * HOUR_MS, 0);
    chargeDue(startMs + 3 * HOUR_MS);
    assert.equal(paid(1), 101);
  });

  it('settle the least to be paid by the days of the last period', () => {
    open(MINIMUM);
    const marchMs = Date.parse('2026-03-01T00:00:00Z');
    register(1, 'M1', marchMs);
    read('M1', marchMs, 1_000);
    read('M1', marchMs + 10 * DAY_MS, 2_000);
    takeDown('M1', marchMs + 21 * DAY_MS, { atMs: marchMs + 20 * DAY_MS, energyWh: 3_000 });
    assert.equal(paid(1), 200);
  });

  it('settle the periods that went by without a reading too', () => {
    open(MINIMUM);
    const marchMs = Date.parse('2026-03-01T00:00:00Z');
    register(1, 'M1', marchMs);
    read('M1', marchMs, 1_000);
    takeDown('M1', marchMs + 31 * DAY_MS + 15 * DAY_MS, null);
    assert.equal(paid(1), 310 + 155);
  });

  it('settle what is banked, and again when a late reading or a tariff changes what it was', () => {
    open(BANK);
    register(1, 'M1', startMs);
    read('M1', startMs, 1_000, 0);
    read('M1', startMs + 10 * HOUR_MS, 1_000, 30_000);
    takeDown('M1', startMs + 21 * HOUR_MS, {
      atMs: startMs + 20 * HOUR_MS,
      energyWh: 1_000,
      exportWh: 30_000,
    });
    assert.equal(paid(1), -150);
    register(2, 'M1', startMs + 21 * HOUR_MS);
    read('M1', startMs + 22 * HOUR_MS, 1_000);
    read('M1', startMs + 15 * HOUR_MS, 1_000, 30_000, startMs + 23 * HOUR_MS);
    assert.ok(flow.acknowledged.has(`M1 ${startMs + 15 * HOUR_MS}`), flow.refusals.join());
    assert.equal(paid(1), -150);
    ledger.nowMs = startMs + 24 * HOUR_MS;
    ledger.commit(
      approvalOf(tariffOf(2, { ...BANK, leftoverMicrosPerKwh: 4_000_000 }), startMs + 11 * HOUR_MS),
    );
    chargeDue(startMs + 24 * HOUR_MS);
    assert.equal(paid(1), -120);
  });

  it('are not ended with the register of a meter that was never read', () => {
    open(DAY);
    register(1, 'M1', startMs);
    const result = takeDown('M1', startMs + 5 * DAY_MS, { atMs: startMs + 4 * DAY_MS, energyWh: 99_000 });
    assert.ok(result.outcome === 'refused' && result.field === 'closing.energyWh', result.outcome);
    assert.equal(takeDown('M1', startMs + 5 * DAY_MS, null).outcome, 'committed');
    assert.equal(paid(1), 0);
    register(2, 'M2', startMs + 6 * DAY_MS, { tariffId: null });
    assert.equal(takeDown('M2', startMs + 7 * DAY_MS, null).outcome, 'committed', 'nor has it a tariff');
  });

  it('wait for terms that are still to come, also when the meter was never read', () => {
    open();
    const dear = {
      ...tariffOf(1),
      tariffId: 'dear',
      components: [{ ...HOME_TARIFF.components[0]!, rateMicrosPerKwh: 20_000_000 }],
    };
    ledger.commit(approvalOf(dear));
    register(1, 'M1', startMs);
    register(1, 'M1', startMs, { tariffId: 'dear', termsFromMs: startMs + 60 * DAY_MS });
    read('M1', startMs, 0);
    read('M1', startMs + DAY_MS, 1_000);
    assert.equal(paid(1), 8);
    read('M1', startMs + 60 * DAY_MS, 1_000);
    read('M1', startMs + 61 * DAY_MS, 2_000);
    assert.equal(paid(1), 28);
  });
});
