import assert from 'node:assert/strict';
import fc, { type Arbitrary } from 'fast-check';
import type { LiveAccount, LiveMeter } from '../../../../nodes/lib/io/sqlite/live-accounts';
import { LiveShelf } from '../../../../nodes/lib/io/sqlite/live-shelf';
import { MeterNumbers, NO_NUMBER } from '../../../../nodes/lib/meter/meter-numbers';
import { micros } from '../../../../nodes/lib/money/micros';
import { compileTariff } from '../../../../nodes/lib/tariff/compile-tariff';
import { planOf } from '../../../../nodes/lib/tariff/meter-plan';
import { newMeterState, type MeterState } from '../../../../nodes/lib/tariff/meter-state';
import { property } from '../../property';
import { HOME_TARIFF, START_MS } from './ledger-fixture';

const plan = planOf(compileTariff(HOME_TARIFF), { sanctionedLoadW: 0, isLifeline: false, feed: [] });
const wh = fc.nat(1e9);
const orNull = <T>(values: Arbitrary<T>): Arbitrary<T | null> => fc.option(values, { nil: null });

const account: Arbitrary<LiveAccount> = fc.record(
  {
    accountKey: fc.integer({ min: 1, max: 20_000 }),
    accountId: fc.string({ unit: 'grapheme', minLength: 1 }),
    isProtected: fc.boolean(),
    supply: fc.constantFrom('on', 'off'),
    daysLeft: orNull(fc.nat(400)),
    isLookDue: fc.boolean(),
    balanceMicros: fc.maxSafeInteger().map(micros),
    lastTransfer: orNull(fc.nat()),
    isBalanceDirty: fc.constant(false),
  },
  { noNullPrototype: true },
);

/** Also one that is more than a row of numbers. */
const fold: Arbitrary<MeterState> = fc
  .record({
    rest: fc.nat(999),
    total: fc.maxSafeInteger(),
    bankWh: wh,
    exportWh: orNull(wh),
    isMeasured: fc.boolean(),
  })
  .map(({ rest, total, bankWh, exportWh, isMeasured }) => ({
    ...newMeterState(plan, START_MS, 0),
    rests: [rest],
    totals: [micros(total)],
    bankWh,
    exportWh,
    ...(isMeasured
      ? {
          retired: [
            {
              key: ['old', 'nano', 'sales:energy'],
              rest: 1,
              dayRest: 0,
              total: micros(5),
              periodTotal: micros(2),
            },
          ],
        }
      : {}),
  }));

const meter: Arbitrary<Omit<LiveMeter, 'account'>> = fc
  .record({
    meterKey: fc.integer({ min: 1, max: 20_000 }),
    head: orNull(fc.record({ headMs: fc.nat(2e12), headWh: wh, fold })),
    headExportWh: orNull(wh),
    offsetWh: fc.integer(),
    offsetExportWh: fc.constantFrom(0, 0, 0, 7),
    powerW: orNull(fc.double({ noNaN: true, min: 0, max: 1e6 })),
    foldAge: fc.nat(16),
    rerateMs: orNull(fc.nat(2e12)),
  })
  .map(({ head, ...rest }) => ({
    ...rest,
    number: NO_NUMBER,
    isInUse: true,
    meterId: `M${rest.meterKey}`,
    headMs: head?.headMs ?? null,
    headWh: head?.headWh ?? null,
    fold: head?.fold ?? null,
    plan: head ? plan : null,
    isFoldDirty: false,
    isRerateDirty: false,
    isDirty: false,
  }));

describe('a shelf of meters and accounts', () => {
  it('gives back what was put there last, as it was, and an account once', () => {
    property(fc.array(fc.tuple(meter, account), { minLength: 1, maxLength: 12 }), (pairs) => {
      const shelf = new LiveShelf();
      const meters = new Map<string, LiveMeter>();
      const accounts = new Map<number, LiveAccount>();
      for (const [numbers, owner] of pairs) {
        const stay = { ...numbers, account: owner };
        shelf.putMeter(stay);
        shelf.putAccount(owner);
        // One of these is read from the file, whatever was here before.
        if (stay.rerateMs === null && stay.offsetExportWh === 0) meters.set(stay.meterId, stay);
        else meters.delete(stay.meterId);
        accounts.set(owner.accountKey, owner);
      }
      const taken = new Map<number, LiveAccount>();
      const accountOf = (key: number): LiveAccount => {
        const known = taken.get(key) ?? shelf.takeAccount(key);
        assert.ok(known);
        taken.set(key, known);
        return known;
      };
      for (const [meterId, stay] of meters) {
        const found = shelf.meterAt(meterId, accountOf) ?? assert.fail('it is not there');
        const { account: owner } = found;
        const { account: ownerBefore } = stay;
        assert.deepEqual({ ...found, account: ownerBefore }, { ...stay, number: found.number });
        assert.deepEqual(owner, accounts.get(ownerBefore.accountKey));
        assert.equal(shelf.takeAccount(owner.accountKey), undefined);
        shelf.putMeter({ ...found, headExportWh: 77 });
        assert.deepEqual(shelf.meterAt(meterId, accountOf), { ...found, headExportWh: 77 }, 'and once more');
        shelf.putMeter({ ...found, rerateMs: 1 });
        assert.equal(shelf.meterAt(meterId, accountOf), undefined);
      }
      for (const [{ meterId }] of pairs)
        assert.equal(shelf.meterAt(meterId, accountOf), undefined, 'there is nothing else');
      assert.equal(shelf.size, accounts.size);
      shelf.clear();
      assert.equal(shelf.size, 0);
    });
  });

  it('forgets a meter whose number goes on to another one', () => {
    const [numbers] = fc.sample(meter, { seed: 1, numRuns: 1 });
    const [owner] = fc.sample(account, { seed: 1, numRuns: 1 });
    assert.ok(numbers && owner);
    const shelf = new LiveShelf(new MeterNumbers(1));
    shelf.putAccount(owner);
    for (const meterId of ['M1', 'M2'])
      shelf.putMeter({ ...numbers, rerateMs: null, offsetExportWh: 0, meterId, account: owner });
    assert.equal(
      shelf.meterAt('M1', () => owner),
      undefined,
    );
    assert.equal(shelf.meterAt('M2', () => owner)?.meterId, 'M2');
  });

  it('puts back a meter whose number has gone on meanwhile under one of its own', () => {
    const [numbers] = fc.sample(meter, { seed: 1, numRuns: 1 });
    const [owner] = fc.sample(account, { seed: 1, numRuns: 1 });
    assert.ok(numbers && owner);
    const shelf = new LiveShelf(new MeterNumbers(2));
    const put = (meterId: string): void =>
      shelf.putMeter({ ...numbers, rerateMs: null, offsetExportWh: 0, meterId, account: owner });
    for (const meterId of ['M1', 'M2']) put(meterId);
    const first = shelf.meterAt('M1', () => owner) ?? assert.fail('it is there');
    for (const meterId of ['M3', 'M4']) put(meterId);
    shelf.putMeter(first);
    assert.deepEqual(
      ['M1', 'M4'].map((meterId) => shelf.meterAt(meterId, () => owner)?.meterId),
      ['M1', 'M4'],
    );
  });

  it('knows nothing of anybody else', () => {
    const shelf = new LiveShelf();
    assert.equal(
      shelf.meterAt('M1', () => assert.fail()),
      undefined,
    );
    assert.equal(shelf.takeAccount(1), undefined);
  });
});
