import assert from 'node:assert/strict';
import { registration } from './ledger-fixture';
import { DAY_MS, desired, HOUR_MS, MINUTE_MS, PolicyTown } from './policy-town';

describe('the policy for an account with several meters', () => {
  let town: PolicyTown;
  beforeEach(() => {
    town = new PolicyTown();
  });
  afterEach(() => town.ledger.dispose());

  it('cuts the lit one of two meters also when the dark one has long been silent', () => {
    town.house(1, 1_000_000);
    town.commit({ type: 'register', registration: { ...registration(1), meterId: 'M9' }, by: 'staff' });
    town.read('M9', 0);
    town.read('M1', 1_000);
    const lost = town.read('M1', 1, HOUR_MS).relays.find(({ meterId }) => meterId === 'M9')!;
    const { commandId } = lost;
    town.commit({ type: 'relayProgress', meterId: 'M9', commandId, state: 'expired', tries: 5 });
    assert.deepEqual(desired(town.read('M9', 10, DAY_MS)), ['M9 off']);
  });

  it('cuts nobody for credit while one of several meters that count is silent', () => {
    town.house(1, 1_000_000);
    for (const meterId of ['M8', 'M9'])
      town.commit({ type: 'register', registration: { ...registration(1), meterId }, by: 'staff' });
    const silentMs = town.nowMs + MINUTE_MS;
    // One that was never read has no part in the balance.
    town.read('M8', 0);
    town.read('M1', 1_000);
    const held = town.read('M1', 1, 3 * HOUR_MS);
    assert.equal(town.supply(1), 'on');
    assert.deepEqual(held.why?.heldBack, [
      { rule: 'stale data', figures: { dataAtMs: silentMs, freshWithinMs: 2 * HOUR_MS } },
    ]);
    assert.deepEqual(desired(town.read('M8', 0)), ['M1 off', 'M8 off', 'M9 off']);
  });

  it('waits no longer for a meter that was taken down', () => {
    town.house(1, 1_000_000);
    town.commit({ type: 'register', registration: { ...registration(1), meterId: 'M8' }, by: 'staff' });
    town.read('M8', 0);
    town.read('M1', 1_000);
    town.read('M1', 1, 3 * HOUR_MS);
    assert.equal(town.supply(1), 'on');
    town.commit({ type: 'closeMeter', meterId: 'M8', closing: null, by: 'Asha', guard: town.guard });
    assert.equal(town.supply(1), 'off');
  });
});
