import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import {
  NEW_MEMORY,
  type AccountSituation,
  type Fleet,
  type PolicyMemory,
} from '../../../nodes/lib/policy/account-situation';
import { decide, type Decision } from '../../../nodes/lib/policy/decide';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { warnedSince } from '../../../nodes/lib/policy/told-warnings';
import { quietHours } from '../../../nodes/lib/notice/quiet-hours';
import { DUE, fleet, HOUR_MS, MINUTE_MS, POLICY } from './due-account';

const NIGHT: Partial<Fleet> = { quiet: quietHours('21:00', '07:00') };
const at = (text: string): number => Date.parse(`${text}:00Z`);
const TEN_PM = at('2026-01-07T22:00');
const SEVEN = at('2026-01-08T07:00');

/** One account over a night, decided on as often as somebody looks. */
class Night {
  memory: PolicyMemory = NEW_MEMORY;

  constructor(
    private readonly policy: Policy = POLICY,
    private readonly hours: Partial<Fleet> = NIGHT,
  ) {}

  look(nowMs: number, balance: number, changes: Partial<AccountSituation> = {}): Decision {
    const situation = { ...DUE, balanceMicros: micros(balance), memory: this.memory, dataAtMs: nowMs };
    const decision = decide(this.policy, { ...situation, ...changes }, nowMs, fleet(this.hours));
    this.memory = decision.memory;
    return decision;
  }
}

describe('a warning in quiet hours', () => {
  it('starts the lead of a cut when it can be heard, not when it was written', () => {
    const night = new Night();
    assert.equal(night.look(TEN_PM, 20_000_000).notices[0]?.kind, 'low-credit');
    assert.deepEqual(night.memory.told['credit/amount/30000000'], {
      atMs: TEN_PM,
      deliveredMs: null,
      heldUntilMs: SEVEN,
    });
    assert.equal(warnedSince(night.memory.told, 'credit', false), SEVEN);
    // Without any use in between the cut would now be due; the urgent word that all is used up is told at once.
    const { supply, notices, why } = night.look(TEN_PM + 90 * MINUTE_MS, 0);
    assert.equal(supply, null);
    assert.deepEqual(
      notices.map(({ rule }) => rule),
      ['used up'],
    );
    assert.deepEqual(
      why.heldBack.map(({ rule }) => rule),
      ['warning'],
    );
  });

  it('lets the cut come one lead after the urgent word that all is used up', () => {
    const night = new Night();
    night.look(TEN_PM, 20_000_000);
    const usedUpMs = TEN_PM + 90 * MINUTE_MS;
    const { nextLookMs } = night.look(usedUpMs, 0);
    assert.equal(nextLookMs, usedUpMs + HOUR_MS);
    assert.equal(night.look(usedUpMs + HOUR_MS - 1, 0).supply, null);
    assert.equal(night.look(usedUpMs + HOUR_MS, 0).supply, 'off');
  });

  it('holds the cut at an own limit until the morning and the lead are over', () => {
    const own = { warnBelowMicros: null, spendMicros: micros(10_000_000), energyWh: null };
    const spent = (amount: number): Partial<AccountSituation> => ({
      own,
      period: { ...DUE.period, spentMicros: micros(amount) },
    });
    const night = new Night();
    night.look(TEN_PM, 80_000_000, spent(9_000_000));
    const dark = night.look(at('2026-01-08T02:00'), 80_000_000, spent(10_000_000));
    assert.deepEqual([dark.supply, dark.nextLookMs], [null, SEVEN + HOUR_MS]);
    assert.equal(night.look(SEVEN + HOUR_MS - 1, 80_000_000, spent(10_000_000)).supply, null);
    assert.equal(night.look(SEVEN + HOUR_MS, 80_000_000, spent(10_000_000)).supply, 'off');
  });

  it('counts from its arrival, if that is earlier or if the policy wants it', () => {
    const told = { 'credit/amount/1': { atMs: TEN_PM, deliveredMs: TEN_PM + 5, heldUntilMs: SEVEN } };
    assert.equal(warnedSince(told, 'credit', false), TEN_PM + 5);
    assert.equal(warnedSince(told, 'credit', true), TEN_PM + 5);
    const onItsWay = { 'credit/amount/1': { atMs: TEN_PM, deliveredMs: null, heldUntilMs: SEVEN } };
    assert.equal(warnedSince(onItsWay, 'credit', true), null);
  });

  it('counts at once by day, where there are no quiet hours, and when it is urgent', () => {
    for (const [hours, nowMs] of [
      [NIGHT, at('2026-01-07T20:59')],
      [{}, TEN_PM],
      [{ quiet: null }, TEN_PM],
    ] as const) {
      const night = new Night(POLICY, hours);
      night.look(nowMs, 20_000_000);
      assert.deepEqual(night.memory.told['credit/amount/30000000'], { atMs: nowMs, deliveredMs: null });
      assert.equal(night.look(nowMs + HOUR_MS, 0).supply, 'off');
    }
    const limits = { limitW: 1_000, warnMs: 5 * MINUTE_MS };
    const overloaded = new Night(mergePolicy(POLICY, { overload: limits }));
    overloaded.look(TEN_PM, 80_000_000, { demand: { powerW: 2_000, atMs: TEN_PM } });
    const laterMs = TEN_PM + 5 * MINUTE_MS;
    const decision = overloaded.look(laterMs, 80_000_000, { demand: { powerW: 2_000, atMs: laterMs } });
    assert.equal(decision.supply, 'off');
  });
});
