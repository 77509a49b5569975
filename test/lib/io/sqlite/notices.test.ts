import assert from 'node:assert/strict';
import type { Delivery } from '../../../../nodes/lib/notice/notice';
import { micros } from '../../../../nodes/lib/money/micros';
import type { PostingResult } from '../../../../nodes/lib/ledger/posting';
import { LedgerFixture, topUpOf, START_MS } from './ledger-fixture';

const WAITING: Delivery = {
  state: 'waiting',
  notBeforeMs: START_MS,
  channel: null,
  attempt: 1,
  tries: 0,
  reason: '',
};
const HANDED: Delivery = {
  ...WAITING,
  state: 'handed',
  channel: 'sms',
  tries: 1,
  notBeforeMs: START_MS + 60_000,
};

describe('notices in the ledger', () => {
  let ledger: LedgerFixture;
  let noticeId: number;
  beforeEach(() => {
    ledger = new LedgerFixture();
    ledger.register(1);
    const paid = ledger.commit(topUpOf('A1', 50_000_000, 'r1'));
    noticeId = paid.outcome === 'committed' ? (paid.notices[0]?.noticeId ?? 0) : 0;
  });
  afterEach(() => ledger.dispose());

  const plan = (delivery: Delivery): PostingResult =>
    ledger.commit({ type: 'planNotices', plans: [{ noticeId, delivery }] });
  const step = (before: Delivery, after: Delivery): PostingResult =>
    ledger.commit({ type: 'noticeStep', noticeId, before, after });

  it('tell of money that went back, and wait for somebody to take them over', () => {
    const request = {
      kind: 'refund' as const,
      reference: 'b1',
      channel: 'counter',
      paymentReference: 'r1',
      amountMicros: micros(20_000_000),
      reason: 'moved away',
      by: 'clerk',
    };
    const posting = {
      type: 'moneyBack' as const,
      request,
      secondPersonAboveMicros: micros(50_000_000),
      guard: null,
    };
    const given = ledger.commit(posting);
    assert.ok(given.outcome === 'committed');
    assert.deepEqual(
      given.notices.map(({ kind, data }) => [kind, data]),
      [['money-back', { balanceMicros: 30_000_000, amountMicros: 20_000_000 }]],
    );
    const again = ledger.commit(posting);
    assert.deepEqual(again.outcome === 'repeated' && again.notices, []);
    const unhanded = (beforeMs: number): string[] =>
      ledger.store.notices.unhanded(beforeMs, 10).map(({ kind }) => kind);
    assert.deepEqual(
      [unhanded(START_MS - 1), unhanded(ledger.store.lastMs())],
      [[], ['top-up', 'money-back']],
    );
    const noticeIds = given.notices.map((notice) => notice.noticeId);
    ledger.commit({ type: 'noticesHanded', noticeIds });
    assert.deepEqual(unhanded(ledger.store.lastMs()), ['top-up']);
  });

  it('are planned once, and a notice that is not there is none', () => {
    assert.equal(ledger.store.notices.delivery(noticeId), undefined);
    plan(WAITING);
    plan(HANDED);
    assert.deepEqual(ledger.store.notices.delivery(noticeId)?.delivery, WAITING);
    ledger.commit({ type: 'planNotices', plans: [{ noticeId: 99, delivery: WAITING }] });
    assert.equal(ledger.store.notices.countUndelivered(), 1);
  });

  it('are handed with the commit that plans them, so that a crash leaves both or none', () => {
    const unhanded = (): number => ledger.store.notices.unhanded(Number.MAX_SAFE_INTEGER, 10).length;
    assert.equal(unhanded(), 1);
    plan(WAITING);
    assert.equal(unhanded(), 0);
  });

  it('go each step once, whoever goes it', () => {
    plan(WAITING);
    assert.equal(step(WAITING, HANDED).outcome, 'recorded');
    assert.equal(step(WAITING, HANDED).outcome, 'refused');
    assert.deepEqual(ledger.store.notices.delivery(noticeId)?.delivery, HANDED);
  });

  it('are due when their time has come, until they are done', () => {
    plan(WAITING);
    const due = (nowMs: number): number[] =>
      ledger.store.notices.dueDeliveries(nowMs, 10).map(({ notice }) => notice.noticeId);
    assert.deepEqual(due(START_MS - 1), []);
    assert.deepEqual(due(START_MS), [noticeId]);
    step(WAITING, HANDED);
    assert.deepEqual([due(START_MS), due(START_MS + 60_000)], [[], [noticeId]]);
    step(HANDED, { ...HANDED, state: 'delivered' });
    assert.deepEqual([due(Number.MAX_SAFE_INTEGER), ledger.store.notices.countUndelivered()], [[], 0]);
  });

  it('of the calendar are made once for their period, also by another date', () => {
    const make = (dueMs: number, nextMs: number, period: string): PostingResult =>
      ledger.commit({
        type: 'calendarNotice',
        accountId: 'A1',
        kind: 'statement',
        dueMs,
        nextMs,
        notice: { period, figures: { period, usedWh: 1_000, chargesMicros: 8_000, paidMicros: 0 } },
      });
    const first = make(0, 100, '2026-10');
    assert.equal(first.outcome === 'recorded' && first.notices?.length, 1);
    assert.equal(make(0, 100, '2026-10').outcome, 'refused', 'it is not due any more');
    const again = make(100, 200, '2026-10');
    assert.equal(again.outcome === 'recorded' && again.notices, undefined, 'the period has its statement');
    const next = make(200, 300, '2026-11');
    assert.equal(next.outcome === 'recorded' && next.notices?.length, 1);
    assert.deepEqual(ledger.store.notices.dueAccounts('statement', 299, 10), []);
    assert.deepEqual(ledger.store.notices.dueAccounts('statement', 300, 10), [
      { accountId: 'A1', dueMs: 300 },
    ]);
    assert.deepEqual(ledger.store.notices.periodsToSum(10), ['2026-10', '2026-11']);
    assert.deepEqual(ledger.store.notices.totals('2026-10'), {
      statements: 1,
      usedWh: 1_000,
      chargesMicros: 8_000,
      paidMicros: 0,
    });
  });

  it('for the office are of no account, and once for a period', () => {
    const make = (): PostingResult => ledger.commit({ type: 'summary', period: '2026-10', figures: {} });
    const first = make();
    assert.ok(first.outcome === 'recorded');
    assert.deepEqual(
      first.notices?.map(({ accountId, to }) => [accountId, to]),
      [['', '']],
    );
    const again = make();
    assert.equal(again.outcome === 'recorded' && again.notices, undefined);
    const [latest] = ledger.store.recentNotices(1);
    assert.deepEqual([latest?.kind, latest?.accountId, latest?.name], ['summary', '', '']);
  });

  it('are in the language that a customer changed to, from the next one on', () => {
    const change = { language: 'sw', channel: 'email' as const, email: 'a@example.org', isOptedOut: true };
    ledger.commit({ type: 'changeContact', accountId: 'A1', change, by: 'clerk' });
    const paid = ledger.commit(topUpOf('A1', 50_000_000, 'r2'));
    assert.equal(paid.outcome === 'committed' && paid.notices[0]?.language, 'sw');
    const { language, channel, email, isOptedOut, balanceMicros } = ledger.store.accountCard('A1') ?? {};
    assert.deepEqual({ language, channel, email, isOptedOut }, change);
    assert.equal(balanceMicros, 100_000_000, 'what was not written yet is not lost');
    ledger.commit({ type: 'changeContact', accountId: 'A1', change: { channel: null }, by: 'clerk' });
    const { channel: none, email: kept } = ledger.store.accountCard('A1') ?? {};
    assert.deepEqual([none, kept], [null, 'a@example.org']);
    const unknown = ledger.commit({ type: 'changeContact', accountId: 'A9', change, by: 'clerk' });
    assert.equal(unknown.outcome, 'refused');
  });

  it('compare households of a tariff in a week', () => {
    ledger.register(2);
    const note = (accountId: string, week: string, usedWh: number | null): PostingResult =>
      ledger.commit({ type: 'weekUse', accountId, week, tariffId: 'home', usedWh, beforeWh: 1 });
    const without = (week: string, afterKey = 0): string[] =>
      ledger.store.notices.dueWithoutUse(week, START_MS, afterKey, 10).map(({ accountId }) => accountId);
    assert.deepEqual(without('w1'), ['A1', 'A2']);
    const [first] = ledger.store.notices.dueWithoutUse('w1', START_MS, 0, 1);
    assert.deepEqual(without('w1', first?.accountKey), ['A2']);
    note('A1', 'w1', 500);
    note('A2', 'w1', null);
    assert.deepEqual(without('w1'), []);
    assert.deepEqual(ledger.store.notices.weekTotal('w1', 'home'), { accounts: 1, usedWh: 500 });
    note('A2', 'w2', 700);
    assert.deepEqual(without('w2'), ['A1']);
    assert.deepEqual(ledger.store.notices.weekTotal('w1', 'home'), { accounts: 1, usedWh: 500 });
  });
});
