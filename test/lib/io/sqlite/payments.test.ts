import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { PostingResult } from '../../../../nodes/lib/ledger/posting';
import { micros } from '../../../../nodes/lib/money/micros';
import type { DebtPlan } from '../../../../nodes/lib/payment/debt-plan';
import { NO_CHARGES, paymentState, type PaymentClaim } from '../../../../nodes/lib/payment/payment';
import { DAY_MS } from '../../../../nodes/lib/time/calendar-date';
import { property } from '../../property';
import { chargeOf, LedgerFixture, START_MS, topUpOf } from './ledger-fixture';
import { backOf, claimOf, UNIT } from './payment-postings';

describe('payments in the ledger', () => {
  let ledger: LedgerFixture;
  beforeEach(() => {
    ledger = new LedgerFixture();
    ledger.register(1);
    ledger.register(2);
  });
  afterEach(() => {
    const faults: string[] = [];
    verifyLedger(ledger.file, ({ check, fault }) => fault !== null && faults.push(`${check}: ${fault}`));
    ledger.dispose();
    assert.deepEqual(faults, []);
  });

  const receive = (claim: PaymentClaim): PostingResult => ledger.commit({ type: 'receivePayment', claim });
  const book = (name: string): number => {
    const db = new Database(ledger.file, { readonly: true });
    const balance = db.prepare('SELECT balance_micros FROM book WHERE name = ?').pluck().get(name);
    db.close();
    return (balance as number | undefined) ?? 0;
  };
  const openDebt = (code: string, amount: number, plan: DebtPlan): PostingResult =>
    ledger.commit({
      type: 'openDebt',
      accountId: 'A1',
      code,
      amountMicros: micros(amount),
      plan,
      by: 'staff',
    });
  const settle = (reference: string, by: string, verdict: 'approve' | 'decline' = 'approve'): PostingResult =>
    ledger.commit({ type: 'settleMoneyBack', reference, verdict, by, guard: null });
  const says = (result: PostingResult, reason: RegExp): void => {
    const { field, reason: why } = result.outcome === 'refused' ? result : assert.fail(result.outcome);
    assert.match(`${field} ${why}`, reason);
  };

  it('takes a payment through its states, each with a time of its own', () => {
    receive(claimOf('r1', 10 * UNIT));
    assert.equal(paymentState(ledger.store.payment('counter', 'r1')!), 'verified');
    assert.equal(ledger.store.balanceOf('A1'), 0, 'paid is not credited');
    says(
      ledger.commit({ type: 'acknowledgePayment', channel: 'counter', reference: 'r1', receipt: '{}' }),
      /not credited yet/,
    );
    ledger.nowMs += 1_000;
    assert.equal(ledger.commit(topUpOf('A1', 10 * UNIT, 'r1')).outcome, 'committed');
    const credited = ledger.store.payment('counter', 'r1')!;
    assert.equal(paymentState(credited), 'credited');
    assert.deepEqual(
      [credited.receivedMs, credited.verifiedMs, credited.creditedMs].map((atMs) => (atMs ?? 0) - START_MS),
      [credited.receivedMs - START_MS, credited.receivedMs - START_MS, 1_000],
    );
    assert.equal(credited.receiptNumber, 1);
    assert.equal(credited.balanceMicros, 10 * UNIT);
    assert.match(credited.ledgerHash ?? '', /^[0-9a-f]{64}$/);
  });

  it('numbers receipts without gaps, also of top-ups that nobody told of before', () => {
    ledger.commit(topUpOf('A1', UNIT, 'r1'));
    ledger.commit(topUpOf('nobody', UNIT, 'r2'));
    ledger.commit(topUpOf('A2', UNIT, 'r3'));
    assert.deepEqual(
      [1, 2, 3].map((number) => ledger.store.paymentByNumber(number)?.reference),
      ['r1', 'r3', undefined],
    );
  });

  it('credits once what is told a hundred times, in one commit or in many', () => {
    const postings = Array.from({ length: 100 }, () => [
      { type: 'receivePayment' as const, claim: claimOf('r1', 10 * UNIT) },
      topUpOf('A1', 10 * UNIT, 'r1'),
    ]).flat();
    const results = ledger.store.commit(postings, ledger.nowMs);
    assert.equal(results.filter(({ outcome }) => outcome === 'committed').length, 1);
    assert.equal(results.filter(({ outcome }) => outcome === 'repeated').length, 99);
    ledger.commit(topUpOf('A1', 10 * UNIT, 'r1'));
    assert.equal(ledger.store.balanceOf('A1'), 10 * UNIT);
  });

  it('keeps a payment to an unknown account until a person says whose it is', () => {
    receive(claimOf('r1', 10 * UNIT, { accountId: 'A7' }));
    const [held] = ledger.store.heldPayments(10);
    assert.equal(held?.problem, 'there is no such account');
    assert.deepEqual(ledger.store.paymentsToCredit(Infinity, 10), []);
    says(ledger.commit(topUpOf('A1', 10 * UNIT, 'r1')), /used before for another payment/);
    const assign = { type: 'assignPayment', channel: 'counter', reference: 'r1', by: 'ann' } as const;
    says(ledger.commit({ ...assign, accountId: 'A8' }), /no such account/);
    ledger.commit({ ...assign, accountId: 'A1' });
    assert.deepEqual(
      ledger.store.paymentsToCredit(Infinity, 10).map(({ reference }) => reference),
      ['r1'],
    );
    ledger.commit(topUpOf('A1', 10 * UNIT, 'r1'));
    assert.equal(ledger.store.balanceOf('A1'), 10 * UNIT);
    // The provider tells of it again, with the account that it has.
    assert.equal(receive(claimOf('r1', 10 * UNIT, { accountId: 'A7' })).outcome, 'recorded');
    says(receive(claimOf('r1', 10 * UNIT)), /used before/);
    says(ledger.commit({ ...assign, accountId: 'A2' }), /does not wait/);
  });

  it('does not credit what waits for a person', () => {
    receive(claimOf('r1', UNIT, { problem: 'is below the minimum' }));
    says(ledger.commit(topUpOf('A1', UNIT, 'r1')), /waits for a person: is below the minimum/);
    assert.equal(ledger.store.balanceOf('A1'), 0);
  });

  it('uses a top-up for debts by percentage, instalments, fee, tax and energy, in this order', () => {
    openDebt('arrears', 300 * UNIT, { kind: 'share', sharePpm: 100_000, weeklyCapMicros: micros(15 * UNIT) });
    openDebt('meter', 20 * UNIT, {
      kind: 'instalments',
      instalmentMicros: micros(8 * UNIT),
      everyDays: 7,
      weeklyCapMicros: null,
    });
    assert.equal(book('debt:A1:arrears'), -300 * UNIT);
    const charges = { feeMicros: micros(2 * UNIT), taxPpm: 250_000, taxCode: 'vat' };
    const pay = (reference: string): [string, number][] => {
      receive(claimOf(reference, 100 * UNIT, { charges }));
      ledger.commit(topUpOf('A1', 100 * UNIT, reference));
      return ledger.store
        .payment('counter', reference)!
        .uses.map(({ component, amountMicros }) => [component, amountMicros / UNIT]);
    };
    // 100 − 10 − 8 is 82, of which a fifth is the tax.
    assert.deepEqual(pay('r1'), [
      ['debt:arrears', 10],
      ['debt:meter', 8],
      ['fee', 2],
      ['tax:vat', 16.4],
      ['energy', 63.6],
    ]);
    assert.equal(ledger.store.balanceOf('A1'), 63.6 * UNIT);
    // The cap leaves five of ten, and the next instalment is not due before the week is over.
    assert.deepEqual(pay('r2')[0], ['debt:arrears', 5]);
    assert.deepEqual(pay('r3')[0], ['fee', 2]);
    ledger.nowMs += 8 * DAY_MS;
    assert.deepEqual(pay('r4').slice(0, 2), [
      ['debt:arrears', 10],
      ['debt:meter', 8],
    ]);
    ledger.nowMs += 70 * DAY_MS;
    assert.deepEqual(pay('r5')[1], ['debt:meter', 4]);
    assert.deepEqual(
      ledger.store.debts('A1').map(({ code, outstandingMicros }) => [code, outstandingMicros / UNIT]),
      [
        ['arrears', 265],
        ['meter', 0],
      ],
    );
    assert.equal(book('tax:vat') > 0 && book('sales:fees') === 10 * UNIT, true);
    const statement = ledger.store.statement('A1', 0, Number.MAX_SAFE_INTEGER)!;
    const { topUpsMicros, chargesMicros, taxesMicros, debtsMicros, closingMicros } = statement;
    assert.equal(topUpsMicros - chargesMicros - taxesMicros - debtsMicros, closingMicros);
    assert.equal(debtsMicros, 55 * UNIT);
  });

  it('refuses a debt that is unclear, and changes the plan of one that is known', () => {
    const share: DebtPlan = { kind: 'share', sharePpm: 100_000, weeklyCapMicros: null };
    says(openDebt('arrears', 0, share), /amount must be more than zero/);
    says(openDebt('arrears', UNIT, { ...share, sharePpm: 1_000_001 }), /at most 100/);
    openDebt('arrears', UNIT, share);
    says(openDebt('arrears', 2 * UNIT, share), /names a debt/);
    openDebt('arrears', UNIT, { ...share, sharePpm: 200_000 });
    assert.deepEqual(ledger.store.debts('A1')[0]?.plan, { ...share, sharePpm: 200_000 });
    assert.equal(book('debt:A1:arrears'), -UNIT);
  });

  it('takes a payment back that was none, with all that it was used for', () => {
    openDebt('arrears', 300 * UNIT, { kind: 'share', sharePpm: 100_000, weeklyCapMicros: null });
    receive(claimOf('r1', 40 * UNIT, { charges: { ...NO_CHARGES, feeMicros: micros(UNIT) } }));
    ledger.commit(topUpOf('A1', 40 * UNIT, 'r1'));
    assert.equal(ledger.store.balanceOf('A1'), 35 * UNIT);
    assert.equal(ledger.commit(backOf('reversal', 'b1', 'r1', null)).outcome, 'committed');
    assert.equal(ledger.store.balanceOf('A1'), 0);
    assert.equal(book('debt:A1:arrears'), -300 * UNIT);
    assert.equal(book('sales:fees'), 0);
    assert.equal(book('cash:counter'), 0);
    assert.equal(ledger.commit(backOf('reversal', 'b1', 'r1', null)).outcome, 'repeated');
    says(ledger.commit(backOf('reversal', 'b2', 'r1', UNIT)), /gone back already/);
  });

  it('gives no more back than was paid, and no refund beyond the balance', () => {
    ledger.commit(topUpOf('A1', 40 * UNIT, 'r1'));
    ledger.commit(topUpOf('A1', 5 * UNIT, 'r2'));
    says(ledger.commit(backOf('refund', 'b0', 'r1', 41 * UNIT)), /more than the 40000000 that are left/);
    ledger.commit(backOf('refund', 'b1', 'r1', 30 * UNIT));
    says(ledger.commit(backOf('refund', 'b2', 'r1', 11 * UNIT)), /more than the 10000000 that are left/);
    ledger.commit(backOf('reversal', 'b3', 'r1', 10 * UNIT));
    ledger.commit(backOf('refund', 'b4', 'r2', 4 * UNIT));
    assert.equal(ledger.store.balanceOf('A1'), UNIT);
    const statement = ledger.store.statement('A1', 0, Number.MAX_SAFE_INTEGER)!;
    assert.equal(statement.moneyBackMicros, 44 * UNIT);
    assert.equal(statement.closingMicros, UNIT);
    says(ledger.commit({ ...backOf('refund', 'b5', 'nothing', UNIT) }), /no such payment/);
    ledger.commit(topUpOf('A2', 5 * UNIT, 'r3'));
    ledger.commit(backOf('refund', 'b6', 'r3', UNIT));
    says(ledger.commit(backOf('refund', 'b6', 'r3', 2 * UNIT)), /used before/);
  });

  it('refuses a refund of what is used up, and reverses it all the same', () => {
    ledger.commit(topUpOf('A1', 40 * UNIT, 'r1'));
    const [fromMs, toMs] = [START_MS, START_MS + 3_600_000];
    ledger.commit(chargeOf('M1', { fromMs, fromWh: 0, toMs: fromMs, toWh: 0 }));
    ledger.commit(chargeOf('M1', { fromMs, fromWh: 0, toMs, toWh: 4_000 }));
    says(ledger.commit(backOf('refund', 'b1', 'r1', 9 * UNIT)), /more than the balance of 8000000/);
    assert.equal(ledger.commit(backOf('reversal', 'b1', 'r1', null)).outcome, 'committed');
    assert.equal(ledger.store.balanceOf('A1'), -32 * UNIT);
  });

  it('waits for a second person above the limit, who is another one', () => {
    ledger.commit(topUpOf('A1', 200 * UNIT, 'r1'));
    assert.equal(ledger.commit(backOf('reversal', 'b1', 'r1', 50 * UNIT)).outcome, 'committed');
    assert.equal(ledger.commit(backOf('reversal', 'b2', 'r1', 51 * UNIT)).outcome, 'recorded');
    assert.equal(ledger.store.balanceOf('A1'), 150 * UNIT);
    assert.deepEqual(
      ledger.store.waitingMoneyBack(10).map(({ reference }) => reference),
      ['b2'],
    );
    // What waits counts as gone, or two that wait could come to more than was paid.
    says(ledger.commit(backOf('reversal', 'b3', 'r1', 100 * UNIT)), /more than the 99000000/);
    says(settle('b2', ' Ann'), /another person/);
    assert.equal(settle('b2', 'ben').outcome, 'committed');
    assert.equal(settle('b2', 'ben').outcome, 'repeated');
    says(settle('b2', 'cem', 'decline'), /is done already/);
    assert.equal(ledger.store.balanceOf('A1'), 99 * UNIT);
    ledger.commit(backOf('refund', 'b4', 'r1', 99 * UNIT));
    settle('b4', 'ben', 'decline');
    assert.equal(ledger.store.balanceOf('A1'), 99 * UNIT);
    assert.equal(ledger.store.moneyBack('b4')?.state, 'declined');
    ledger.commit(backOf('refund', 'b5', 'r1', 99 * UNIT));
    settle('b5', 'ben');
    assert.equal(ledger.store.balanceOf('A1'), 0);
  });

  it('keeps every micro in its place, whatever is paid, owed and given back', () => {
    const amount = fc.integer({ min: 1, max: 300 * UNIT });
    const step = fc.oneof(
      fc.record({ do: fc.constant('pay' as const), amount, fee: fc.nat(3 * UNIT), taxPpm: fc.nat(300_000) }),
      fc.record({ do: fc.constant('debt' as const), amount, share: fc.integer({ min: 1, max: 1_000_000 }) }),
      fc.record({ do: fc.constant('back' as const), amount, of: fc.nat(20), refund: fc.boolean() }),
      fc.record({ do: fc.constant('wait' as const), days: fc.nat(20) }),
    );
    let count = 0;
    property(
      fc.array(step, { maxLength: 30 }),
      (steps) => {
        const own = new LedgerFixture();
        try {
          own.register(1);
          let paid = 0;
          let back = 0;
          for (const each of steps) {
            count += 1;
            if (each.do === 'pay') {
              const charges = { feeMicros: micros(each.fee), taxPpm: each.taxPpm, taxCode: 'vat' };
              own.commit({ type: 'receivePayment', claim: claimOf(`p${count}`, each.amount, { charges }) });
              own.commit(topUpOf('A1', each.amount, `p${count}`));
              paid += each.amount;
            } else if (each.do === 'debt') {
              const plan: DebtPlan = { kind: 'share', sharePpm: each.share, weeklyCapMicros: null };
              own.commit({
                type: 'openDebt',
                accountId: 'A1',
                code: `d${count}`,
                amountMicros: micros(each.amount),
                plan,
                by: 'staff',
              });
            } else if (each.do === 'back') {
              const payment = own.store.paymentByNumber(each.of);
              if (!payment) continue;
              const kind = each.refund ? 'refund' : 'reversal';
              const result = own.commit({
                ...backOf(kind, `b${count}`, payment.reference, each.amount),
                secondPersonAboveMicros: micros(Number.MAX_SAFE_INTEGER),
              });
              if (result.outcome === 'committed') back += each.amount;
            } else own.nowMs += each.days * DAY_MS;
          }
          const faults: (string | null)[] = [];
          verifyLedger(own.file, ({ fault }) => faults.push(fault));
          assert.deepEqual(
            faults.filter((fault) => fault !== null),
            [],
          );
          const statement = own.store.statement('A1', 0, Number.MAX_SAFE_INTEGER)!;
          assert.equal(statement.topUpsMicros, paid);
          assert.equal(statement.moneyBackMicros, back);
        } finally {
          own.dispose();
        }
      },
      40,
    );
  });
});
