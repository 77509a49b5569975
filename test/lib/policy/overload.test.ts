import assert from 'node:assert/strict';
import {
  NEW_MEMORY,
  type AccountSituation,
  type PolicyMemory,
} from '../../../nodes/lib/policy/account-situation';
import { decide, type Decision } from '../../../nodes/lib/policy/decide';
import { mergePolicy } from '../../../nodes/lib/policy/policy';
import { CALM, fleet, HOUR_MS, MINUTE_MS, NOW_MS, POLICY } from './due-account';

const RULES = { limitW: 2_000, warnMs: 5 * MINUTE_MS, cutMs: 15 * MINUTE_MS, retries: 2, calmMs: HOUR_MS };
const LIMITED = mergePolicy(POLICY, { overload: RULES });

/** A house with too many appliances, and the ledger's memory of it. */
class House {
  nowMs = NOW_MS;
  supply: AccountSituation['supply'] = 'on';
  memory: PolicyMemory = NEW_MEMORY;
  policy = LIMITED;
  demand: AccountSituation['demand'] = null;

  look(waitMs: number): Decision {
    this.nowMs += waitMs;
    const { demand, supply, memory, nowMs } = this;
    const decision = decide(
      this.policy,
      { ...CALM, demand, supply, memory, dataAtMs: nowMs },
      nowMs,
      fleet(),
    );
    this.memory = JSON.parse(JSON.stringify(decision.memory)) as PolicyMemory;
    this.supply = decision.supply ?? supply;
    return decision;
  }

  use(powerW: number, waitMs: number): Decision {
    this.demand = { powerW, atMs: this.nowMs + waitMs };
    return this.look(waitMs);
  }

  /** Too much until it is cut. */
  overload(): Decision {
    this.use(3_000, MINUTE_MS);
    return this.use(3_000, RULES.warnMs);
  }
}

describe('overload', () => {
  it('warns, cuts for its minutes, tries again, and locks after the last try', () => {
    const house = new House();
    const warning = house.use(3_000, 0);
    assert.deepEqual([warning.supply, warning.notices.map(({ kind }) => kind)], [null, ['overload']]);
    assert.equal(house.use(3_000, RULES.warnMs - 1).supply, null);
    const cut = house.use(3_000, 1);
    assert.deepEqual(
      [cut.supply, cut.reason, cut.nextLookMs],
      ['off', 'overload', house.nowMs + RULES.cutMs],
    );
    for (let retry = 1; retry <= RULES.retries; retry += 1) {
      assert.equal(house.look(RULES.cutMs - 1).supply, null);
      assert.equal(house.look(1).supply, 'on');
      const again = house.overload();
      assert.equal(again.supply, 'off');
      const isLast = retry === RULES.retries;
      assert.equal(house.memory.overload?.isLocked, isLast);
      assert.equal(again.notices.filter(({ to }) => to === 'office').length, isLast ? 1 : 0);
    }
    assert.equal(house.look(30 * 24 * HOUR_MS).supply, null);
    house.memory = { ...house.memory, overload: null };
    assert.equal(house.look(1).supply, 'on', 'staff unlock');
  });

  it('does not take a single report, nor one from before the cut, for an overload', () => {
    const house = new House();
    house.use(3_000, 0);
    assert.equal(house.look(RULES.warnMs + 1).supply, null);
    house.use(3_000, MINUTE_MS);
    assert.equal(house.supply, 'off');
    assert.equal(house.look(RULES.cutMs).supply, 'on');
    // The old report is all that is known.
    assert.equal(house.look(RULES.warnMs).supply, null);
    assert.equal(house.look(RULES.warnMs).supply, null);
    assert.equal(house.memory.overload?.overSinceMs, null);
  });

  it('does not count the time in which the supply was off for another reason', () => {
    const house = new House();
    house.use(3_000, 0);
    house.supply = 'off';
    assert.equal(house.look(HOUR_MS).supply, 'on');
    assert.equal(house.use(3_000, MINUTE_MS).supply, null);
    assert.equal(house.use(3_000, RULES.warnMs).supply, 'off');
  });

  it('gives all tries back after a calm time', () => {
    const house = new House();
    house.overload();
    house.look(RULES.cutMs);
    house.use(1_000, RULES.calmMs - 1);
    assert.equal(house.memory.overload?.cuts, 1);
    house.use(1_000, 1);
    assert.equal(house.memory.overload, null);
  });

  it('goes on counting within the hysteresis and begins anew below it', () => {
    const house = new House();
    house.use(3_000, 0);
    house.use(1_901, MINUTE_MS);
    assert.equal(house.memory.overload?.overSinceMs, NOW_MS);
    house.use(1_900, MINUTE_MS);
    assert.equal(house.memory.overload.overSinceMs, null);
    assert.equal(house.use(3_000, RULES.warnMs).supply, null);
  });

  it('counts a cut that is made anew, because its command was lost, only once', () => {
    const house = new House();
    house.overload();
    house.supply = 'on';
    assert.equal(house.look(MINUTE_MS).supply, 'off');
    assert.equal(house.memory.overload?.cuts, 1);
  });

  it('ends when the limit is lifted, also a lock', () => {
    const house = new House();
    house.overload();
    house.memory = { ...house.memory, overload: { ...house.memory.overload!, isLocked: true } };
    assert.equal(house.look(HOUR_MS).supply, null);
    house.policy = POLICY;
    assert.equal(house.look(1).supply, 'on');
  });
});
