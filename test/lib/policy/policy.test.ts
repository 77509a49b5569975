import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import { checkPolicy, checkPolicyOverride } from '../../../nodes/lib/policy/check-policy';
import { mergePolicy, type Policy } from '../../../nodes/lib/policy/policy';
import { POLICY_PRESETS, SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';

/** The safe policy with one field put to something else. */
function withField(path: string, value: unknown): unknown {
  const copy = structuredClone(SAFE_POLICY) as unknown as Record<string, Record<string, unknown>>;
  const [section = '', field = ''] = path.split('.');
  copy[section]![field] = value;
  return copy;
}

describe('policy', () => {
  it('lets the account overrule its group and the group the site, field by field', () => {
    const group = { cut: { atMicros: micros(-5) }, warnings: { leadMs: 1, percentagesPpm: [200_000] } };
    const account = { warnings: { leadMs: 2 } };
    const merged = mergePolicy(SAFE_POLICY, group, null, account);
    assert.equal(merged.cut.atMicros, -5);
    assert.equal(merged.cut.freshWithinMs, SAFE_POLICY.cut.freshWithinMs);
    assert.deepEqual([merged.warnings.leadMs, merged.warnings.percentagesPpm], [2, [200_000]]);
    assert.deepEqual(merged.fleet, SAFE_POLICY.fleet);
    assert.deepEqual(mergePolicy(SAFE_POLICY), SAFE_POLICY);
  });

  it('can be used as it is shipped, with every preset, and after a round trip through JSON', () => {
    assert.deepEqual(checkPolicy(SAFE_POLICY), []);
    for (const { id, source, title, override } of POLICY_PRESETS) {
      assert.deepEqual(checkPolicyOverride(override, SAFE_POLICY), [], id);
      assert.ok(source !== '' && title !== '');
      const merged = mergePolicy(SAFE_POLICY, override);
      assert.deepEqual(checkPolicy(JSON.parse(JSON.stringify(merged))), [], id);
    }
  });

  const WRONG: readonly [string, unknown, RegExp][] = [
    ['cut.atMicros', 0.5, /cut\.atMicros must be a whole number .*got 0\.5/],
    ['cut.freshWithinMs', 0, /cut\.freshWithinMs .*got 0/],
    ['warnings.percentagesPpm', [1_000_001], /warnings\.percentagesPpm\[0\] .*got 1000001/],
    [
      'warnings.percentagesPpm',
      [1, 2, 3, 4, 5, 6, 7, 8, 9],
      /warnings\.percentagesPpm must be a list of 0 to 8/,
    ],
    ['warnings.daysLeft', 'soon', /warnings\.daysLeft .*got "soon"/],
    ['warnings.needsDelivery', 'yes', /warnings\.needsDelivery must be true or false, got "yes"/],
    ['warnings.leadMinutes', 60, /warnings\.leadMinutes must be absent, since nothing knows it, got 60/],
    ['highUse.abovePpm', 999_999, /highUse\.abovePpm .*got 999999/],
    ['overload.limitW', 0, /overload\.limitW .*got 0/],
    ['emergency.mode', 'sometimes', /emergency\.mode must be one of .*got "sometimes"/],
    ['fleet.partPpm', -1, /fleet\.partPpm .*got -1/],
    ['noCut.sets', [{ fromDate: '2026-02-30' }], /noCut\.sets\[0\]\.fromDate must be a date .*"2026-02-30"/],
    ['noCut.sets', [{ week: [[]] }], /noCut\.sets\[0\]\.week must be a list of 7/],
  ];
  for (const [path, value, message] of WRONG)
    it(`refuses ${path} ${JSON.stringify(value)} with field and value`, () => {
      assert.match(checkPolicy(withField(path, value)).join('\n'), message);
    });

  it('refuses a window that ends before it begins, or wraps midnight', () => {
    const [set] = SAFE_POLICY.noCut.sets;
    const withWindow = (fromMinute: number, toMinute: number): unknown =>
      withField('noCut.sets', [{ ...set, week: set!.week.map(() => [{ fromMinute, toMinute }]) }]);
    assert.deepEqual(checkPolicy(withWindow(0, 1440)), []);
    assert.match(checkPolicy(withWindow(600, 600)).join(), /week\[0\]\[0\]\.toMinute .*601 to 1440, got 600/);
    assert.match(checkPolicy(withWindow(1080, 480)).join(), /toMinute .*got 480/);
  });

  it('refuses what fits alone but not together', () => {
    const emergency = (changes: Partial<Policy['emergency']>): string[] =>
      checkPolicyOverride({ emergency: { mode: 'automatic', ...changes } }, SAFE_POLICY);
    assert.match(emergency({}).join(), /emergency\.amountMicros must be an amount/);
    assert.deepEqual(emergency({ lastsMs: 1 }), []);
    assert.match(emergency({ lastsMs: 1, offerBelowMicros: micros(0) }).join(), /offerBelowMicros .*got 0/);
    assert.match(
      checkPolicyOverride({ overload: { limitW: 1, calmMs: 0 } }, SAFE_POLICY).join(),
      /overload\.calmMs must be at least .*got 0/,
    );
  });

  it('refuses overrides of what concerns everybody, and what is no policy', () => {
    assert.match(
      checkPolicyOverride({ fleet: { leastCuts: 99 } }, SAFE_POLICY).join(),
      /policy\.fleet must be absent/,
    );
    assert.match(checkPolicyOverride({ cut: { at: 1 } }, SAFE_POLICY).join(), /cut\.at must be absent/);
    assert.match(checkPolicyOverride({ cut: 5 }, SAFE_POLICY).join(), /cut must be an object, got 5/);
    assert.match(checkPolicyOverride([], SAFE_POLICY).join(), /policy must be an object/);
    assert.match(checkPolicy(null).join(), /policy must be an object, got null/);
    assert.match(checkPolicy({ ...SAFE_POLICY, extra: 1 }).join(), /policy\.extra must be absent/);
  });
});
