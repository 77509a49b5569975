import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import {
  type AccountSituation,
  type Fleet,
  type StaffCut,
} from '../../../nodes/lib/policy/account-situation';
import { BRAKE_RULES, FLEET_BRAKE } from '../../../nodes/lib/policy/brake-rules';
import { decide } from '../../../nodes/lib/policy/decide';
import { askRelease, enterQuarantine, giveRelease } from '../../../nodes/lib/policy/fleet-budget';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';
import { CALM, DAY_MS, DUE, fleet, HOUR_MS, memory, NOW_MS, POLICY, told } from './due-account';

interface Case {
  brake: string;
  policy?: Policy;
  fleet?: Partial<Fleet>;
  holds: Partial<AccountSituation>;
  /** The same one step beyond the bound. */
  lets: Partial<AccountSituation>;
  letsPolicy?: Policy;
  letsFleet?: Partial<Fleet>;
}

const emergency = (amountMicros: number | null, lastsMs: number | null): Policy =>
  mergePolicy(POLICY, {
    emergency: {
      mode: 'activated',
      amountMicros: amountMicros === null ? null : micros(amountMicros),
      lastsMs,
      offerBelowMicros: micros(1_000_000),
    },
  });
const withEmergency = (sinceMs: number): AccountSituation['memory'] => memory({ emergency: { sinceMs } });
const daysOff = (...dates: string[]): Policy =>
  mergePolicy(POLICY, {
    noCut: {
      sets: [
        {
          fromDate: null,
          week: [[], [], [], [], [], [], []],
          holidays: dates,
          monthDays: [],
          specialDays: [],
        },
      ],
    },
  });

const CASES: readonly Case[] = [
  { brake: 'protected', holds: { isProtected: true }, lets: { isProtected: false } },
  {
    brake: 'stale data',
    holds: { dataAtMs: NOW_MS - 2 * HOUR_MS - 1, heardAtMs: NOW_MS - 2 * HOUR_MS - 1 },
    lets: { dataAtMs: NOW_MS - 2 * HOUR_MS, heardAtMs: NOW_MS - 2 * HOUR_MS },
  },
  { brake: 'stale data', holds: { dataAtMs: null, heardAtMs: null }, lets: {} },
  {
    brake: 'warning',
    holds: { memory: memory({ told: { 'credit/amount/30000000': told(NOW_MS - HOUR_MS + 1) } }) },
    lets: {},
  },
  { brake: 'warning', holds: { memory: memory({ told: {} }) }, lets: {} },
  {
    brake: 'warning',
    policy: mergePolicy(POLICY, { warnings: { needsDelivery: true } }),
    holds: {},
    lets: {
      memory: memory({
        told: { 'credit/amount/30000000': { atMs: NOW_MS - 2 * HOUR_MS, deliveredMs: NOW_MS - HOUR_MS } },
      }),
    },
  },
  {
    brake: 'warning',
    policy: mergePolicy(POLICY, { warnings: { leadMs: 0 } }),
    holds: { memory: memory({ told: {} }) },
    lets: { memory: memory({ told: { 'credit/amount/30000000': told(NOW_MS - 1) } }) },
  },
  {
    brake: 'grace after conversion',
    holds: { convertedMs: NOW_MS - 30 * DAY_MS + 1 },
    lets: { convertedMs: NOW_MS - 30 * DAY_MS },
  },
  {
    brake: 'emergency credit',
    policy: emergency(10_000_000, null),
    holds: { balanceMicros: micros(-9_999_999), memory: withEmergency(1) },
    lets: { balanceMicros: micros(-10_000_000), memory: withEmergency(1) },
  },
  {
    brake: 'emergency credit',
    policy: emergency(null, 3 * DAY_MS),
    holds: { memory: withEmergency(NOW_MS - 3 * DAY_MS + 1) },
    lets: { memory: withEmergency(NOW_MS - 3 * DAY_MS) },
  },
  {
    brake: 'no-cut window',
    policy: daysOff('2026-01-07'),
    holds: {},
    lets: {},
    letsPolicy: daysOff('2026-01-06', '2026-01-08'),
  },
  {
    brake: 'fleet budget',
    fleet: { recentCuts: () => 5 },
    holds: {},
    lets: {},
    letsFleet: { recentCuts: () => 4 },
  },
  { brake: 'fleet budget', fleet: { recentCuts: () => 4 }, holds: { meters: 2 }, lets: { meters: 1 } },
  {
    brake: 'fleet budget',
    holds: { memory: memory({ quarantine: enterQuarantine('credit', NOW_MS - DAY_MS) }) },
    lets: {
      memory: memory({
        quarantine: giveRelease(
          askRelease(enterQuarantine('credit', NOW_MS - DAY_MS), 'Asha'),
          'Bela',
          POLICY.fleet,
          NOW_MS - DAY_MS + 1,
        ),
      }),
    },
  },
];

