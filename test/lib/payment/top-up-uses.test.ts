import assert from 'node:assert/strict';
import fc from 'fast-check';
import { micros } from '../../../nodes/lib/money/micros';
import { amountProblem } from '../../../nodes/lib/payment/amount-rules';
import { checkDebtPlan, debtDue, type Debt, type DebtPlan } from '../../../nodes/lib/payment/debt-plan';
import { leastAmount, usesOfTopUp } from '../../../nodes/lib/payment/top-up-uses';
import { DAY_MS } from '../../../nodes/lib/time/calendar-date';
import { property } from '../property';

const UNIT = 1_000_000;
const NOW_MS = 100 * DAY_MS;

function debtOf(plan: DebtPlan, outstanding: number, changes: Partial<Debt> = {}): Debt {
  return {
    code: 'old',
    principalMicros: micros(outstanding),
    outstandingMicros: micros(outstanding),
    openedMs: NOW_MS,
    paidThisWeekMicros: micros(0),
    plan,
    ...changes,
  };
}
const share = (sharePpm: number, cap: number | null = null): DebtPlan => ({
  kind: 'share',
  sharePpm,
  weeklyCapMicros: cap === null ? null : micros(cap),
});
const instalments = (instalment: number, everyDays: number): DebtPlan => ({
  kind: 'instalments',
  instalmentMicros: micros(instalment),
  everyDays,
  weeklyCapMicros: null,
});

describe('what a debt takes', () => {
  it('is a part of the top-up, up to the weekly cap and to what is left', () => {
    const due = (plan: DebtPlan, outstanding: number, paidThisWeek = 0): number =>
      debtDue(debtOf(plan, outstanding, { paidThisWeekMicros: micros(paidThisWeek) }), micros(100), NOW_MS);
    assert.equal(due(share(100_000), 50), 10);
    assert.equal(due(share(99_999), 50), 9, 'rounded down');
    assert.equal(due(share(100_000), 7), 7);
    assert.equal(due(share(100_000, 8), 50), 8);
    assert.equal(due(share(100_000, 8), 50, 5), 3);
    assert.equal(due(share(100_000, 8), 50, 9), 0);
  });

  it('is every instalment that has begun and was not paid', () => {
    const due = (days: number, paid: number): number =>
      debtDue(
        debtOf(instalments(10, 7), 95, { outstandingMicros: micros(95 - paid) }),
        micros(1),
        NOW_MS + days * DAY_MS,
      );
    assert.deepEqual([due(0, 0), due(6.99, 0), due(7, 0), due(7, 10), due(7, 25)], [10, 10, 20, 10, 0]);
    assert.deepEqual([due(1_000, 0), due(1_000, 90), due(1e9, 95)], [95, 5, 0]);
    assert.equal(due(-1, 0), 10, 'a clock that went back takes no instalment away');
  });

  const wrong: [plan: DebtPlan, says: RegExp][] = [
    [share(0), /percent must be more than 0/],
    [share(1_000_001), /at most 100, got 100\.0001/],
    [share(1.5), /percent/],
    [share(1, 0), /weeklyCap must be more than zero/],
    [instalments(0, 7), /instalment must be more than zero/],
    [instalments(1, 0), /everyDays must be a whole number/],
    [instalments(1, 1.5), /everyDays/],
    [instalments(1, NaN), /everyDays/],
    [instalments(1, 367), /from 1 to 366/],
  ];
  for (const [plan, says] of wrong) {
    it(`refuses ${JSON.stringify(plan)}`, () => assert.throws(() => checkDebtPlan(plan), says));
  }
});

