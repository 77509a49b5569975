import assert from 'node:assert/strict';
import fc from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { Posting } from '../../../../nodes/lib/ledger/posting';
import { micros } from '../../../../nodes/lib/money/micros';
import { property } from '../../property';
import { chargeOf, LedgerFixture, registration, START_MS, topUpOf } from './ledger-fixture';

const HOUSES = 3;
const PRICE_MICROS_PER_WH = 8_000;

interface Act {
  kind: 'read' | 'pay' | 'rename' | 'stale' | 'broken';
  /** Which of the two processes does it. */
  store: 0 | 1;
  house: number;
  value: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom('read', 'read', 'read', 'pay', 'rename', 'stale', 'broken'),
  store: fc.constantFrom(0, 1),
  house: fc.nat(HOUSES - 1),
  value: fc.nat(500),
});

/** What should be in the ledger, in the simplest possible form. */
interface House {
  balanceMicros: number;
  head: { atMs: number; energyWh: number } | null;
}

/** The posting of an act, and what it does to the model; null where nothing may change. */
function postingOf(
  { kind, house, value }: Act,
  model: House[],
  step: number,
): { posting: Posting; apply: (() => void) | null } {
  const state = model[house] ?? assert.fail();
  const meterId = `M${house}`;
  if (kind === 'pay') {
    const posting = topUpOf(`A${house}`, value + 1, `step ${step}`);
    return { posting, apply: () => (state.balanceMicros += value + 1) };
  }
  if (kind === 'broken') {
    return {
      posting: { ...topUpOf(`A${house}`, 1, `broken ${step}`), amountMicros: 0 as never },
      apply: null,
    };
  }
  if (kind === 'rename') {
    const posting: Posting = {
      type: 'register',
      registration: { ...registration(house), name: `House ${value}` },
      by: 'test',
    };
    return { posting, apply: () => undefined };
  }
  const from = state.head ?? { atMs: START_MS, energyWh: 0 };
  const to = state.head ? { atMs: from.atMs + 1_000, energyWh: from.energyWh + value } : from;
  const shiftWh = kind === 'stale' ? 1 : 0;
  const segment = {
    fromMs: from.atMs,
    fromWh: from.energyWh + shiftWh,
    toMs: to.atMs,
    toWh: to.energyWh + shiftWh,
  };
  const apply = (): void => {
    state.balanceMicros -= (to.energyWh - from.energyWh) * PRICE_MICROS_PER_WH;
    state.head = to;
  };
  return { posting: chargeOf(meterId, segment), apply: kind === 'stale' && state.head ? null : apply };
}

describe('a ledger that two processes share', () => {
  it('always equals a simple model, and stays sound', function () {
    this.timeout(120_000);
    property(
      fc.array(act, { minLength: 1, maxLength: 60 }),
      (acts) => {
        const ledger = new LedgerFixture();
        const stores = [ledger.store, ledger.open()];
        try {
          for (let house = 0; house < HOUSES; house += 1) ledger.register(house);
          const model = Array.from({ length: HOUSES }, (): House => ({ balanceMicros: 0, head: null }));
          for (const [step, one] of acts.entries()) {
            const isOpening = one.kind === 'stale' && !model[one.house]?.head;
            const { posting, apply } = postingOf(isOpening ? { ...one, kind: 'read' } : one, model, step);
            const commit = (): unknown => stores[one.store]?.commit([posting], START_MS)[0]?.outcome;
            if (one.kind === 'broken') assert.throws(commit);
            else
              assert.equal(
                commit(),
                apply === null ? 'chain' : one.kind === 'rename' ? 'recorded' : 'committed',
              );
            apply?.();
          }
          for (const [house, { balanceMicros, head }] of model.entries()) {
            for (const store of stores) {
              assert.equal(store.balanceOf(`A${house}`), micros(balanceMicros));
              assert.deepEqual(store.knownMeter(`M${house}`)?.head, head && { ...head, exportWh: null });
            }
          }
          assert.ok(verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check)));
        } finally {
          stores[1]?.close();
          ledger.dispose();
        }
      },
      40,
    );
  });
});