const HAND: StaffCut = { by: 'Asha', reason: 'moved out', atMs: NOW_MS - HOUR_MS };

/** The same account with a cut by hand beside it, warned of in the same way. */
function byHand(situation: AccountSituation): AccountSituation {
  const [entry] = Object.values(situation.memory.told);
  const key = `staff/cut ordered by staff/${HAND.atMs}`;
  const ofHand = entry ? { [key]: entry } : {};
  const { quarantine } = situation.memory;
  return {
    ...situation,
    staffCut: HAND,
    memory: {
      ...situation.memory,
      told: { ...situation.memory.told, ...ofHand },
      quarantine: quarantine && { ...quarantine, rule: 'staff' },
    },
  };
}

describe('brake rules', () => {
  for (const { brake, policy = POLICY, holds, lets, ...rest } of CASES) {
    const { letsPolicy = policy, letsFleet = rest.fleet } = rest;
    const shown = JSON.stringify({ ...holds, memory: holds.memory?.told }).slice(0, 60);
    it(`"${brake}" alone holds a cut back: ${shown}`, () => {
      const decision = decide(policy, { ...DUE, ...holds }, NOW_MS, fleet(rest.fleet));
      assert.equal(decision.supply, null);
      assert.equal(decision.countedCuts, 0);
      assert.deepEqual(
        decision.why.heldBack.map(({ rule }) => rule),
        [brake],
      );
      assert.equal(decide(letsPolicy, { ...DUE, ...lets }, NOW_MS, fleet(letsFleet)).supply, 'off');
    });

    it(`"${brake}" holds a cut by hand back as well: ${shown}`, () => {
      const situation = byHand({ ...DUE, ...holds });
      const decision = decide(policy, situation, NOW_MS, fleet(rest.fleet));
      assert.equal(decision.why.fired[0]?.rule, 'staff');
      assert.equal(decision.supply, null);
      const let_ = decide(letsPolicy, byHand({ ...DUE, ...lets }), NOW_MS, fleet(letsFleet));
      assert.deepEqual([let_.supply, let_.reason], ['off', 'staff']);
    });
  }

  it('cuts nobody in a window of either time while it is in doubt which is right', () => {
    const policy = daysOff('2026-01-07');
    for (const aheadMs of [-DAY_MS, DAY_MS, 400 * DAY_MS])
      assert.equal(decide(policy, DUE, NOW_MS, fleet({ wallAheadMs: aheadMs })).supply, null);
    const tomorrowOff = daysOff('2026-01-08');
    const held = decide(tomorrowOff, DUE, NOW_MS, fleet({ wallAheadMs: DAY_MS }));
    assert.deepEqual(
      held.why.heldBack.map(({ rule }) => rule),
      ['no-cut window'],
    );
    // The end of the window, by the time that the site goes by.
    const today = decide(policy, DUE, NOW_MS, fleet());
    assert.equal(held.nextLookMs, today.nextLookMs);
    assert.equal(decide(tomorrowOff, DUE, NOW_MS, fleet({ wallAheadMs: 2 * DAY_MS })).supply, 'off');
    assert.equal(decide(tomorrowOff, DUE, NOW_MS, fleet()).supply, 'off');
  });

  describe('stale data of one meter of several', () => {
    const oneSilent = { dataAtMs: NOW_MS - 3 * HOUR_MS, heardAtMs: NOW_MS };
    const ruleBrakes = (situation: AccountSituation, policy = POLICY): [string | undefined, string[]] => {
      const { why } = decide(policy, situation, NOW_MS, fleet());
      return [why.fired[0]?.rule, why.heldBack.map(({ rule }) => rule)];
    };
    const order = (limitW: number): AccountSituation['demandOrders'][number] => ({
      orderId: 'D1',
      groups: ['north'],
      limitW,
      fromMs: NOW_MS - HOUR_MS,
      endMs: NOW_MS + HOUR_MS,
      by: 'Asha',
      approvedBy: 'Bela',
    });
    const ordered = (limitW: number, heardMs: number): AccountSituation => ({
      ...CALM,
      ...oneSilent,
      demandOrders: [order(limitW)],
      demand: { powerW: 2_000, atMs: heardMs },
      memory: memory({ told: { 'demand control/demand order comes/D1': told(NOW_MS - 2 * HOUR_MS) } }),
    });

    it('holds back what rests on the registers of all', () => {
      assert.deepEqual(ruleBrakes({ ...DUE, ...oneSilent }), ['credit', ['stale data']]);
      const record = decide(POLICY, { ...DUE, ...oneSilent }, NOW_MS, fleet()).why.heldBack[0];
      assert.equal(record?.figures['dataAtMs'], oneSilent.dataAtMs);
      const own = { warnBelowMicros: null, spendMicros: null, energyWh: 1 };
      const saver = { ...CALM, ...oneSilent, own, period: { ...CALM.period, usedWh: 1 } };
      const key = `own energy limit/own energy limit near/1@${CALM.period.fromMs}`;
      const warned = memory({ told: { [key]: told(NOW_MS - HOUR_MS) } });
      assert.deepEqual(ruleBrakes({ ...saver, memory: warned }), ['own energy limit', ['stale data']]);
    });

    it('does not hold back the office, nor an order to shed everybody', () => {
      const moved = { ...CALM, ...oneSilent, staffCut: HAND };
      const warned = memory({
        told: { [`staff/cut ordered by staff/${HAND.atMs}`]: told(NOW_MS - HOUR_MS) },
      });
      assert.deepEqual(ruleBrakes({ ...moved, memory: warned }), ['staff', []]);
      assert.deepEqual(ruleBrakes(ordered(0, NOW_MS - 3 * HOUR_MS)), ['demand control', []]);
    });

    it('holds back a cut for power only if that power is of long ago', () => {
      assert.deepEqual(ruleBrakes(ordered(1_000, NOW_MS)), ['demand control', []]);
      assert.deepEqual(ruleBrakes(ordered(1_000, NOW_MS - 3 * HOUR_MS)), ['demand control', ['stale data']]);
    });
  });

  it('has a case here for every brake', () => {
    const names = [...BRAKE_RULES, FLEET_BRAKE].map(({ name }) => name);
    assert.deepEqual(new Set(CASES.map(({ brake }) => brake)), new Set(names));
  });

  it('names all that speak against a cut, and does not count the fleet then', () => {
    const recentCuts = (): number => assert.fail('asked for the budget');
    const situation = { ...DUE, isProtected: true, dataAtMs: null, memory: memory({ told: {} }) };
    const decision = decide(
      SAFE_POLICY,
      situation,
      Date.parse('2026-01-07T20:00:00Z'),
      fleet({ recentCuts }),
    );
    assert.deepEqual(
      decision.why.heldBack.map(({ rule }) => rule),
      ['protected', 'stale data', 'no-cut window', 'warning'],
    );
    assert.equal(decision.nextLookMs, Date.parse('2026-01-07T21:00:00Z'));
  });

  it('brings the light back to whoever has become protected, and to emergency credit', () => {
    const cut = { rule: 'credit', sinceMs: NOW_MS - HOUR_MS, orderId: null };
    const dark: AccountSituation = { ...DUE, supply: 'off', memory: memory({ cut, toldSupply: 'off' }) };
    const nowProtected = decide(POLICY, { ...dark, isProtected: true }, NOW_MS, fleet());
    assert.deepEqual([nowProtected.supply, nowProtected.reason], ['on', 'protected']);
    const asks = decide(emergency(10_000_000, null), { ...dark, asksEmergency: true }, NOW_MS, fleet());
    assert.deepEqual([asks.supply, asks.reason, asks.emergency], ['on', 'emergency credit', 'granted']);
    const staff = { ...dark, staffCut: HAND, memory: { ...dark.memory, cut: { ...cut, rule: 'staff' } } };
    assert.equal(
      decide(emergency(10_000_000, null), { ...staff, asksEmergency: true }, NOW_MS, fleet()).supply,
      null,
    );
  });

  it('leaves a dark house dark at night, on stale data and over the budget', () => {
    const cut = { rule: 'credit', sinceMs: NOW_MS - HOUR_MS, orderId: null };
    const dark: AccountSituation = {
      ...DUE,
      supply: 'off',
      dataAtMs: null,
      memory: memory({
        cut,
        toldSupply: 'off',
        told: { 'credit/used up/cut': told(NOW_MS - 1), ...DUE.memory.told },
      }),
    };
    const decision = decide(daysOff('2026-01-07'), dark, NOW_MS, fleet({ recentCuts: () => 99 }));
    assert.deepEqual([decision.supply, decision.notices], [null, []]);
  });

  it('tells the office of a protected customer once while the balance flutters about zero', () => {
    let { memory: stored } = DUE;
    const kinds = [0, 1, -1, 2_000_000, 0].flatMap((balance, index) => {
      const situation = { ...DUE, isProtected: true, balanceMicros: micros(balance), memory: stored };
      const decision = decide(POLICY, situation, NOW_MS + index, fleet());
      stored = decision.memory;
      return decision.notices.filter(({ to }) => to === 'office').map(({ rule }) => rule);
    });
    assert.deepEqual(kinds, ['protected']);
  });
});
