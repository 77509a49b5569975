import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import type { AccountSituation } from '../../../nodes/lib/policy/account-situation';
import { CUT_RULES } from '../../../nodes/lib/policy/cut-rules';
import { decide } from '../../../nodes/lib/policy/decide';
import { orderFor, ordersToTell, type DemandOrder } from '../../../nodes/lib/policy/demand-order';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { CALM, DUE, fleet, HOUR_MS, memory, NOW_MS, POLICY, told } from './due-account';

const ORDER: DemandOrder = {
  orderId: 'D1',
  groups: ['north'],
  limitW: 1_000,
  fromMs: NOW_MS,
  endMs: NOW_MS + HOUR_MS,
  by: 'Asha',
  approvedBy: null,
};
const OVER = {
  overSinceMs: NOW_MS - 300_000,
  lastOverMs: NOW_MS,
  cuts: 0,
  cutUntilMs: null,
  isLocked: false,
};
const LIMITED = mergePolicy(POLICY, { overload: { limitW: 2_000 } });
const warned = (key: string): AccountSituation['memory'] =>
  memory({ told: { [key]: told(NOW_MS - HOUR_MS) } });

interface Bound {
  rule: string;
  policy?: Policy;
  /** At the bound. */
  due: AccountSituation;
  /** One micro, watt-hour, watt or millisecond before it. */
  notYet: AccountSituation;
}

const own = (changes: Partial<AccountSituation['own']>): AccountSituation['own'] => ({
  ...CALM.own,
  ...changes,
});
const spent = (spentMicros: number): AccountSituation['period'] => ({
  ...CALM.period,
  spentMicros: micros(spentMicros),
});
const used = (usedWh: number): AccountSituation['period'] => ({ ...CALM.period, usedWh });

const spender: AccountSituation = {
  ...CALM,
  own: own({ spendMicros: micros(50_000_000) }),
  memory: warned('own spending limit/own spending limit near/x'),
};
const saver: AccountSituation = {
  ...CALM,
  own: own({ energyWh: 40_000 }),
  memory: warned('own energy limit/own energy limit near/x'),
};
const spenderKey = `own spending limit/own spending limit near/50000000@${CALM.period.fromMs}`;
const saverKey = `own energy limit/own energy limit near/40000@${CALM.period.fromMs}`;
const shed: AccountSituation = {
  ...CALM,
  demandOrders: [ORDER],
  memory: warned('demand control/demand order comes/D1'),
};

const BOUNDS: readonly Bound[] = [
  { rule: 'credit', due: DUE, notYet: { ...DUE, balanceMicros: micros(1) } },
  {
    rule: 'credit',
    policy: mergePolicy(POLICY, { cut: { atMicros: micros(-5_000_000) } }),
    due: { ...DUE, balanceMicros: micros(-5_000_000) },
    notYet: { ...DUE, balanceMicros: micros(-4_999_999) },
  },
  {
    rule: 'own spending limit',
    due: { ...spender, period: spent(50_000_000), memory: warned(spenderKey) },
    notYet: { ...spender, period: spent(49_999_999), memory: warned(spenderKey) },
  },
  {
    rule: 'own energy limit',
    due: { ...saver, period: used(40_000), memory: warned(saverKey) },
    notYet: { ...saver, period: used(39_999), memory: warned(saverKey) },
  },
  {
    rule: 'staff',
    due: {
      ...CALM,
      staffCut: { by: 'Asha', reason: 'moved out', atMs: NOW_MS - HOUR_MS },
      memory: warned(`staff/cut ordered by staff/${NOW_MS - HOUR_MS}`),
    },
    notYet: CALM,
  },
  {
    rule: 'overload',
    policy: LIMITED,
    due: {
      ...CALM,
      demand: { powerW: 2_001, atMs: NOW_MS },
      memory: { ...warned('overload/overload begins/limit'), overload: OVER },
    },
    notYet: {
      ...CALM,
      demand: { powerW: 2_001, atMs: NOW_MS },
      memory: {
        ...warned('overload/overload begins/limit'),
        overload: { ...OVER, overSinceMs: OVER.overSinceMs + 1 },
      },
    },
  },
  {
    rule: 'demand control',
    due: { ...shed, demand: { powerW: 1_001, atMs: NOW_MS } },
    notYet: { ...shed, demand: { powerW: 1_000, atMs: NOW_MS } },
  },
];

