import assert from 'node:assert/strict';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { Posting, PostingResult, RefusalPosting } from '../../../../nodes/lib/ledger/posting';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { approvalOf, HOME_TARIFF, LedgerFixture, registration } from './ledger-fixture';
import { ReadingFlow } from './reading-flow';

const DAY_MS = 86_400_000;
const MARCH_MS = Date.parse('2026-03-01T00:00:00Z');
const DAY = { kind: 'standingDay' as const, id: 'day', amountMicros: 1_000_000, perKw: false };
const MONTHLY: Tariff = { ...HOME_TARIFF, timeZone: 'UTC' };

function listed(tariffId: string, version: number, fromDate: string, endDate: string): Tariff {
  const billing = { kind: 'list' as const, periods: [{ fromDate, label: 'spring' }], endDate };
  return { ...MONTHLY, tariffId, version, billing };
}

function heldOf(reading: Reading): RefusalPosting {
  const { meterId, atMs } = reading;
  const value = String(atMs);
  const refusal = { kind: 'held', cause: 'no-price', field: 'atMs', value, reason: 'none', meterId } as const;
  return { type: 'refusal', refusal, source: 'test', content: JSON.stringify(reading) };
}

describe('readings without a price', () => {
  let ledger: LedgerFixture;
  let flow: ReadingFlow;
  const commit = (posting: Posting, nowMs: number): PostingResult => {
    ledger.nowMs = nowMs;
    return ledger.commit(posting);
  };
  const open = (tariff: Tariff): void => {
    ledger = new LedgerFixture(tariff);
    flow = new ReadingFlow(ledger.store, tariff.tariffId);
    enter(1, 1, tariff.tariffId, MARCH_MS);
  };
  const enter = (
    account: number,
    number: number,
    tariffId: string,
    nowMs: number,
    termsFromMs: number | null = null,
  ) => {
    const entry = { ...registration(account), meterId: `M${number}`, tariffId, termsFromMs };
    return commit({ type: 'register', registration: entry, by: 'staff' }, nowMs);
  };
  const read = (atMs: number, energyWh: number): void => {
    flow.forget('M1');
    flow.send({ meterId: 'M1', atMs, energyWh }, atMs);
    flow.commit(atMs);
  };
  const hold = (atMs: number, energyWh: number): PostingResult =>
    commit(heldOf({ meterId: 'M1', atMs, energyWh }), Math.max(atMs, ledger.nowMs));
  const accrueDue = (nowMs: number): void => {
    for (const meterKey of ledger.store.dueAccruals(nowMs, 10))
      commit({ type: 'accrual', meterKey, guard: null }, nowMs);
    for (const meterKey of ledger.store.dueReratings(10))
      commit({ type: 'rerate', meterKey, guard: null }, nowMs);
  };
  const prolong = (nowMs: number): PostingResult => {
    const [first] = ledger.store.approvedTariffs();
    return commit(approvalOf(listed('home', 2, '2023-11-01', '2027-03-10'), first!.inForceMs), nowMs);
  };
  const assertSound = (): void => {
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  };
  afterEach(() => ledger.dispose());

  it('all wait, in whatever order they come, since each may have an hour with another price', () => {
    open(listed('home', 1, '2023-11-01', '2026-03-10'));
    read(MARCH_MS, 0);
    const days = [11, 13, 12];
    for (const day of [...days, 12])
      assert.equal(hold(MARCH_MS + day * DAY_MS, day * 1_000).outcome, 'recorded');
    assert.deepEqual(
      ledger.store.heldReadings(10).map(({ times }) => times),
      [1, 1, 2],
    );
    prolong(MARCH_MS + 14 * DAY_MS);
    accrueDue(MARCH_MS + 14 * DAY_MS);
    assert.deepEqual(ledger.store.heldReadings(10), []);
    for (const day of days)
      assert.equal(ledger.store.storedMoment('M1', MARCH_MS + day * DAY_MS).energyWh, day * 1_000);
    assert.equal(ledger.store.balanceOf('A1'), -13_000 * 8_000);
    assertSound();
  });

  it('are left with their meter where too many wait already', () => {
    open(listed('home', 1, '2023-11-01', '2026-03-10'));
    const atMs = (index: number): number => MARCH_MS + 11 * DAY_MS + index;
    const many = Array.from({ length: 1_001 }, (_, index) =>
      heldOf({ meterId: 'M1', atMs: atMs(index), energyWh: index }),
    );
    const outcomes = ledger.store.commit(many, MARCH_MS + 12 * DAY_MS).map(({ outcome }) => outcome);
    assert.equal(outcomes.filter((outcome) => outcome === 'recorded').length, 1_000);
    assert.equal(outcomes.at(-1), 'refused');
    // What waits already may come again.
    assert.equal(hold(atMs(7), 7).outcome, 'recorded');
  });

  it('are taken also where a meter had never been read', () => {
    open(listed('home', 1, '2023-11-01', '2026-03-10'));
    hold(MARCH_MS + 12 * DAY_MS, 12_000);
    prolong(MARCH_MS + 13 * DAY_MS);
    read(MARCH_MS + 14 * DAY_MS, 14_000);
    accrueDue(MARCH_MS + 14 * DAY_MS);
    assert.deepEqual(ledger.store.heldReadings(10), []);
    assert.equal(ledger.store.balanceOf('A1'), -2_000 * 8_000);
    assertSound();
  });

  it('hold up nothing where one is of a time that its tariff will never have a price for', () => {
    const daily = (version: number, endDate: string): Tariff => ({
      ...listed('home', version, '2026-02-20', endDate),
      components: [...MONTHLY.components, DAY],
    });
    ledger = new LedgerFixture(daily(1, '2026-06-01'), MARCH_MS);
    flow = new ReadingFlow(ledger.store, 'home');
    enter(1, 1, 'home', MARCH_MS);
    hold(MARCH_MS - 30 * DAY_MS, 0);
    read(MARCH_MS, 1_000);
    accrueDue(MARCH_MS + DAY_MS);
    assert.equal(ledger.store.balanceOf('A1'), -2 * DAY.amountMicros);
    const [held] = ledger.store.heldReadings(10);
    const settlement = { as: 'accept' as const };
    const settle = {
      type: 'settleHeld' as const,
      refusalId: held!.refusalId,
      settlement,
      by: 'staff',
      guard: null,
    };
    const result = commit(settle, MARCH_MS + DAY_MS);
    assert.ok(result.outcome === 'refused' && result.field === 'atMs', JSON.stringify(result));
    assert.match(result.reason, /2026-01-30 is in none of them/);
    assertSound();
  });

  it('hold up nothing where one says that more had flowed back than later ones do', () => {
    open({ ...MONTHLY, components: [...MONTHLY.components, DAY] });
    commit(heldOf({ meterId: 'M1', atMs: MARCH_MS - DAY_MS, energyWh: 0, exportWh: 900 }), MARCH_MS);
    read(MARCH_MS, 0);
    flow.forget('M1');
    const nextMs = MARCH_MS + DAY_MS;
    flow.send({ meterId: 'M1', atMs: nextMs, energyWh: 1_000, exportWh: 500 }, nextMs);
    flow.commit(nextMs);
    accrueDue(nextMs);
    assert.equal(ledger.store.balanceOf('A1'), -(8_000_000 + 2 * DAY.amountMicros));
    assert.equal(ledger.store.heldReadings(10).length, 1);
    assertSound();
  });

  it('keep nobody from settling an earlier one, and nobody in the same commit from anything', () => {
    open(listed('home', 1, '2023-11-01', '2026-03-10'));
    read(MARCH_MS, 5_000);
    for (const [days, energyWh] of [
      [8, 1_000],
      [12, 2_000],
    ] as const) {
      const held = heldOf({ meterId: 'M1', atMs: MARCH_MS + days * DAY_MS, energyWh });
      const refusal = { ...held.refusal, cause: 'fell' as const, field: 'energyWh', value: `${energyWh}` };
      commit({ ...held, refusal }, MARCH_MS + days * DAY_MS);
    }
    const nowMs = MARCH_MS + 12 * DAY_MS;
    const [first, second] = ledger.store.heldReadings(10).sort((a, b) => a.refusalId - b.refusalId);
    const settle = (refusalId: number, as: 'reset' | 'accept'): PostingResult =>
      commit({ type: 'settleHeld', refusalId, settlement: { as }, by: 'staff', guard: null }, nowMs);
    assert.equal(settle(first!.refusalId, 'reset').outcome, 'committed');
    assert.equal(ledger.store.balanceOf('A1'), -8_000_000);
    assert.equal(settle(second!.refusalId, 'accept').outcome, 'refused');
    const close = { type: 'closeMeter' as const, meterId: 'M1', closing: null, by: 'fitter', guard: null };
    const closed = commit(close, nowMs);
    assert.ok(closed.outcome === 'refused' && closed.field === 'meterId', JSON.stringify(closed));
    assert.match(closed.reason, /is in none of them: approve a higher version/);
    prolong(nowMs);
    assert.equal(settle(second!.refusalId, 'accept').outcome, 'committed');
    assert.equal(commit(close, nowMs + 1).outcome, 'committed');
    assert.equal(ledger.store.balanceOf('A1'), -16_000_000);
    assertSound();
  });

  it('come of no terms for a time gone by: a tariff that has no period then is refused', () => {
    open(MONTHLY);
    read(MARCH_MS, 0);
    read(MARCH_MS + 10 * DAY_MS, 1_000);
    const nowMs = MARCH_MS + 11 * DAY_MS;
    commit(approvalOf(listed('short', 1, '2026-03-08', '2027-03-10'), MARCH_MS + 9 * DAY_MS), nowMs);
    const early = enter(1, 1, 'short', nowMs, MARCH_MS + 3 * DAY_MS);
    assert.ok(early.outcome === 'refused' && early.field === 'tariffId', JSON.stringify(early));
    assert.match(early.reason, /2026-03-04 is in none of them/);
    assert.deepEqual(ledger.store.dueReratings(10), []);
    assert.equal(enter(1, 1, 'short', nowMs, MARCH_MS + 8 * DAY_MS).outcome, 'recorded');
    read(MARCH_MS + 12 * DAY_MS, 2_000);
    accrueDue(MARCH_MS + 12 * DAY_MS);
    assert.equal(ledger.store.balanceOf('A1'), -2_000 * 8_000);
    assertSound();
  });
});

