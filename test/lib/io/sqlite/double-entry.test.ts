import assert from 'node:assert/strict';
import fc from 'fast-check';
import { property } from '../../property';
import { pricedCase } from '../../tariff/random-tariff';
import { LedgerRows, linesOf, sumOn, takenFromCustomer } from './ledger-rows';
import { LedgerRun, step } from './ledger-run';
import { replay } from './replay';

const anyRun = fc.tuple(pricedCase, fc.array(step, { minLength: 5, maxLength: 40 }), fc.boolean());

/** Lets anything happen to a ledger in any order, and looks at the rows that it leaves. */
function afterAnything(check: (rows: LedgerRows, run: LedgerRun) => void, runs: number): void {
  property(
    anyRun,
    ([given, steps, hasPowerFactors]) => {
      const run = new LedgerRun(given, hasPowerFactors);
      const rows = new LedgerRows(run.ledger.file);
      try {
        for (const one of steps) run.do(one);
        run.end();
        check(rows, run);
      } finally {
        rows.close();
        run.dispose();
      }
    },
    runs,
  );
}

describe('double entry, whatever happened', () => {
  it('has every balance equal to its transfers, all of them at zero together, and amounts equal to their lines', function () {
    this.timeout(60_000);
    afterAnything((rows) => {
      const transfers = rows.transfers();
      const balances = rows.balances();
      for (const [name, balance] of balances) assert.equal(balance, sumOn(name, transfers), name);
      assert.equal(
        [...balances.values()].reduce((sum, balance) => sum + balance, 0n),
        0n,
      );
      for (const transfer of transfers) {
        const { debit, credit, kind, amountMicros } = transfer;
        const sides = [debit, credit].filter((name) => name.startsWith('customer:'));
        assert.equal(sides.length, 1, 'a transfer is between one customer and one account of the house');
        assert.ok(amountMicros > 0n);
        if (kind === 'top-up') continue;
        const sum = linesOf(transfer).reduce((total, line) => total + BigInt(line[3]), 0n);
        assert.equal(sum, takenFromCustomer(transfer), `${kind} of ${transfer.meterId}`);
      }
    }, 25);
  });

  it('comes to the same when done again from empty in the plainest order', function () {
    this.timeout(60_000);
    afterAnything((rows, run) => {
      const again = replay(rows, run.ledger.store.lastMs());
      const replayed = new LedgerRows(again.file);
      try {
        assert.deepEqual(withoutEmpty(replayed.balances()), withoutEmpty(rows.balances()));
        for (const meterId of ['M1', 'M2'])
          assert.deepEqual(again.store.knownMeter(meterId), run.ledger.store.knownMeter(meterId));
      } finally {
        replayed.close();
        again.dispose();
      }
    }, 25);
  });
});

/** An account of the books exists from its first transfer on, and what was paid may have gone back since. */
function withoutEmpty(balances: ReadonlyMap<string, bigint>): [string, bigint][] {
  return [...balances].filter(([, balance]) => balance !== 0n);
}