describe('cut rules', () => {
  for (const { rule, policy = POLICY, due, notYet } of BOUNDS) {
    it(`"${rule}" cuts at its bound and not before`, () => {
      const decision = decide(policy, due, NOW_MS, fleet());
      assert.deepEqual([decision.supply, decision.reason], ['off', rule]);
      assert.deepEqual(decision.memory.cut?.rule, rule);
      assert.equal(decision.countedCuts, 1);
      assert.equal(decision.notices.filter(({ to }) => to === 'customer').length, 1);
      assert.equal(decide(policy, notYet, NOW_MS, fleet()).supply, null);
    });
  }

  it('has a bound here for every rule', () => {
    assert.deepEqual(new Set(BOUNDS.map(({ rule }) => rule)), new Set(CUT_RULES.map(({ name }) => name)));
  });

  it("brings the light back when the customer raises the limit, and not for another's limit", () => {
    const cut = memory({
      told: { [spenderKey]: told(NOW_MS - HOUR_MS) },
      toldSupply: 'off',
      cut: { rule: 'own spending limit', sinceMs: NOW_MS - HOUR_MS, orderId: null },
    });
    const dark: AccountSituation = { ...spender, period: spent(50_000_000), supply: 'off', memory: cut };
    assert.equal(decide(POLICY, dark, NOW_MS, fleet()).supply, null);
    const raised = { ...dark, own: own({ spendMicros: micros(50_000_001) }) };
    const decision = decide(POLICY, raised, NOW_MS, fleet());
    assert.deepEqual([decision.supply, decision.reason], ['on', 'own spending limit is over']);
    assert.ok(decision.notices.some(({ kind }) => kind === 'restored'));
  });

  it('keeps a shed house off until the end of the order, though it uses nothing any more', () => {
    const cut = { rule: 'demand control', sinceMs: NOW_MS, orderId: 'D1' };
    const dark: AccountSituation = {
      ...shed,
      supply: 'off',
      demand: { powerW: 0, atMs: NOW_MS },
      memory: { ...shed.memory, cut, toldSupply: 'off' },
    };
    assert.equal(decide(POLICY, dark, ORDER.endMs - 1, fleet()).supply, null);
    const end = decide(POLICY, dark, ORDER.endMs, fleet());
    assert.equal(end.supply, 'on');
  });

  it('sheds everybody of the group with a limit of 0, and nobody of another group', () => {
    const all = { ...shed, demandOrders: [{ ...ORDER, limitW: 0 }] };
    assert.equal(decide(POLICY, all, NOW_MS, fleet()).supply, 'off');
    assert.equal(decide(POLICY, { ...all, groups: ['south'] }, NOW_MS, fleet()).supply, null);
  });

  it('begins with the order and not a millisecond before', () => {
    const announced = memory({
      told: { 'demand control/demand order comes/D1': told(NOW_MS - 2 * HOUR_MS) },
    });
    const all = { ...shed, demandOrders: [{ ...ORDER, limitW: 0 }], memory: announced };
    assert.equal(decide(POLICY, all, NOW_MS, fleet()).supply, 'off');
    assert.equal(decide(POLICY, all, NOW_MS - 1, fleet()).supply, null);
  });

  it('does not cut anew for an order whose command was lost, when less is used now', () => {
    const lost: AccountSituation = {
      ...shed,
      demand: { powerW: 999, atMs: NOW_MS },
      memory: { ...shed.memory, cut: { rule: 'demand control', sinceMs: NOW_MS - 1, orderId: 'D1' } },
    };
    assert.equal(decide(POLICY, lost, NOW_MS, fleet()).supply, null);
  });

  it('goes by the strictest order, and to its end by the one that cut', () => {
    const strict = { ...ORDER, orderId: 'D2', limitW: 500 };
    const announced = { ...ORDER, orderId: 'D0', limitW: 0, fromMs: NOW_MS + 1 };
    const orders = [ORDER, strict, announced];
    const order = (cutBy: string | null, ...warned: string[]): string | undefined =>
      orderFor(orders, cutBy, NOW_MS, ({ orderId }) => warned.includes(orderId))?.orderId;
    assert.deepEqual([order(null), order('D1')], ['D2', 'D1']);
    assert.deepEqual([order(null, 'D1', 'D0'), order(null, 'D1', 'D2')], ['D1', 'D2']);
    assert.equal(
      orderFor([announced], null, NOW_MS, () => true),
      null,
    );
    const toTell = (group: string, nowMs: number): string[] =>
      ordersToTell(orders, [group], nowMs, HOUR_MS).map(({ orderId }) => orderId);
    assert.deepEqual(toTell('north', NOW_MS), ['D1', 'D2', 'D0']);
    assert.deepEqual(toTell('south', NOW_MS), []);
    assert.deepEqual(toTell('north', NOW_MS - HOUR_MS), ['D1', 'D2']);
  });

  it('announces an order before it begins and cuts nobody until then', () => {
    const coming = {
      ...CALM,
      demandOrders: [{ ...ORDER, fromMs: NOW_MS + HOUR_MS, endMs: NOW_MS + 2 * HOUR_MS }],
    };
    assert.deepEqual(decide(POLICY, coming, NOW_MS - 1, fleet()).notices, []);
    const decision = decide(POLICY, coming, NOW_MS, fleet());
    assert.deepEqual(
      decision.notices.map(({ kind, rule }) => [kind, rule]),
      [['cut-announced', 'demand order comes']],
    );
    assert.deepEqual([decision.supply, decision.nextLookMs], [null, NOW_MS + HOUR_MS]);
  });

  it('needs all that a cut needs to stay off for another reason', () => {
    const cut = { rule: 'demand control', sinceMs: NOW_MS, orderId: 'D1' };
    const dark: AccountSituation = { ...DUE, supply: 'off', memory: memory({ cut, toldSupply: 'off' }) };
    const takenOver = decide(POLICY, dark, NOW_MS, fleet());
    assert.deepEqual([takenOver.supply, takenOver.reason, takenOver.countedCuts], [null, 'credit', 1]);
    assert.deepEqual(
      takenOver.notices.map(({ kind }) => kind),
      ['cut-off'],
    );
    const unwarned = { ...dark, memory: { ...dark.memory, told: {} } };
    assert.equal(decide(POLICY, unwarned, NOW_MS, fleet()).supply, 'on');
    assert.equal(decide(POLICY, dark, NOW_MS, fleet({ recentCuts: () => 5 })).supply, 'on');
  });

  it('tells of a cut once and of its end once, however often the command is made anew', () => {
    const again = {
      ...DUE,
      memory: memory({ toldSupply: 'off', cut: { rule: 'credit', sinceMs: 1, orderId: null } }),
    };
    const decision = decide(POLICY, again, NOW_MS, fleet());
    assert.equal(decision.supply, 'off');
    assert.deepEqual(
      decision.notices.map(({ rule }) => rule),
      [],
    );
    const back = decide(POLICY, { ...again, balanceMicros: micros(90_000_000) }, NOW_MS, fleet());
    assert.deepEqual(
      [back.supply, back.notices.map(({ kind }) => kind), back.memory.toldSupply],
      [null, ['restored'], 'on'],
    );
  });
});