describe('days that come due while a meter is taken down', () => {
  it('are charged to nobody, and bring the old stay no reading of the new one', () => {
    const tariff = { ...MONTHLY, components: [...MONTHLY.components, DAY] };
    const ledger = new LedgerFixture(tariff);
    try {
      const flow = new ReadingFlow(ledger.store, 'home');
      const commit = (nowMs: number, ...postings: Posting[]): PostingResult[] =>
        ledger.store.commit(postings, nowMs);
      const register = (account: number): Posting => ({
        type: 'register',
        registration: { ...registration(account), meterId: 'M1', tariffId: 'home' },
        by: 'staff',
      });
      commit(MARCH_MS, register(1));
      flow.send({ meterId: 'M1', atMs: MARCH_MS, energyWh: 0 }, MARCH_MS);
      flow.commit(MARCH_MS);
      const closedMs = MARCH_MS + 2 * DAY_MS;
      const [meterKey] = ledger.store.dueAccruals(closedMs, 10);
      const close = { type: 'closeMeter' as const, meterId: 'M1', closing: null, by: 'fitter', guard: null };
      const accrual: Posting = { type: 'accrual', meterKey: meterKey!, guard: null };
      const [closed, late] = commit(closedMs, close, accrual);
      assert.deepEqual([closed?.outcome, late?.outcome], ['committed', 'recorded']);
      const paid = ledger.store.balanceOf('A1');
      assert.deepEqual(ledger.store.dueAccruals(closedMs + 9 * DAY_MS, 10), []);
      const newMs = closedMs + 3 * DAY_MS;
      const held = heldOf({ meterId: 'M1', atMs: newMs, energyWh: 5_000 });
      const results = commit(newMs, register(2), held, accrual);
      assert.deepEqual(
        results.map(({ outcome }) => outcome),
        ['recorded', 'recorded', 'recorded'],
      );
      assert.equal(ledger.store.balanceOf('A1'), paid);
      assert.equal(ledger.store.heldReadings(10).length, 1);
      verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
    } finally {
      ledger.dispose();
    }
  });
});
