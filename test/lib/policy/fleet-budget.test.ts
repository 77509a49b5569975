import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import type { AccountSituation } from '../../../nodes/lib/policy/account-situation';
import { decide, type Decision } from '../../../nodes/lib/policy/decide';
import { checkDemandOrder, isApproved, type DemandOrder } from '../../../nodes/lib/policy/demand-order';
import {
  askRelease,
  countCut,
  cutBudget,
  enterQuarantine,
  giveRelease,
  isReleased,
  NO_CUTS,
  recentCuts,
} from '../../../nodes/lib/policy/fleet-budget';
import { DUE, fleet, HOUR_MS, memory, NOW_MS, POLICY, told } from './due-account';

const RULES = POLICY.fleet;

/** A town whose ledger keeps what decisions leave behind. */
class Town {
  cuts = NO_CUTS;
  readonly accounts: AccountSituation[];

  constructor(size: number) {
    this.accounts = Array.from({ length: size }, (_, index) => ({
      ...DUE,
      accountId: `A${index}`,
      balanceMicros: micros(-1),
    }));
  }

  decideAll(nowMs: number): Decision[] {
    return this.accounts.map((account, index) => {
      const around = fleet({
        meters: this.accounts.length,
        recentCuts: () => recentCuts(this.cuts, RULES, nowMs),
      });
      const situation = { ...account, dataAtMs: nowMs, heardAtMs: nowMs };
      const decision = decide(POLICY, situation, nowMs, around);
      this.cuts = countCut(this.cuts, decision.countedCuts, RULES, nowMs);
      const supply = decision.supply ?? account.supply;
      this.accounts[index] = { ...account, supply, memory: decision.memory };
      return decision;
    });
  }

  count(supply: AccountSituation['supply']): number {
    return this.accounts.filter((account) => account.supply === supply).length;
  }
}

describe('fleet budget', () => {
  it('is five meters or one in a hundred, whichever is more', () => {
    assert.deepEqual(
      [1, 500, 599, 600, 10_000].map((meters) => cutBudget(RULES, meters)),
      [5, 5, 5, 6, 100],
    );
  });

  it('counts the cuts of the hour that ends now, and keeps no others', () => {
    const cuts = countCut(countCut(NO_CUTS, 2, RULES, NOW_MS), 1, RULES, NOW_MS + 1);
    assert.equal(recentCuts(cuts, RULES, NOW_MS + HOUR_MS - 1), 3);
    assert.equal(recentCuts(cuts, RULES, NOW_MS + HOUR_MS), 1);
    assert.equal(recentCuts(cuts, RULES, NOW_MS + HOUR_MS + 1), 0);
    assert.equal(countCut(cuts, 1, RULES, NOW_MS + HOUR_MS).cuts.length, 2);
    assert.equal(countCut(cuts, 0, RULES, NOW_MS + HOUR_MS + 1).cuts.length, 0);
  });

  it('cuts 100 of 10,000 accounts that are exhausted at once, and puts the others aside for people', () => {
    const town = new Town(10_000);
    const decisions = town.decideAll(NOW_MS);
    assert.equal(town.count('off'), 100);
    assert.equal(decisions.filter(({ memory: next }) => next.quarantine !== null).length, 9_900);
    assert.equal(decisions.filter(({ notices }) => notices.some(({ to }) => to === 'office')).length, 9_900);
    const later = town.decideAll(NOW_MS + HOUR_MS);
    assert.equal(town.count('off'), 100, 'an hour later nobody else is cut by itself');
    assert.ok(later.every(({ notices }) => notices.length === 0));
  });

  it('cuts the released ones, whatever the budget, and does not count them', () => {
    const town = new Town(10);
    town.decideAll(NOW_MS);
    assert.equal(town.count('off'), 5);
    const release = (account: AccountSituation): AccountSituation => {
      const { quarantine } = account.memory;
      if (quarantine === null) return account;
      const given = giveRelease(askRelease(quarantine, 'Asha'), 'Bela', RULES, NOW_MS + 1);
      return { ...account, memory: { ...account.memory, quarantine: given } };
    };
    town.accounts.splice(0, 10, ...town.accounts.map(release));
    const decisions = town.decideAll(NOW_MS + 2);
    assert.equal(town.count('off'), 10);
    assert.ok(decisions.every(({ countedCuts }) => countedCuts === 0));
  });

  it('lets nobody out of the quarantine who did not ask another person', () => {
    const quarantine = enterQuarantine('credit', NOW_MS);
    assert.throws(() => giveRelease(quarantine, 'Bela', RULES, NOW_MS), /release\.by.*"Bela"/);
    const asked = askRelease(quarantine, 'Asha');
    for (const same of ['Asha', ' asha ', 'ASHA'])
      assert.throws(() => giveRelease(asked, same, RULES, NOW_MS), /release\.by must be another person/);
    assert.throws(() => askRelease(quarantine, '  '), /release\.by must be a name/);
    assert.throws(() => giveRelease(asked, 'x'.repeat(65), RULES, NOW_MS), /release\.by must be a name/);
    const given = giveRelease(asked, 'Bela', RULES, NOW_MS);
    const endMs = NOW_MS + RULES.releaseLastsMs;
    assert.deepEqual(
      [
        isReleased(given, 'credit', endMs - 1),
        isReleased(given, 'credit', endMs),
        isReleased(given, 'staff', NOW_MS),
      ],
      [true, false, false],
    );
    assert.equal(isReleased(asked, 'credit', NOW_MS), false);
  });

  it('forgets an account that has paid', () => {
    const quarantine = enterQuarantine('credit', NOW_MS - HOUR_MS);
    const paid = { ...DUE, balanceMicros: micros(1), memory: memory({ quarantine }) };
    assert.equal(decide(POLICY, paid, NOW_MS, fleet()).memory.quarantine, null);
  });

  it('is not needed for an order that two persons stand behind', () => {
    const order: DemandOrder = {
      orderId: 'D1',
      groups: ['north'],
      limitW: 0,
      fromMs: NOW_MS,
      endMs: NOW_MS + HOUR_MS,
      by: 'Asha',
      approvedBy: 'Bela',
    };
    const shed = (demandOrder: DemandOrder): Decision => {
      const warned = memory({ told: { 'demand control/demand order comes/D1': told(NOW_MS - HOUR_MS) } });
      const account = {
        ...DUE,
        balanceMicros: micros(50_000_000),
        demandOrders: [demandOrder],
        memory: warned,
      };
      return decide(POLICY, account, NOW_MS, fleet({ recentCuts: () => 5 }));
    };
    assert.deepEqual([shed(order).supply, shed(order).countedCuts], ['off', 0]);
    assert.equal(shed({ ...order, approvedBy: null }).supply, null);
    assert.equal(shed({ ...order, approvedBy: 'asha' }).supply, null);
    assert.equal(isApproved(order), true);
    assert.deepEqual(checkDemandOrder(order, NOW_MS), []);
    assert.match(
      checkDemandOrder({ ...order, approvedBy: 'ASHA' }, NOW_MS).join(),
      /order\.approvedBy.*"ASHA"/,
    );
    assert.match(checkDemandOrder({ ...order, endMs: NOW_MS }, NOW_MS).join(), /order\.endMs/);
    assert.match(checkDemandOrder({ ...order, groups: [] }, NOW_MS).join(), /order\.groups/);
    assert.match(checkDemandOrder({ ...order, limitW: -1 }, NOW_MS).join(), /order\.limitW.*-1/);
    assert.match(checkDemandOrder('x', NOW_MS).join(), /order must be an object, got "x"/);
  });
});
