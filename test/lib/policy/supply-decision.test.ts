import assert from 'node:assert/strict';
import type { AccountState } from '../../../nodes/lib/ledger/account';
import { micros } from '../../../nodes/lib/money/micros';
import {
  decideSupply,
  type Circumstances,
  type SupplyPolicy,
} from '../../../nodes/lib/policy/supply-decision';

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

const POLICY: SupplyPolicy = {
  cutAtMicros: micros(0),
  warnBelowMicros: micros(30_000_000),
  warnHysteresisMicros: micros(3_000_000),
  warnLeadMs: HOUR_MS,
  freshWithinMs: 2 * HOUR_MS,
  maxCutsPerHour: 5,
  mayCutAt: () => true,
};

/** An account that every rule allows to be cut; each test changes one thing. */
const DUE: AccountState = {
  accountId: 'A1',
  name: 'House 1',
  phone: '',
  language: 'en',
  isProtected: false,
  balanceMicros: micros(0),
  supply: 'on',
  toldSupply: 'on',
  warnedAtMs: NOW_MS - HOUR_MS,
};
const CALM: Circumstances = { nowMs: NOW_MS, readingAtMs: NOW_MS, hasPaid: false, cutsInLastHour: () => 0 };

describe('supply decision', () => {
  it('cuts when the balance is at the limit and nothing speaks against it', () => {
    const decision = decideSupply(POLICY, DUE, CALM);
    assert.equal(decision.supply, 'off');
    assert.equal(decision.heldBackBy, null);
    assert.deepEqual(decision.notices, ['cut-off']);
  });

  it('does not cut one micro above the limit', () => {
    assert.equal(decideSupply(POLICY, { ...DUE, balanceMicros: micros(1) }, CALM).supply, null);
  });

  const brakes: {
    by: string;
    account?: Partial<AccountState>;
    policy?: Partial<SupplyPolicy>;
    now?: Partial<Circumstances>;
  }[] = [
    { by: 'protected', account: { isProtected: true } },
    { by: 'stale', now: { readingAtMs: NOW_MS - 2 * HOUR_MS - 1 } },
    { by: 'stale', now: { readingAtMs: null } },
    { by: 'no-cut hours', policy: { mayCutAt: () => false } },
    { by: 'warning', account: { warnedAtMs: NOW_MS - HOUR_MS + 1 } },
    { by: 'warning', account: { warnedAtMs: null } },
    { by: 'fleet budget', now: { cutsInLastHour: () => 5 } },
  ];
  for (const { by, account, policy, now } of brakes) {
    it(`is held back by "${by}" alone: ${JSON.stringify(account ?? now ?? 'outside the hours')}`, () => {
      const decision = decideSupply({ ...POLICY, ...policy }, { ...DUE, ...account }, { ...CALM, ...now });
      assert.equal(decision.supply, null);
      assert.equal(decision.heldBackBy, by);
    });
  }

  it('cuts at the very edge of every brake', () => {
    const now = { ...CALM, readingAtMs: NOW_MS - 2 * HOUR_MS, cutsInLastHour: () => 4 };
    assert.equal(decideSupply(POLICY, DUE, now).supply, 'off');
  });

  it('does not count the fleet unless a cut is due', () => {
    const cutsInLastHour = (): number => assert.fail('asked for the budget');
    decideSupply(POLICY, { ...DUE, balanceMicros: micros(5) }, { ...CALM, cutsInLastHour });
    decideSupply(POLICY, { ...DUE, isProtected: true }, { ...CALM, cutsInLastHour });
    decideSupply(POLICY, { ...DUE, supply: 'off' }, { ...CALM, cutsInLastHour });
  });

  it('warns once, and again only after a recovery beyond the hysteresis', () => {
    const low = { ...DUE, balanceMicros: micros(29_999_999), warnedAtMs: null };
    const first = decideSupply(POLICY, low, CALM);
    assert.deepEqual(first.notices, ['low-credit']);
    assert.equal(first.warnedAtMs, NOW_MS);

    const later = { ...CALM, nowMs: NOW_MS + 1 };
    const second = decideSupply(POLICY, { ...low, warnedAtMs: first.warnedAtMs }, later);
    assert.deepEqual(second.notices, []);
    assert.equal(second.warnedAtMs, NOW_MS);

    const between = decideSupply(
      POLICY,
      { ...low, balanceMicros: micros(32_999_999), warnedAtMs: NOW_MS },
      later,
    );
    assert.equal(between.warnedAtMs, NOW_MS);
    const recovered = decideSupply(
      POLICY,
      { ...low, balanceMicros: micros(33_000_000), warnedAtMs: NOW_MS },
      later,
    );
    assert.equal(recovered.warnedAtMs, null);
  });

  it('warns before it cuts, even when one reading crosses both lines', () => {
    const decision = decideSupply(POLICY, { ...DUE, balanceMicros: micros(-5), warnedAtMs: null }, CALM);
    assert.equal(decision.supply, null);
    assert.equal(decision.heldBackBy, 'warning');
    assert.deepEqual(decision.notices, ['low-credit']);
  });

  it('brings the light back as soon as there is credit, whatever the hour', () => {
    const dark = { ...DUE, supply: 'off' as const, toldSupply: 'off' as const, balanceMicros: micros(1) };
    const decision = decideSupply({ ...POLICY, mayCutAt: () => false }, dark, { ...CALM, readingAtMs: null });
    assert.equal(decision.supply, 'on');
    assert.ok(decision.notices.includes('restored'));
  });

  it('leaves a dark house dark while there is no credit', () => {
    const decision = decideSupply(POLICY, { ...DUE, supply: 'off' }, CALM);
    assert.equal(decision.supply, null);
    assert.deepEqual(decision.notices, []);
  });

  it('warns anew, with a new lead, whoever pays too little', () => {
    const low = { ...DUE, balanceMicros: micros(5_000_000) };
    const paid = decideSupply(POLICY, low, { ...CALM, readingAtMs: null, hasPaid: true });
    assert.deepEqual(paid.notices, ['low-credit']);
    assert.equal(paid.warnedAtMs, NOW_MS);
    const used = { ...DUE, balanceMicros: micros(-1), warnedAtMs: paid.warnedAtMs };
    const soon = decideSupply(POLICY, used, { ...CALM, nowMs: NOW_MS + HOUR_MS - 1 });
    assert.equal(soon.heldBackBy, 'warning');
    const readingAtMs = NOW_MS + HOUR_MS;
    assert.equal(decideSupply(POLICY, used, { ...CALM, nowMs: readingAtMs, readingAtMs }).supply, 'off');
  });

  it('ends a warning when enough is paid, within the hysteresis too', () => {
    const enough = { ...DUE, balanceMicros: micros(30_000_000) };
    assert.equal(decideSupply(POLICY, enough, { ...CALM, hasPaid: true }).warnedAtMs, null);
    assert.equal(decideSupply(POLICY, enough, CALM).warnedAtMs, DUE.warnedAtMs);
  });

  it('never lets a warning and its cut leave together', () => {
    const decision = decideSupply({ ...POLICY, warnLeadMs: 0 }, { ...DUE, warnedAtMs: null }, CALM);
    assert.deepEqual([decision.supply, decision.notices], [null, ['low-credit']]);
  });

  it('brings the light back to whoever has become protected', () => {
    const decision = decideSupply(
      POLICY,
      { ...DUE, isProtected: true, supply: 'off', toldSupply: 'off' },
      CALM,
    );
    assert.deepEqual([decision.supply, decision.reason], ['on', 'protected']);
  });

  it('tells of a cut once, and of its end once, however often the command is made anew', () => {
    const again = decideSupply(POLICY, { ...DUE, toldSupply: 'off' }, CALM);
    assert.deepEqual([again.supply, again.notices], ['off', []]);
    const back = decideSupply(POLICY, { ...DUE, toldSupply: 'off', balanceMicros: micros(50_000_000) }, CALM);
    assert.deepEqual([back.supply, back.notices], [null, ['restored']]);
  });
});
