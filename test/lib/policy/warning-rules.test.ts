import assert from 'node:assert/strict';
import fc from 'fast-check';
import { micros } from '../../../nodes/lib/money/micros';
import {
  NEW_MEMORY,
  type AccountSituation,
  type PolicyMemory,
} from '../../../nodes/lib/policy/account-situation';
import { decide } from '../../../nodes/lib/policy/decide';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { toldBy, warnedSince, withDelivery } from '../../../nodes/lib/policy/told-warnings';
import { WARNING_RULES } from '../../../nodes/lib/policy/warning-rules';
import { property } from '../property';
import { CALM, DAY_MS, fleet, HOUR_MS, NOW_MS, POLICY } from './due-account';

/** Every day costs 24.00, so that an hour costs 1.00. */
const weekdayCosts = Array.from({ length: 7 }, () => 24_000_000);
const PERIOD = CALM.period;
const ALL = mergePolicy(POLICY, {
  warnings: { amountsMicros: [] },
  highUse: { abovePpm: 1_500_000, leastWh: 1_000 },
});
const balance = (amount: number): Partial<AccountSituation> => ({ balanceMicros: micros(amount) });

interface Crossing {
  rule: string;
  policy?: Policy;
  set?: Partial<AccountSituation>;
  /** One step before the line, on it, as far back as the warning stands, and one step beyond where it is left. */
  before: Partial<AccountSituation>;
  crossed: Partial<AccountSituation>;
  stands?: Partial<AccountSituation>;
  left?: Partial<AccountSituation>;
}

const own = (changes: Partial<AccountSituation['own']>): AccountSituation['own'] => ({
  ...CALM.own,
  ...changes,
});
const used = (usedWh: number): Partial<AccountSituation> => ({ period: { ...PERIOD, usedWh } });
const spent = (amount: number): Partial<AccountSituation> => ({
  period: { ...PERIOD, spentMicros: micros(amount) },
});

const CROSSINGS: readonly Crossing[] = [
  {
    rule: 'part of recharge',
    policy: mergePolicy(ALL, { warnings: { percentagesPpm: [300_000] } }),
    before: balance(30_000_001),
    crossed: balance(30_000_000),
    stands: balance(33_000_000),
    left: balance(33_000_001),
  },
  {
    rule: 'amount',
    policy: mergePolicy(ALL, { warnings: { amountsMicros: [micros(20_000_000)] } }),
    before: balance(20_000_001),
    crossed: balance(20_000_000),
    stands: balance(23_000_000),
    left: balance(23_000_001),
  },
  {
    rule: 'days left',
    policy: mergePolicy(ALL, { warnings: { daysLeft: [2] } }),
    set: { weekdayCosts },
    // Tenths are rounded down: the warning is told below 2.1 days, which cost 50.40.
    before: balance(50_500_000),
    crossed: balance(50_300_000),
    stands: balance(74_300_000),
    left: balance(74_500_000),
  },
  {
    rule: 'used up',
    before: balance(1),
    crossed: balance(0),
    stands: balance(3_000_000),
    left: balance(3_000_001),
  },
  {
    rule: 'own threshold',
    set: { own: own({ warnBelowMicros: micros(40_000_000) }) },
    before: balance(40_000_001),
    crossed: balance(40_000_000),
    stands: balance(43_000_000),
    left: balance(43_000_001),
  },
  {
    rule: 'own spending limit near',
    set: { own: own({ spendMicros: micros(50_000_000) }) },
    before: spent(44_999_999),
    crossed: spent(45_000_000),
    stands: spent(42_000_000),
    left: spent(41_999_999),
  },
  {
    rule: 'own energy limit near',
    set: { own: own({ energyWh: 50_000 }) },
    before: used(44_999),
    crossed: used(45_000),
    stands: used(44_000),
    left: used(43_999),
  },
  {
    rule: 'next slab',
    set: { slabs: [{ fromWh: 100_000, rateMicrosPerKwh: 5_500_000 }] },
    before: used(99_999),
    crossed: used(100_000),
    stands: used(99_000),
    left: used(98_999),
  },
  {
    rule: 'high use',
    before: { today: { usedWh: 14_999, usualWh: 10_000 } },
    crossed: { today: { usedWh: 15_000, usualWh: 10_000 } },
    stands: { today: { usedWh: 1, usualWh: 10_000 } },
  },
  {
    rule: 'emergency credit on offer',
    policy: mergePolicy(ALL, {
      emergency: { mode: 'activated', amountMicros: micros(10_000_000), offerBelowMicros: micros(1_000_000) },
    }),
    before: balance(1_000_000),
    crossed: balance(999_999),
    stands: balance(4_000_000),
    left: balance(4_000_001),
  },
  {
    rule: 'overload begins',
    policy: mergePolicy(ALL, { overload: { limitW: 2_000 } }),
    before: { demand: { powerW: 2_000, atMs: NOW_MS } },
    crossed: { demand: { powerW: 2_001, atMs: NOW_MS + 1 } },
    stands: { demand: { powerW: 1_901, atMs: NOW_MS + 2 } },
  },
  {
    rule: 'cut ordered by staff',
    before: {},
    crossed: { staffCut: { by: 'Asha', reason: 'moved out', atMs: NOW_MS } },
    left: {},
  },
  {
    rule: 'demand order comes',
    before: {},
    crossed: {
      demandOrders: [
        {
          orderId: 'D1',
          groups: ['north'],
          limitW: 500,
          fromMs: NOW_MS + HOUR_MS,
          endMs: NOW_MS + 2 * HOUR_MS,
          by: 'Asha',
          approvedBy: null,
        },
      ],
    },
    left: {},
  },
];

