import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Posting } from '../../../../nodes/lib/ledger/posting';
import { property } from '../../property';
import { registration, topUpOf } from './ledger-fixture';

import { committed, desired, HOUR_MS, kinds, MINUTE_MS, PolicyTown } from './policy-town';

describe('a whole fleet without credit at once', () => {
  it('is cut within the budget; the rest is put aside, staff are told once, and two persons release it', function () {
    this.timeout(120_000);
    const houses = 10_000;
    const town = new PolicyTown({}, { leastCuts: 5, partPpm: 10_000 });
    const numbers = Array.from({ length: houses }, (_, number) => number);
    town.commit(
      ...numbers.map((n): Posting => ({ type: 'register', registration: registration(n), by: 'staff' })),
    );
    town.commit(...numbers.map((n) => town.reading(`M${n}`, 0, 0)));
    town.nowMs += MINUTE_MS;
    town.commit(...numbers.map((n) => town.reading(`M${n}`, 1_000, 0)));
    town.nowMs += HOUR_MS;
    const results = town.commit(...numbers.map((n) => town.reading(`M${n}`, 1, 0))).map(committed);
    const budget = houses / 100;
    assert.equal(results.flatMap(desired).length, budget);
    assert.equal(town.ledger.store.quarantined(houses).length, houses - budget);
    assert.equal(results.flatMap(kinds).filter((kind) => kind === 'office').length, 1);
    town.nowMs += 2 * HOUR_MS;
    assert.deepEqual(
      town
        .commit(town.reading('M9999', 1, 0))
        .map(committed)
        .flatMap(desired),
      [],
      'waits for people',
    );
    const waiting = town.ledger.store.quarantined(3).map(({ accountId }) => Number(accountId.slice(1)));
    for (const number of waiting) {
      assert.equal(town.ask(number, { as: 'giveRelease' }, 'Bela').outcome, 'refused', 'nobody has asked');
      assert.equal(town.ask(number, { as: 'askRelease' }, 'Asha').outcome, 'committed');
      assert.equal(town.ask(number, { as: 'giveRelease' }, ' asha ').outcome, 'refused', 'the same person');
      assert.equal(town.ask(number, { as: 'giveRelease' }, 'Bela').outcome, 'committed');
      town.commit(town.reading(`M${number}`, 1, 1));
      assert.equal(town.supply(number), 'off');
    }
    town.ledger.dispose();
  });

  it('counts a meter once whose relay does not obey', () => {
    const town = new PolicyTown({}, { leastCuts: 2, partPpm: 0 });
    town.house(1, 1_000_000);
    town.house(2, 1_000_000);
    town.read('M1', 1_000);
    town.read('M2', 1_000);
    for (const version of [1, 2]) {
      town.read('M1', 1, version === 1 ? HOUR_MS : MINUTE_MS);
      const commandId = `M1-${version}`;
      town.commit({ type: 'relayProgress', meterId: 'M1', commandId, state: 'expired', tries: 5 });
    }
    assert.deepEqual(desired(town.read('M2', 1)), ['M2 off']);
    town.ledger.dispose();
  });
});

describe('a top-up that races a cut', () => {
  it('ends with the light on, in whatever order and batch they come', () => {
    property(
      fc.tuple(fc.array(fc.constantFrom('cut', 'pay', 'expire', 'look'), { maxLength: 6 }), fc.boolean()),
      ([others, together]) => {
        const town = new PolicyTown();
        town.house(1, 1_000_000);
        town.read('M1', 1_000);
        const postings = (['cut', ...others, 'pay'] as const).map((as, index): Posting => {
          const afterMs = index === 0 ? HOUR_MS : 1;
          if (as === 'cut') return town.reading('M1', 1, afterMs);
          town.nowMs += 1;
          if (as === 'look') return { type: 'explain', accountId: 'A1', guard: town.guard };
          if (as === 'pay') return { ...topUpOf('A1', 90_000_000, `r${index}`), guard: town.guard };
          return { type: 'relayProgress', meterId: 'M1', commandId: 'M1-1', state: 'expired', tries: 5 };
        });
        if (together) town.commit(...postings);
        else for (const posting of postings) town.commit(posting);
        assert.equal(town.supply(1), 'on');
        assert.equal(town.ledger.store.relay('M1')?.desired, 'on');
        town.ledger.dispose();
      },
      100,
    );
  });
});