describe('what a top-up is used for', () => {
  const anyPlan = fc.oneof(
    fc.record({ sharePpm: fc.integer({ min: 1, max: UNIT }) }).map(({ sharePpm }) => share(sharePpm)),
    fc
      .record({ instalment: fc.integer({ min: 1, max: 500 * UNIT }), days: fc.integer({ min: 1, max: 60 }) })
      .map(({ instalment, days }) => instalments(instalment, days)),
  );
  const anyDebts = fc
    .array(fc.tuple(anyPlan, fc.nat(300 * UNIT)), { maxLength: 5 })
    .map((list) => list.map(([plan, left], at) => debtOf(plan, left, { code: `d${at}`, openedMs: 0 })));
  const anyCharges = fc
    .record({ fee: fc.nat(9 * UNIT), taxPpm: fc.nat(400_000) })
    .map(({ fee, taxPpm }) => ({ feeMicros: micros(fee), taxPpm, taxCode: 'vat' }));

  it('is all of it, each part above zero, and the fee and its tax are always in it', () => {
    property(
      fc.tuple(fc.integer({ min: 1, max: 900 * UNIT }), anyCharges, anyDebts),
      ([amount, charges, debts]) => {
        const lines = usesOfTopUp(micros(amount), charges, debts, NOW_MS);
        assert.equal(
          lines.reduce((sum, { amountMicros }) => sum + amountMicros, 0),
          amount,
        );
        for (const { amountMicros } of lines) assert.ok(amountMicros > 0);
        const of = (component: string): number =>
          lines.find((line) => line.component === component)?.amountMicros ?? 0;
        if (amount >= leastAmount(charges)) assert.equal(of('fee'), charges.feeMicros);
        for (const debt of debts) assert.ok(of(`debt:${debt.code}`) <= debt.outstandingMicros);
        const order = lines.map(({ component }) => component.split(':')[0]);
        assert.deepEqual(
          order,
          [...order].sort((a, b) => ORDER.indexOf(a ?? '') - ORDER.indexOf(b ?? '')),
        );
      },
    );
  });
  const ORDER = ['debt', 'fee', 'tax', 'energy'];

  it('taxes what is no debt, as a part of it', () => {
    const charges = { feeMicros: micros(0), taxPpm: 160_000, taxCode: 'vat' };
    const lines = usesOfTopUp(micros(100 * UNIT), charges, [debtOf(share(420_000), 999 * UNIT)], NOW_MS);
    assert.deepEqual(
      lines.map(({ component, amountMicros }) => [component, amountMicros]),
      [
        ['debt:old', 42 * UNIT],
        ['tax:vat', 8 * UNIT],
        ['energy', 50 * UNIT],
      ],
    );
  });

  it('is energy alone where nothing is taken off', () => {
    const none = { feeMicros: micros(0), taxPpm: 0, taxCode: '' };
    assert.deepEqual(usesOfTopUp(micros(5), none, [], NOW_MS), [{ component: 'energy', amountMicros: 5 }]);
  });
});

describe('amounts that are taken', () => {
  const write = (amount: number): string => String(amount);
  const charges = { feeMicros: micros(4), taxPpm: 250_000, taxCode: 'vat' };
  const rules = {
    minimumMicros: micros(10),
    maximumMicros: micros(100),
    firstMinimumMicros: micros(20),
    multipleMicros: micros(5),
  };
  const problem = (
    amount: number,
    isFirst = false,
    changes: Partial<typeof rules> | object = {},
  ): string | null => amountProblem(micros(amount), isFirst, { ...rules, ...changes }, charges, write);

  it('are bound on both sides, at the bound too', () => {
    assert.equal(problem(10), null);
    assert.equal(problem(5), 'amount must be at least 10, got 5');
    assert.equal(problem(100), null);
    assert.equal(problem(105), 'amount must be at most 100, got 105');
    assert.equal(problem(15, true), 'the first amount must be at least 20, got 15');
    assert.equal(problem(20, true), null);
    assert.equal(problem(12), 'amount must be a multiple of 5, got 12');
  });

  it('cover the fee and its tax', () => {
    const none = { minimumMicros: null, multipleMicros: null };
    assert.equal(problem(4, false, none), 'amount must cover the fee of 5, got 4');
    assert.equal(problem(5, false, none), null);
  });
});