/** Takes an account through situations, one millisecond apart, and lists how often a rule told the customer. */
function tellings(rule: string, policy: Policy, steps: readonly Partial<AccountSituation>[]): number[] {
  let memory: PolicyMemory = NEW_MEMORY;
  return steps.map((step, index) => {
    const decision = decide(policy, { ...CALM, ...step, memory }, NOW_MS + index, fleet());
    memory = JSON.parse(JSON.stringify(decision.memory)) as PolicyMemory;
    return decision.notices.filter((notice) => notice.rule === rule).length;
  });
}

describe('warning rules', () => {
  for (const { rule, policy = ALL, set, before, crossed, stands, left } of CROSSINGS) {
    it(`"${rule}" is told at its line, once, and again only after it was left`, () => {
      const again = left ? [left, crossed] : [];
      const steps = [before, crossed, stands ?? crossed, crossed, ...again].map((step) => ({
        ...set,
        ...step,
      }));
      const expected = [0, 1, 0, 0, ...(left ? [0, 1] : [])];
      assert.deepEqual(tellings(rule, policy, steps), expected);
    });
  }

  it('has a crossing here for every rule', () => {
    assert.deepEqual(
      new Set(CROSSINGS.map(({ rule }) => rule)),
      new Set(WARNING_RULES.map(({ name }) => name)),
    );
  });

  it('tells the lowest of several lines that are crossed at once, and none of the others later', () => {
    const policy = mergePolicy(ALL, { warnings: { percentagesPpm: [300_000, 100_000, 0] } });
    const situation = { ...CALM, ...balance(8_000_000) };
    const decision = decide(policy, situation, NOW_MS, fleet());
    assert.deepEqual(
      decision.notices.map(({ kind, figures }) => [kind, figures['partPpm']]),
      [['low-credit', 100_000]],
    );
    const later = decide(policy, { ...situation, memory: decision.memory }, NOW_MS + 1, fleet());
    assert.deepEqual(later.notices, []);
  });

  it('tells that credit is used up before anything else about credit, and not beside the cut itself', () => {
    const policy = mergePolicy(POLICY, { warnings: { percentagesPpm: [0] } });
    const rules = (situation: AccountSituation): string[] =>
      decide(policy, situation, NOW_MS, fleet()).notices.map(({ rule }) => rule);
    assert.deepEqual(rules({ ...CALM, ...balance(0) }), ['used up']);
    const warned = {
      ...NEW_MEMORY,
      told: { 'credit/amount/30000000': { atMs: NOW_MS - HOUR_MS, deliveredMs: null } },
    };
    assert.deepEqual(rules({ ...CALM, ...balance(0), memory: warned }), ['credit']);
  });

  it('warns anew, with a new lead, whoever pays too little', () => {
    const first = decide(POLICY, { ...CALM, ...balance(5_000_000) }, NOW_MS, fleet());
    const paid = {
      ...CALM,
      ...balance(5_000_001),
      lastRecharge: { amountMicros: micros(1), atMs: NOW_MS + 1 },
      memory: first.memory,
    };
    const second = decide(POLICY, paid, NOW_MS + 1, fleet());
    assert.equal(second.notices.length, 1);
    assert.equal(warnedSince(second.memory.told, 'credit', false), NOW_MS + 1);
  });

  it('gives no new lead for money that leaves the credit used up', () => {
    const first = decide(POLICY, { ...CALM, ...balance(-5_000_000) }, NOW_MS, fleet());
    const lastRecharge = { amountMicros: micros(1), atMs: NOW_MS + 1 };
    const paid = { ...CALM, ...balance(-4_999_999), lastRecharge, memory: first.memory };
    const second = decide(POLICY, paid, NOW_MS + 1, fleet());
    const third = decide(POLICY, { ...paid, memory: second.memory }, NOW_MS + 2, fleet());
    assert.deepEqual([second.notices.length, third.notices.length], [1, 0]);
    assert.equal(warnedSince(third.memory.told, 'credit', false), NOW_MS);
  });

  it('knows no days left and no usual use where there is too little data', () => {
    const policy = mergePolicy(ALL, { warnings: { daysLeft: [366] } });
    const newcomer = { ...CALM, ...balance(1), today: { usedWh: 99_999, usualWh: null } };
    const { notices, why } = decide(policy, newcomer, NOW_MS, fleet());
    assert.deepEqual([notices, why.figures['daysLeft']], [[], null]);
  });

  it('tells of high use again on another day, and never below what is worth it', () => {
    const high = { today: { usedWh: 15_000, usualWh: 10_000 } };
    assert.deepEqual(tellings('high use', ALL, [high, high]), [1, 0]);
    const first = decide(ALL, { ...CALM, ...high }, NOW_MS, fleet());
    const tomorrow = decide(ALL, { ...CALM, ...high, memory: first.memory }, NOW_MS + DAY_MS, fleet());
    assert.equal(tomorrow.notices.length, 1);
    assert.deepEqual(tellings('high use', ALL, [{ today: { usedWh: 999, usualWh: 1 } }]), [0]);
    assert.deepEqual(tellings('high use', ALL, [{ today: { usedWh: 1_000, usualWh: 1 } }]), [1]);
  });

  it('begins anew with a billing period', () => {
    const set = { slabs: [{ fromWh: 100_000, rateMicrosPerKwh: 5_500_000 }] };
    const next = { ...set, period: { ...PERIOD, fromMs: NOW_MS, usedWh: 100_000 } };
    assert.deepEqual(tellings('next slab', ALL, [{ ...set, ...used(100_000) }, next, next]), [1, 1, 0]);
  });

  it('counts a warning from its delivery where the policy says so', () => {
    const { memory } = decide(POLICY, { ...CALM, ...balance(1) }, NOW_MS, fleet());
    assert.equal(warnedSince(memory.told, 'credit', true), null);
    const arrival = (
      deliveredMs: number,
      writtenMs = NOW_MS,
    ): { writtenMs: number; deliveredMs: number } => ({
      writtenMs,
      deliveredMs,
    });
    const delivered = withDelivery(memory.told, toldBy('low-credit', {}), arrival(NOW_MS + 5));
    assert.equal(warnedSince(delivered, 'credit', true), NOW_MS + 5);
    assert.deepEqual(
      withDelivery(memory.told, toldBy('cut-announced', {}), arrival(NOW_MS + 5)),
      memory.told,
    );
    assert.deepEqual(withDelivery(delivered, toldBy('low-credit', {}), arrival(NOW_MS + 9)), delivered);
    assert.deepEqual(
      withDelivery(memory.told, toldBy('low-credit', {}), arrival(NOW_MS + 5, NOW_MS - 1)),
      memory.told,
    );
  });

  it('never tells of a line twice while the balance walks within its hysteresis', () => {
    const step = fc.integer({ min: -3_000_000, max: 3_000_000 });
    property(fc.array(step, { maxLength: 60 }), (steps) => {
      const walk = [0, ...steps].map((offset) =>
        balance(30_000_000 + (offset > 0 ? offset : offset % 3_000_000)),
      );
      const told = tellings('amount', POLICY, walk).reduce((sum, count) => sum + count, 0);
      assert.equal(told, 1);
    });
  });
});
