import assert from 'node:assert/strict';
import { displayAmount, micros } from '../../../nodes/lib/money/micros';
import { BRAKE_RULES, FLEET_BRAKE } from '../../../nodes/lib/policy/brake-rules';
import { CUT_RULES } from '../../../nodes/lib/policy/cut-rules';
import { decide } from '../../../nodes/lib/policy/decide';
import { SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';
import { WARNING_RULES } from '../../../nodes/lib/policy/warning-rules';
import { ruleInWords, whyInWords, type FigureWriter, type Why } from '../../../nodes/lib/policy/why';
import { CALM, DUE, fleet, HOUR_MS, NOW_MS, POLICY } from './due-account';

const WRITE: FigureWriter = {
  money: (amount) => `INR ${displayAmount(amount)}`,
  time: (atMs) => new Date(atMs).toISOString().slice(0, 16).replace('T', ' '),
};
const ALL_RULES = [...CUT_RULES, ...BRAKE_RULES, FLEET_BRAKE, ...WARNING_RULES];

describe('why', () => {
  it('says which rule fired and which held it back, with figures, after a round trip through JSON', () => {
    const nowMs = Date.parse('2026-01-07T20:00:00Z');
    const situation = { ...DUE, balanceMicros: micros(-2_500_000), dataAtMs: nowMs };
    const stored = JSON.stringify(decide(SAFE_POLICY, situation, nowMs, fleet()).why);
    const why = JSON.parse(stored) as Why;
    assert.deepEqual(
      [why.fired.map(({ rule }) => rule), why.heldBack.map(({ rule }) => rule)],
      [['credit'], ['no-cut window', 'warning']],
    );
    assert.deepEqual(whyInWords(why, 'staff', WRITE).slice(0, 3), [
      'The supply is on. Balance INR -2.50, cut-off at INR 0.00, days left: not known.',
      'Balance INR -2.50 is at or below the cut-off at INR 0.00; debt besides: INR 0.00.',
      'Nobody is cut now (weekly hours), until 2026-01-08 10:00.',
    ]);
    assert.deepEqual(whyInWords(why, 'customer', WRITE), [
      'Your supply is on. Your credit is INR -2.50.',
      'Your credit is used up: INR -2.50. Please buy credit.',
      'At this time nobody is switched off. The light stays on until 2026-01-08 10:00 at least.',
      'You are warned first and have time to act.',
    ]);
  });

  it('says that nothing is wrong when nothing is', () => {
    const { why, reason } = decide(POLICY, CALM, NOW_MS, fleet());
    assert.deepEqual([reason, why.fired, why.heldBack], ['no reason to cut', [], []]);
    assert.equal(whyInWords(why, 'customer', WRITE).length, 1);
  });

  it('says that it is off, and why', () => {
    const { why } = decide(POLICY, DUE, NOW_MS, fleet());
    assert.match(whyInWords(why, 'customer', WRITE).join(' '), /^Your supply is off.* used up/);
  });

  it('has a name of its own and words for both readers for every rule', () => {
    assert.equal(new Set(ALL_RULES.map(({ name }) => name)).size, ALL_RULES.length);
    for (const { name, words } of ALL_RULES)
      for (const text of [words.staff, words.customer]) assert.match(text, /^[A-Z{].*\.$/, name);
  });

  it('has a figure for every name in the words of what holds back or cuts', () => {
    const order = {
      orderId: 'D1',
      groups: ['north'],
      limitW: 1,
      fromMs: NOW_MS,
      endMs: NOW_MS + HOUR_MS,
      by: 'Asha',
      approvedBy: null,
    };
    const look = {
      policy: POLICY,
      situation: { ...DUE, staffCut: { by: 'Asha', reason: 'moved out', atMs: NOW_MS } },
      memory: DUE.memory,
      nowMs: NOW_MS,
      fleet: fleet(),
      daysLeft: 1,
      toTell: [order],
      order,
    };
    const [cut] = CUT_RULES;
    for (const rule of [...CUT_RULES, ...BRAKE_RULES, FLEET_BRAKE]) {
      const figures = rule.figures({ ...look, cut: cut! });
      for (const text of [rule.words.staff, rule.words.customer])
        for (const [, name = ''] of text.matchAll(/\{(\w+)\}/g))
          assert.ok(Object.hasOwn(figures, name), `${rule.name}: {${name}}`);
    }
  });

  it('writes units as people do', () => {
    const figures = { powerW: 3_600, limitW: 900, cutForMs: 15 * 60_000 };
    assert.equal(
      ruleInWords({ rule: 'overload begins', figures }, 'staff', WRITE),
      'Demand 3.6 kW is above the limit of 900 W; a cut is for 15 minutes.',
    );
    const part = { balanceMicros: 1, partPpm: 300_000, rechargeMicros: 2_000_000 };
    assert.match(
      ruleInWords({ rule: 'part of recharge', figures: part }, 'customer', WRITE),
      /^30 % or less/,
    );
    const grace = { freshWithinMs: 72 * HOUR_MS, dataAtMs: null };
    assert.match(
      ruleInWords({ rule: 'stale data', figures: grace }, 'staff', WRITE),
      /at not known.* last 3 days/,
    );
  });

  it('still shows a rule that is no more', () => {
    assert.equal(ruleInWords({ rule: 'curfew', figures: {} }, 'staff', WRITE), 'curfew.');
  });
});
