import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import type { AccountSituation } from '../../../nodes/lib/policy/account-situation';
import { decide, type Decision } from '../../../nodes/lib/policy/decide';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { POLICY_PRESETS } from '../../../nodes/lib/policy/policy-presets';
import { DAY_MS, DUE, fleet, NOW_MS, POLICY } from './due-account';

function withPreset(id: string): Policy {
  const emergency = POLICY_PRESETS.find((preset) => preset.id === id)?.override.emergency;
  assert.ok(emergency);
  return mergePolicy(POLICY, { emergency });
}
const UK = withPreset('uk');
const UP = withPreset('uttar-pradesh');

function at(
  policy: Policy,
  balance: number,
  changes: Partial<AccountSituation> = {},
  nowMs = NOW_MS,
): Decision {
  const situation = { ...DUE, balanceMicros: micros(balance), dataAtMs: nowMs, ...changes };
  return decide(policy, situation, nowMs, fleet());
}

describe('emergency credit', () => {
  it('is granted below its line, on request, and once until it is repaid', () => {
    assert.equal(at(UK, 1_000_000, { asksEmergency: true }).emergency, 'refused');
    const granted = at(UK, 999_999, { asksEmergency: true });
    assert.equal(granted.emergency, 'granted');
    assert.deepEqual(
      granted.notices.map(({ kind }) => kind),
      ['emergency-credit'],
    );
    const { memory } = granted;
    assert.equal(at(UK, -10_000_000, { memory, asksEmergency: true }).emergency, 'refused');
    assert.equal(at(UK, 999_999, { memory }).memory.emergency?.sinceMs, NOW_MS);
    assert.equal(at(UK, 1_000_000, { memory }).memory.emergency, null);
    assert.equal(at(UK, 0).emergency, null);
  });

  it('reaches to its amount below the cut-off and not a micro further', () => {
    const { memory } = at(UK, 0, { asksEmergency: true });
    assert.equal(at(UK, -9_999_999, { memory }).supply, null);
    assert.equal(at(UK, -10_000_000, { memory }).supply, 'off');
  });

  it('begins by itself at the cut-off and lasts three days where the policy says so', () => {
    const begun = at(UP, 0);
    assert.deepEqual([begun.supply, begun.memory.emergency?.sinceMs], [null, NOW_MS]);
    assert.equal(begun.nextLookMs, NOW_MS + 3 * DAY_MS);
    const { memory } = begun;
    assert.equal(at(UP, -50_000_000, { memory }, NOW_MS + 3 * DAY_MS - 1).supply, null);
    const over = at(UP, -50_000_000, { memory }, NOW_MS + 3 * DAY_MS);
    assert.equal(over.supply, 'off');
    assert.equal(at(UP, -1, { memory: over.memory, supply: 'off' }, NOW_MS + 9 * DAY_MS).supply, null);
    assert.equal(at(UP, 1).memory.emergency, null, 'not before the cut-off');
  });

  it('is not for sale where there is none', () => {
    assert.equal(at(POLICY, 0, { asksEmergency: true }).emergency, 'refused');
  });
});
