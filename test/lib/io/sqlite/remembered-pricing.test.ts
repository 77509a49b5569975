import assert from 'node:assert/strict';
import { approvalOf, chargeOf, HOME_TARIFF, LedgerFixture, START_MS } from './ledger-fixture';

const HOUR_MS = 3_600_000;
const FIRST = { fromMs: START_MS, fromWh: 500, toMs: START_MS, toWh: 500 };

describe('what pricing is told of a meter that the ledger remembers', () => {
  let ledger: LedgerFixture;

  beforeEach(() => {
    ledger = new LedgerFixture();
    for (const number of [0, 1, 2, 3]) {
      ledger.register(number);
      ledger.commit(chargeOf(`M${number}`, FIRST));
    }
  });

  afterEach(() => ledger.dispose());

  const step = (hour: number): typeof FIRST => ({
    fromMs: START_MS + (hour - 1) * HOUR_MS,
    fromWh: 400 + hour * 100,
    toMs: START_MS + hour * HOUR_MS,
    toWh: 500 + hour * 100,
  });

  it('is what the file says', () => {
    for (let hour = 1; hour < 4; hour += 1)
      for (const meterId of ['M0', 'M1', 'M2', 'M3']) {
        const { fromMs, toMs } = step(hour);
        assert.deepEqual(
          ledger.store.pricing(meterId, 'home', fromMs),
          ledger.store.pricing(meterId, 'home'),
          'before a reading',
        );
        assert.equal(ledger.commit(chargeOf(meterId, step(hour))).outcome, 'committed');
        assert.deepEqual(
          ledger.store.pricing(meterId, 'home', toMs),
          ledger.store.pricing(meterId, 'home'),
          'after it',
        );
      }
  });

  it('is read again where it stands elsewhere, since another process may have been first', () => {
    const other = ledger.open();
    const { fromMs, toMs } = step(1);
    ledger.commit(chargeOf('M0', step(1)));
    other.commit([chargeOf('M0', step(2))], ledger.nowMs);
    other.close();
    assert.equal(ledger.store.pricing('M0', 'home', step(2).toMs)?.headMs, step(2).toMs);
    assert.equal(ledger.store.pricing('M0', 'home', fromMs)?.headMs, step(2).toMs);
    // Whoever was told where it stood before is refused, and then told how it is.
    assert.equal(ledger.store.pricing('M0', 'home', toMs)?.headMs, toMs);
    assert.equal(ledger.commit(chargeOf('M0', step(2))).outcome, 'chain');
    assert.equal(ledger.store.pricing('M0', 'home', toMs)?.headMs, step(2).toMs);
  });

  it('is as it was before a commit that failed', () => {
    const { toMs } = step(1);
    const broken = { ...chargeOf('M0', step(1)), charge: null as never };
    assert.throws(() => ledger.store.commit([chargeOf('M1', step(1)), broken], ledger.nowMs));
    assert.equal(ledger.store.pricing('M1', 'home', toMs)?.headMs, START_MS);
    assert.equal(ledger.commit(chargeOf('M1', step(1))).outcome, 'committed');
  });

  it('knows a tariff that was approved meanwhile', () => {
    const dearer = { ...HOME_TARIFF, version: 2 };
    ledger.commit(approvalOf(dearer, START_MS + HOUR_MS));
    const { plan } = ledger.store.pricing('M3', 'home', START_MS) ?? assert.fail();
    assert.equal(plan.at(-1)?.tariff.tariff.version, 2);
  });
});
