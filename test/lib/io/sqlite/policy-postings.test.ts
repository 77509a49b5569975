import assert from 'node:assert/strict';
import { micros } from '../../../../nodes/lib/money/micros';
import { mergePolicy, type Policy, type PolicyOverride } from '../../../../nodes/lib/policy/policy';
import { supplyGuard } from '../../../../nodes/lib/policy/supply-guard';
import { registration, topUpOf } from './ledger-fixture';

import {
  committed,
  DAY_MS,
  desired,
  HOUR_MS,
  kinds,
  MINUTE_MS,
  POLICY,
  PolicyTown,
  UTC,
} from './policy-town';

describe('the policy in the ledger', () => {
  let town: PolicyTown;
  beforeEach(() => (town = new PolicyTown()));
  afterEach(() => town.ledger.dispose());

  it('warns, cuts when the warning is old enough, restores with money, and keeps the reasons', () => {
    town.house(1, 40_000_000);
    assert.deepEqual(kinds(town.read('M1', 2_000)), ['low-credit']);
    assert.deepEqual(kinds(town.read('M1', 4_000)), ['low-credit'], 'used up');
    assert.equal(town.explain(1).why?.heldBack[0]?.rule, 'warning');
    assert.deepEqual(desired(town.read('M1', 100, HOUR_MS - 2 * MINUTE_MS)), []);
    const cut = town.read('M1', 100, 2 * MINUTE_MS);
    assert.deepEqual([desired(cut), kinds(cut)], [['M1 off'], ['cut-off']]);
    const back = town.pay(1, 50_000_000, 'r');
    assert.deepEqual([desired(back), kinds(back)], [['M1 on'], ['top-up', 'restored']]);
    const whys = town.ledger.store
      .whys('A1', 20)
      .map(({ supply, fired, heldBack }) => [supply, ...[...fired, ...heldBack].map(({ rule }) => rule)]);
    assert.deepEqual(whys, [['on'], ['off', 'credit'], ['on', 'credit', 'warning'], ['on']]);
  });

  it("ends a cut for the customer's own limit with the period, also when the meter is silent", () => {
    town.house(1, 90_000_000);
    town.ask(1, { as: 'ownLimits', limits: { spendMicros: micros(8_000_000) } }, 'customer');
    town.read('M1', 1_010);
    town.read('M1', 10, HOUR_MS);
    assert.equal(town.supply(1), 'off');
    assert.deepEqual(town.pass(31 * DAY_MS).flatMap(desired), ['M1 on']);
    town.read('M1', 0);
    town.read('M1', 1_500);
    town.read('M1', 10, HOUR_MS);
    assert.equal(town.supply(1), 'off', 'the limit holds for the next period');
  });

  it('puts the light on for the next customer of a meter that was cut and never said so', () => {
    town.house(1, 40_000_000);
    town.read('M1', 5_000);
    town.read('M1', 10, HOUR_MS);
    assert.equal(town.supply(1), 'off');
    town.nowMs += MINUTE_MS;
    town.commit({ type: 'closeMeter', meterId: 'M1', closing: null, by: 'Asha', guard: town.guard });
    town.commit({ type: 'register', registration: { ...registration(2), meterId: 'M1' }, by: 'Asha' });
    const open = town.ledger.store
      .unsettledRelays(9)
      .map(({ meterId, desired: wanted }) => [meterId, wanted]);
    assert.deepEqual(open, [['M1', 'on']]);
  });

  it('keeps the reasons of all decisions of one commit', () => {
    town.house(1, 40_000_000);
    town.read('M1', 5_000);
    const last = town.reading('M1', 10, HOUR_MS);
    town.commit(last, { ...topUpOf('A1', 90_000_000, 'r'), guard: town.guard });
    const supplies = town.ledger.store.whys('A1', 20).map(({ supply, fired }) => [supply, fired.length]);
    assert.deepEqual(supplies.slice(0, 3), [
      ['on', 0],
      ['off', 1],
      ['on', 1],
    ]);
  });

  it('cuts whoever pays next to nothing again and again', () => {
    town.house(1, 40_000_000);
    town.read('M1', 5_000);
    town.pay(1, 1, 'coin 1');
    town.read('M1', 10, HOUR_MS - MINUTE_MS);
    town.pay(1, 1, 'coin 2');
    town.read('M1', 10, 2 * MINUTE_MS);
    assert.equal(town.supply(1), 'off');
  });

  it('announces an order in time, whatever is decided before', () => {
    town.house(1, 90_000_000);
    town.ask(1, { as: 'groups', groups: ['north'] }, 'Asha');
    const fromMs = town.nowMs + 5 * HOUR_MS;
    const order = { orderId: 'o', groups: ['north'], limitW: 0, fromMs, endMs: fromMs + HOUR_MS };
    town.commit({
      type: 'demandOrder',
      order: { ...order, by: 'Asha', approvedBy: 'Bela' },
      guard: town.guard,
    });
    town.read('M1', 10);
    assert.deepEqual(town.pass(fromMs - HOUR_MS - town.nowMs).flatMap(kinds), ['cut-announced']);
  });

  it('takes emergency credit that was told of, and no older notice, for a warning', () => {
    const emergency = {
      mode: 'automatic',
      amountMicros: micros(10_000_000),
      offerBelowMicros: micros(1),
    } as const;
    const warnings = { needsDelivery: true };
    town.guard = supplyGuard(mergePolicy(POLICY, { warnings, emergency }), UTC);
    const arrive = (noticeId: number): void =>
      void town.commit({ type: 'noticeDelivered', noticeId, deliveredMs: town.nowMs, guard: town.guard });
    town.house(1, 40_000_000);
    const [old] = town.read('M1', 2_000).notices;
    town.pay(1, 50_000_000, 'r');
    const begun = town.read('M1', 12_000);
    assert.deepEqual(kinds(begun), ['emergency-credit']);
    arrive(old!.noticeId);
    town.read('M1', 10, 2 * HOUR_MS);
    assert.equal(town.explain(1).why?.heldBack[0]?.rule, 'warning');
    arrive(begun.notices[0]!.noticeId);
    town.read('M1', 10, 2 * HOUR_MS);
    assert.equal(town.supply(1), 'off');
  });

  it('keeps so many reasons and no more', () => {
    town.house(1, 40_000_000);
    for (let time = 0; time < 30; time += 1) {
      town.ask(1, { as: 'cut', reason: 'test' }, 'Asha');
      town.ask(1, { as: 'withdrawCut' }, 'Asha');
    }
    assert.equal(town.ledger.store.whys('A1', 100).length, 20);
  });

  it('cuts by time alone once the warning is old enough, while the data is fresh', () => {
    town.house(1, 40_000_000);
    town.read('M1', 5_000);
    assert.deepEqual(town.pass(HOUR_MS - 1).flatMap(desired), []);
    assert.deepEqual(town.pass(1).flatMap(desired), ['M1 off']);
  });

  it('takes orders of the office, which hold whatever the credit', () => {
    town.house(1, 90_000_000);
    const announced = committed(town.ask(1, { as: 'cut', reason: 'moved out' }, 'Asha'));
    assert.deepEqual([desired(announced), kinds(announced)], [[], ['cut-announced']]);
    town.read('M1', 10, HOUR_MS + MINUTE_MS);
    assert.equal(town.supply(1), 'off');
    const twice = town.ask(1, { as: 'cut', reason: 'again' }, 'Bela');
    assert.ok(twice.outcome === 'refused' && twice.reason === 'ordered a cut already');
    const back = committed(town.ask(1, { as: 'withdrawCut' }, 'Asha'));
    assert.deepEqual([desired(back), kinds(back)], [['M1 on'], ['restored']]);
    assert.equal(town.ask(1, { as: 'withdrawCut' }, 'Asha').outcome, 'refused');
  });

  it("brings the light back when the customer's own limit is raised", () => {
    town.house(1, 90_000_000);
    town.ask(1, { as: 'ownLimits', limits: { spendMicros: micros(8_000_000) } }, 'customer');
    assert.deepEqual(kinds(town.read('M1', 950)), ['limit-near']);
    const cut = town.read('M1', 60, HOUR_MS);
    assert.deepEqual([desired(cut), kinds(cut)], [['M1 off'], ['limit-reached']]);
    const raised = committed(
      town.ask(1, { as: 'ownLimits', limits: { spendMicros: micros(20_000_000) } }, 'customer'),
    );
    assert.deepEqual(desired(raised), ['M1 on']);
    const energy = committed(town.ask(1, { as: 'ownLimits', limits: { energyWh: 1_000 } }, 'customer'));
    assert.equal(energy.why?.fired[0]?.rule, 'own energy limit');
    assert.equal(energy.account.supply, 'on', 'warned first');
  });

  it('cuts nobody on a day without cuts by a clock that may be right, and does once it is not', () => {
    let wallAheadMs = 2 * DAY_MS;
    const week = Array.from({ length: 7 }, () => []);
    const holidays = [new Date(town.nowMs + wallAheadMs).toISOString().slice(0, 10)];
    const sets = [{ fromDate: null, week, holidays, monthDays: [], specialDays: [] }];
    town.guard = supplyGuard(mergePolicy(POLICY, { noCut: { sets } }), UTC, undefined, () => wallAheadMs);
    town.house(1, 10_000_000);
    town.read('M1', 1_250);
    assert.deepEqual(desired(town.read('M1', 1, HOUR_MS)), []);
    assert.equal(town.explain(1).why?.heldBack[0]?.rule, 'no-cut window');
    wallAheadMs = 0;
    // An account at which nothing changes is looked at once an hour.
    assert.deepEqual(desired(town.read('M1', 1, HOUR_MS + MINUTE_MS)), ['M1 off']);
  });

  it('gives emergency credit when it is asked for and can be had', () => {
    town.guard = supplyGuard(
      mergePolicy(POLICY, {
        emergency: {
          mode: 'activated',
          amountMicros: micros(5_000_000),
          lastsMs: null,
          offerBelowMicros: micros(1_000_000),
        },
      }),
      UTC,
    );
    town.house(1, 10_000_000);
    const early = committed(town.ask(1, { as: 'emergency' }, 'customer'));
    assert.equal(early.emergency, 'refused');
    town.read('M1', 1_250);
    assert.deepEqual(desired(town.read('M1', 1, HOUR_MS)), ['M1 off']);
    const given = committed(town.ask(1, { as: 'emergency' }, 'customer'));
    assert.deepEqual([given.emergency, desired(given)], ['granted', ['M1 on']]);
    assert.ok(kinds(given).includes('emergency-credit'));
    assert.deepEqual(desired(town.read('M1', 700, HOUR_MS)), ['M1 off'], 'used up');
  });

  it('follows what groups and accounts have of their own', () => {
    town.house(1, 10_000_000);
    town.house(2, 10_000_000);
    const credit: PolicyOverride = { cut: { atMicros: micros(-50_000_000) } };
    town.ask(1, { as: 'groups', groups: ['farmers'] }, 'Asha');
    town.commit({ type: 'groupPolicy', groupId: 'farmers', override: credit, by: 'Asha', guard: town.guard });
    for (const meterId of ['M1', 'M2']) town.read(meterId, 1_500);
    for (const meterId of ['M1', 'M2']) town.read(meterId, 1, HOUR_MS);
    assert.deepEqual([town.supply(1), town.supply(2)], ['on', 'off']);
    town.ask(2, { as: 'override', override: credit }, 'Asha');
    assert.equal(town.supply(2), 'on');
    const wrong = town.ask(2, { as: 'override', override: { cut: { at: 5 } } as never }, 'Asha');
    assert.ok(wrong.outcome === 'refused');
    assert.match(wrong.reason, /cut\.at must be absent/);
    town.commit({ type: 'groupPolicy', groupId: 'farmers', override: null, by: 'Asha', guard: town.guard });
    town.pass(1);
    assert.equal(town.supply(1), 'off', 'the group lost its credit');
  });

  it('sheds a group by order until its end, and a tariff is a group too', () => {
    town.house(1, 90_000_000);
    town.house(2, 90_000_000);
    town.ask(1, { as: 'groups', groups: ['feeder 7'] }, 'Asha');
    const order = {
      orderId: 'D1',
      groups: ['feeder 7'],
      limitW: 0,
      fromMs: town.nowMs + 2 * HOUR_MS,
      endMs: town.nowMs + 4 * HOUR_MS,
      by: 'Asha',
      approvedBy: 'Bela',
    };
    const [given, again, other] = town.commit(
      { type: 'demandOrder', order, guard: town.guard },
      { type: 'demandOrder', order, guard: town.guard },
      { type: 'demandOrder', order: { ...order, limitW: 5 }, guard: town.guard },
    );
    assert.deepEqual([given?.outcome, again?.outcome, other?.outcome], ['recorded', 'recorded', 'refused']);
    assert.deepEqual(town.pass(HOUR_MS - MINUTE_MS).flatMap(kinds), []);
    assert.deepEqual(town.pass(MINUTE_MS).flatMap(kinds), ['cut-announced']);
    town.read('M1', 10);
    assert.deepEqual(town.pass(HOUR_MS).flatMap(desired), ['M1 off']);
    assert.deepEqual(town.pass(2 * HOUR_MS).flatMap(desired), ['M1 on']);
    const all = { ...order, orderId: 'D2', groups: ['home'], fromMs: town.nowMs, endMs: town.nowMs + DAY_MS };
    town.commit({ type: 'demandOrder', order: all, guard: town.guard });
    town.pass(0);
    for (const meterId of ['M1', 'M2']) town.read(meterId, 0, HOUR_MS);
    assert.deepEqual([town.supply(1), town.supply(2)], ['off', 'off']);
    town.commit({ type: 'withdrawOrder', orderId: 'D2', by: 'Asha' });
    assert.equal(town.pass(1).length, 2);
    assert.deepEqual([town.supply(1), town.supply(2)], ['on', 'on']);
    assert.equal(town.commit({ type: 'withdrawOrder', orderId: 'D2', by: 'Asha' })[0]?.outcome, 'refused');
  });

  it('takes so many orders and so many policies of groups, and no more', () => {
    const { guard, nowMs } = town;
    const people = { by: 'Asha', approvedBy: null };
    const order = { groups: ['x'], limitW: 0, fromMs: nowMs, endMs: nowMs + HOUR_MS, ...people };
    const orders = Array.from({ length: 1_001 }, (_, number) => {
      return { type: 'demandOrder' as const, order: { ...order, orderId: `D${number}` }, guard };
    });
    const given = town.commit(...orders);
    assert.ok(given.slice(0, -1).every(({ outcome }) => outcome === 'recorded'));
    assert.equal(given.at(-1)?.outcome, 'refused');
    const override = {};
    const groups = Array.from({ length: 1_001 }, (_, number) => {
      return { type: 'groupPolicy' as const, groupId: `g${number}`, override, by: 'Asha', guard };
    });
    const set = town.commit(...groups, groups[0]!);
    assert.deepEqual(
      set.slice(-3).map(({ outcome }) => outcome),
      ['recorded', 'refused', 'recorded'],
    );
  });

  it('locks after too many overloads, until staff unlock', () => {
    const limits = { limitW: 2_000, warnMs: MINUTE_MS, cutMs: 10 * MINUTE_MS, retries: 0 };
    town.guard = supplyGuard(mergePolicy(POLICY, { overload: limits }), UTC);
    town.house(1, 90_000_000);
    assert.deepEqual(kinds(town.read('M1', 100)), ['overload']);
    const cut = town.read('M1', 100);
    assert.deepEqual(desired(cut), ['M1 off']);
    assert.ok(kinds(cut).includes('office'), 'staff know of the lock');
    town.pass(DAY_MS);
    assert.equal(town.supply(1), 'off');
    assert.deepEqual(desired(committed(town.ask(1, { as: 'unlock' }, 'Asha'))), ['M1 on']);
  });

  it('counts a warning from its delivery, where the policy says so', () => {
    town.guard = supplyGuard(mergePolicy(POLICY, { warnings: { needsDelivery: true } }), UTC);
    town.house(1, 40_000_000);
    const [notice] = town.read('M1', 5_000).notices;
    assert.deepEqual(desired(town.read('M1', 1, HOUR_MS)), []);
    const { guard, nowMs } = town;
    town.commit({ type: 'noticeDelivered', noticeId: notice!.noticeId, deliveredMs: nowMs, guard });
    assert.deepEqual(desired(town.read('M1', 1, HOUR_MS - 1)), []);
    assert.deepEqual(desired(town.read('M1', 1, 1)), ['M1 off']);
  });

  it('waits with whoever changed to prepayment lately', () => {
    town.house(1, 1_000_000);
    town.ask(1, { as: 'converted', atMs: town.nowMs }, 'Asha');
    town.read('M1', 1_000);
    town.read('M1', 1, HOUR_MS);
    assert.equal(town.explain(1).why?.heldBack[0]?.rule, 'grace after conversion');
    town.read('M1', 1, 31 * DAY_MS);
    assert.equal(town.supply(1), 'off');
  });

  it('says how many days the credit lasts once every weekday has been seen', () => {
    town.house(1, 900_000_000);
    let last = town.explain(1);
    for (let hour = 0; hour < 10 * 24; hour += 1) last = town.read('M1', 100, HOUR_MS);
    const perDay = 24 * 100 * 8_000;
    const { daysLeft, balanceMicros } = last.account;
    assert.ok(daysLeft !== null && Math.abs(daysLeft - balanceMicros / perDay) < 0.6, `${daysLeft} days`);
  });

  it('keeps an account off of which one of two meters was not reached, and cuts that one when it is heard of', () => {
    town.house(1, 1_000_000);
    const second = { ...registration(1), meterId: 'M9' };
    town.commit({ type: 'register', registration: second, by: 'staff' });
    town.read('M9', 0);
    town.read('M1', 1_000);
    const cut = town.read('M1', 1, HOUR_MS);
    assert.deepEqual(desired(cut), ['M1 off', 'M9 off']);
    town.commit({ type: 'relayReport', meterId: 'M1', reported: 'off' });
    const lost = cut.relays.find(({ meterId }) => meterId === 'M9')!;
    const { commandId } = lost;
    town.commit({ type: 'relayProgress', meterId: 'M9', commandId, state: 'expired', tries: 5 });
    assert.equal(town.supply(1), 'off');
    assert.deepEqual(
      ['M1', 'M9'].map((meterId) => town.ledger.store.relay(meterId)?.desired),
      ['off', 'on'],
    );
    assert.deepEqual(desired(town.read('M1', 0)), [], 'the other meter says nothing of this one');
    assert.deepEqual(desired(town.read('M9', 10)), ['M9 off']);
    assert.deepEqual(desired(town.pay(1, 90_000_000, 'r')), ['M1 on', 'M9 on']);
  });

  it('takes a cut back that reached no relay at all', () => {
    town.house(1, 1_000_000);
    town.read('M1', 1_000);
    const [intent] = town.read('M1', 1, HOUR_MS).relays;
    const { commandId } = intent!;
    town.commit({ type: 'relayProgress', meterId: 'M1', commandId, state: 'expired', tries: 5 });
    assert.equal(town.supply(1), 'on');
    const again = town.read('M1', 1);
    assert.deepEqual([desired(again), kinds(again)], [['M1 off'], []], 'told once');
  });

  it('has what a posting without a say leads to decided soon', () => {
    town.house(1, 1_000_000);
    town.read('M1', 1_000);
    town.read('M1', 1, HOUR_MS);
    town.commit(topUpOf('A1', 90_000_000, 'r'));
    assert.equal(town.supply(1), 'off');
    assert.deepEqual(town.pass(1).flatMap(desired), ['M1 on']);
    assert.deepEqual(town.pass(1), []);
  });

  it('looks at everybody once when the policy changes, and at nobody when it does not', () => {
    town.house(1, 1_000_000);
    town.house(2, 90_000_000);
    const set = (policy: Policy): void => {
      town.commit({ type: 'sitePolicy', policy, by: 'manager' });
      town.guard = supplyGuard(policy, UTC);
    };
    set(POLICY);
    town.pass(1);
    set(structuredClone(POLICY));
    assert.equal(town.pass(1).length, 0);
    set(mergePolicy(POLICY, { cut: { atMicros: micros(-5) } }));
    assert.equal(town.pass(1).length, 2);
  });
});
