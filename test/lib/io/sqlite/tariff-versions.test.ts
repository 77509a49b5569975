import assert from 'node:assert/strict';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { PostingResult } from '../../../../nodes/lib/ledger/posting';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { approvalOf, chargeOf, HOME_TARIFF, LedgerFixture, registration, START_MS } from './ledger-fixture';
import { ReadingFlow } from './reading-flow';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MARCH_MS = Date.parse('2026-03-01T00:00:00Z');
const DAY = { kind: 'standingDay' as const, id: 'day', amountMicros: 1_000_000, perKw: false };

function monthly(version: number, change: Partial<Tariff>): Tariff {
  return { ...HOME_TARIFF, timeZone: 'UTC', version, ...change };
}

function listed(version: number, fromDate: string, endDate: string): Tariff {
  const billing = { kind: 'list' as const, periods: [{ fromDate, label: 'spring' }], endDate };
  return monthly(version, { billing });
}

describe('a tariff version', () => {
  let ledger: LedgerFixture;
  let flow: ReadingFlow;
  const open = (tariff: Tariff): void => {
    ledger = new LedgerFixture(tariff);
    flow = new ReadingFlow(ledger.store, 'home');
    const terms = { ...registration(1), tariffId: 'home' };
    ledger.commit({ type: 'register', registration: terms, by: 'staff' });
  };
  const read = (atMs: number, energyWh: number): void => {
    flow.send({ meterId: 'M1', atMs, energyWh }, atMs);
    flow.commit(atMs);
  };
  const chargeDue = (nowMs: number): void => {
    const reratings = ledger.store.dueReratings(10);
    flow.submit(...reratings.map((meterKey) => ({ type: 'rerate' as const, meterKey, guard: null })));
    flow.commit(nowMs);
    const accruals = ledger.store.dueAccruals(nowMs, 10);
    flow.submit(...accruals.map((meterKey) => ({ type: 'accrual' as const, meterKey, guard: null })));
    flow.commit(nowMs);
  };
  const approve = (tariff: Tariff, inForceMs: number, nowMs: number): PostingResult => {
    ledger.nowMs = nowMs;
    return ledger.commit(approvalOf(tariff, inForceMs));
  };
  const paid = (): number => 0 - (ledger.store.balanceOf('A1') ?? NaN);
  const assertSound = (): void => {
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  };
  afterEach(() => ledger.dispose());

  it('is refused when its list of periods does not hold its own begin', () => {
    open(listed(1, '2023-11-01', '2026-06-01'));
    read(MARCH_MS, 0);
    const result = approve(listed(2, '2026-03-20', '2027-06-01'), MARCH_MS + 5 * DAY_MS, MARCH_MS + DAY_MS);
    assert.ok(result.outcome === 'refused' && result.field === 'inForceMs', result.outcome);
    assert.match(result.reason, /2026-03-06 is in none of them/);
    read(MARCH_MS + 10 * DAY_MS, 1_000);
    assert.equal(paid(), 8_000_000);
    assertSound();
  });

  it('changes what a stay was settled by at its end, also when nothing was read or charged since it holds', () => {
    const least = (version: number, amountMicros: number): Tariff => {
      const minimum = { kind: 'minimum' as const, id: 'least', amountMicros, perKw: false, of: ['energy'] };
      return monthly(version, { components: [...HOME_TARIFF.components, minimum] });
    };
    open(least(1, 31_000_000));
    read(MARCH_MS, 0);
    read(MARCH_MS + 5 * DAY_MS, 0);
    const closedMs = MARCH_MS + 5 * DAY_MS + 15 * HOUR_MS;
    ledger.nowMs = closedMs;
    const close = { type: 'closeMeter' as const, meterId: 'M1', closing: null, by: 'fitter', guard: null };
    assert.equal(ledger.commit(close).outcome, 'committed');
    const before = paid();
    assert.ok(before > 0);
    approve(least(2, 93_000_000), closedMs - HOUR_MS, closedMs + DAY_MS);
    chargeDue(closedMs + DAY_MS);
    assert.equal(paid(), 3 * before);
    assertSound();
  });

  it('that holds for all time before is refused when its periods do not hold the first reading', () => {
    open(listed(1, '2023-11-01', '2026-06-01'));
    read(START_MS - 5 * DAY_MS, 0);
    read(START_MS + DAY_MS, 1_000);
    const result = approve(listed(2, '2023-11-12', '2027-06-01'), START_MS, MARCH_MS);
    assert.ok(result.outcome === 'refused' && result.field === 'inForceMs', result.outcome);
    assert.equal(approve(listed(2, '2023-11-02', '2027-06-01'), START_MS, MARCH_MS).outcome, 'recorded');
    chargeDue(MARCH_MS);
    assertSound();
  });

  it('is refused when its list ends before what it would have to price again', () => {
    open(monthly(1, {}));
    read(MARCH_MS, 0);
    read(MARCH_MS + 10 * DAY_MS, 1_000);
    const nowMs = MARCH_MS + 11 * DAY_MS;
    const short = approve(listed(2, '2026-03-01', '2026-03-06'), MARCH_MS, nowMs);
    assert.ok(short.outcome === 'refused' && short.field === 'inForceMs', short.outcome);
    assert.match(short.reason, /2026-03-12 is in none of them/);
    assert.deepEqual(ledger.store.dueReratings(10), []);
    // Where another version takes over in time it need go no further.
    assert.equal(approve(monthly(2, {}), MARCH_MS + 5 * DAY_MS, nowMs).outcome, 'recorded');
    assert.equal(approve(listed(3, '2026-03-01', '2026-03-06'), MARCH_MS, nowMs).outcome, 'recorded');
    chargeDue(nowMs);
    assert.equal(paid(), 8_000_000);
    assertSound();
  });

  it('takes the place of a lower one that comes into force at the same moment', () => {
    open(monthly(1, {}));
    read(MARCH_MS, 0);
    read(MARCH_MS + 2 * DAY_MS, 1_000);
    const double = [{ kind: 'flat' as const, id: 'energy', rateMicrosPerKwh: 16_000_000 }];
    const half = [{ kind: 'flat' as const, id: 'energy', rateMicrosPerKwh: 4_000_000 }];
    const nowMs = MARCH_MS + 3 * DAY_MS;
    assert.equal(approve(monthly(2, { components: double }), MARCH_MS + DAY_MS, nowMs).outcome, 'recorded');
    chargeDue(nowMs);
    assert.equal(paid(), 12_000_000);
    assert.equal(approve(monthly(3, { components: half }), MARCH_MS + DAY_MS, nowMs).outcome, 'recorded');
    chargeDue(nowMs);
    assert.equal(paid(), 6_000_000);
    assertSound();
  });

  it('is a way out where a list has ended: from the same moment as the one before', () => {
    open(listed(1, '2023-11-01', '2026-03-10'));
    read(MARCH_MS, 0);
    const lateMs = MARCH_MS + 12 * DAY_MS;
    assert.throws(() => read(lateMs, 12_000), /is in none of them/);
    assert.equal(paid(), 0);
    const [first] = ledger.store.approvedTariffs();
    const result = approve(listed(2, '2023-11-01', '2027-03-10'), first!.inForceMs, lateMs);
    assert.equal(result.outcome, 'recorded', JSON.stringify(result));
    chargeDue(lateMs);
    flow.forget('M1');
    read(lateMs, 12_000);
    assert.equal(paid(), 96_000_000);
    assertSound();
  });

  it('whose list has ended keeps nobody else from being charged, and is asked again after an hour', () => {
    const daily = (version: number, endDate: string): Tariff => ({
      ...listed(version, '2023-11-01', endDate),
      components: [...HOME_TARIFF.components, DAY],
    });
    open(daily(1, '2026-03-02'));
    ledger.commit(approvalOf({ ...HOME_TARIFF, tariffId: 'other' }));
    for (const number of [2, 3]) {
      const entry = { ...registration(number), tariffId: number === 2 ? 'home' : 'other' };
      ledger.commit({ type: 'register', registration: entry, by: 'staff' });
    }
    for (const meterId of ['M1', 'M2', 'M3']) flow.send({ meterId, atMs: MARCH_MS, energyWh: 0 }, MARCH_MS);
    flow.commit(MARCH_MS);
    chargeDue(MARCH_MS);
    const before = paid();
    const nowMs = MARCH_MS + DAY_MS;
    const due = ledger.store.dueAccruals(nowMs, 10);
    assert.equal(due.length, 2);
    const accruals = due.map((meterKey) => ({ type: 'accrual' as const, meterKey, guard: null }));
    const segment = { fromMs: MARCH_MS, fromWh: 0, toMs: nowMs, toWh: 1_000 };
    const charge = chargeOf('M3', segment);
    const postings = [...accruals, { ...charge, charge: { ...charge.charge, tariffId: 'other' } }];
    const results = ledger.store.commit(postings, nowMs);
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['refused', 'refused', 'committed'],
    );
    assert.match(JSON.stringify(results[0]), /M1: .*2026-03-02 is in none of them: approve a higher version/);
    assert.deepEqual([paid(), ledger.store.balanceOf('A3')], [before, -8_000_000]);
    assert.deepEqual(ledger.store.dueAccruals(nowMs + HOUR_MS - 1, 10), []);
    assert.equal(ledger.store.dueAccruals(nowMs + 2 * HOUR_MS, 10).length, 2);
    assertSound();
    const first = ledger.store.approvedTariffs().find(({ tariff }) => tariff.tariffId === 'home');
    approve(daily(2, '2026-06-01'), first!.inForceMs, nowMs + HOUR_MS / 2);
    chargeDue(nowMs + HOUR_MS / 2);
    assert.equal(paid(), before + DAY.amountMicros);
    assertSound();
  });

  it('corrects the standing charge of a day that the clock made shorter', () => {
    const berlin = (version: number, amountMicros: number): Tariff =>
      monthly(version, { timeZone: 'Europe/Berlin', components: [{ ...DAY, amountMicros }] });
    const midnightMs = Date.parse('2026-03-28T23:00:00Z');
    open(berlin(1, 1_000_000));
    read(midnightMs - 3 * DAY_MS + HOUR_MS, 1_000);
    chargeDue(midnightMs + 10 * HOUR_MS);
    const before = paid();
    approve(berlin(2, 5_000_000), midnightMs, midnightMs + 12 * HOUR_MS);
    chargeDue(midnightMs + 13 * HOUR_MS);
    assert.equal(paid(), before + 4_000_000);
    assertSound();
  });

  it('gives a day back that has not begun by its own clock, and charges it when it has', () => {
    const daily = (version: number, timeZone: string): Tariff =>
      monthly(version, { timeZone, components: [DAY] });
    const firstMs = Date.parse('2025-04-05T03:00:00Z');
    open(daily(1, 'Australia/Lord_Howe'));
    read(firstMs, 0);
    // There it is half past midnight of April 7, and in UTC still the day before.
    const nowMs = Date.parse('2025-04-06T14:00:00Z');
    chargeDue(nowMs);
    assert.equal(paid(), 3 * DAY.amountMicros);
    approve(daily(2, 'UTC'), firstMs, nowMs + 1);
    chargeDue(nowMs + 2);
    assert.equal(paid(), 2 * DAY.amountMicros);
    assertSound();
    const midnightMs = Date.parse('2025-04-07T00:00:00Z');
    chargeDue(midnightMs - 1);
    assert.equal(paid(), 2 * DAY.amountMicros);
    chargeDue(midnightMs);
    assert.equal(paid(), 3 * DAY.amountMicros);
    assertSound();
  });

  it('that changes the past is priced a few meters at a time, while readings go on', () => {
    open(monthly(1, {}));
    const meters = Array.from({ length: 25 }, (_, index) => index + 1);
    const readAll = (atMs: number, energyWh: number): void => {
      for (const number of meters) flow.send({ meterId: `M${number}`, atMs, energyWh }, atMs);
      flow.commit(atMs);
    };
    for (const number of meters) {
      const entry = { ...registration(number), tariffId: 'home' };
      ledger.commit({ type: 'register', registration: entry, by: 'staff' });
    }
    readAll(MARCH_MS, 0);
    readAll(MARCH_MS + HOUR_MS, 1_000);
    const double = [{ kind: 'flat' as const, id: 'energy', rateMicrosPerKwh: 16_000_000 }];
    approve(monthly(2, { components: double }), MARCH_MS, MARCH_MS + 2 * HOUR_MS);
    for (const number of meters) flow.forget(`M${number}`);
    readAll(MARCH_MS + 3 * HOUR_MS, 2_000);
    assert.equal(flow.acknowledged.size, 75, flow.refusals.join());
    assert.equal(ledger.store.dueReratings(100).length, 15);
    for (const round of [1, 2]) chargeDue(MARCH_MS + (3 + round) * HOUR_MS);
    assert.deepEqual(
      meters.map((number) => ledger.store.balanceOf(`A${number}`)),
      meters.map(() => -32_000_000),
    );
    assertSound();
  });

  it('wakes no meter for a price that comes in', () => {
    const feed = {
      kind: 'priceFeed' as const,
      id: 'spot',
      holdsMs: HOUR_MS,
      fallbackMicrosPerKwh: 9_000_000,
    };
    open(monthly(1, { components: [feed, DAY] }));
    read(MARCH_MS + HOUR_MS, 1_000);
    chargeDue(MARCH_MS + HOUR_MS);
    assert.deepEqual(ledger.store.dueAccruals(MARCH_MS + 2 * HOUR_MS, 10), []);
    ledger.nowMs = MARCH_MS + 2 * HOUR_MS;
    const prices = [{ fromMs: MARCH_MS + DAY_MS, microsPerKwh: 1_000_000 }];
    assert.equal(ledger.commit({ type: 'feedPrices', tariffId: 'home', prices }).outcome, 'recorded');
    assert.deepEqual(ledger.store.dueAccruals(MARCH_MS + 2 * HOUR_MS, 10), []);
    assertSound();
  });
});
