import assert from 'node:assert/strict';
import fc from 'fast-check';
import { property } from '../../property';
import { LedgerFixture, START_MS, topUpOf } from './ledger-fixture';
import { LedgerRows } from './ledger-rows';

const payment = fc.record({
  process: fc.constantFrom(0, 1),
  account: fc.constantFrom(1, 2),
  // Few of each, so that they meet; some that look alike when they are put together carelessly.
  reference: fc.constantFrom('r', 'r 1', ':r', 'top-up:r', '%3A', '1'),
  channel: fc.constantFrom('counter', 'counter:', 'bank'),
  amountMicros: fc.constantFrom(5, 6),
  isSameBatch: fc.boolean(),
});

describe('the id of a payment', () => {
  it('moves money once for ever, answers the same again, and is refused for anything else', function () {
    this.timeout(60_000);
    property(
      fc.array(payment, { maxLength: 40 }),
      (payments) => {
        const ledger = new LedgerFixture();
        const stores = [ledger.store, ledger.open()];
        const rows = new LedgerRows(ledger.file);
        const first = new Map<string, string>();
        const paid = new Map<number, number>();
        try {
          for (const number of [1, 2]) ledger.register(number);
          for (const { process, account, reference, channel, amountMicros, isSameBatch } of payments) {
            const posting = { ...topUpOf(`A${account}`, amountMicros, reference), channel };
            const content = JSON.stringify([account, amountMicros]);
            const id = JSON.stringify([channel, reference]);
            const known = first.get(id);
            const expected = known === undefined ? 'committed' : known === content ? 'repeated' : 'refused';
            const copies = isSameBatch ? [posting, posting] : [posting];
            const outcomes = stores[process]!.commit(copies, START_MS).map(({ outcome }) => outcome);
            const again = expected === 'committed' ? 'repeated' : expected;
            assert.deepEqual(outcomes, isSameBatch ? [expected, again] : [expected]);
            if (expected === 'committed') {
              first.set(id, content);
              paid.set(account, (paid.get(account) ?? 0) + amountMicros);
            }
          }
          for (const number of [1, 2])
            for (const store of stores) assert.equal(store.balanceOf(`A${number}`), paid.get(number) ?? 0);
          assert.equal(rows.transfers().length, first.size);
        } finally {
          rows.close();
          stores[1]!.close();
          ledger.dispose();
        }
      },
      40,
    );
  });
});
