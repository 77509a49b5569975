import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Statement } from '../../../../nodes/lib/ledger/statement';
import type { Tariff } from '../../../../nodes/lib/tariff/tariff';
import { property } from '../../property';
import { pricedCase } from '../../tariff/random-tariff';
import { chargeOf, HOME_TARIFF, LedgerFixture, registration, START_MS, topUpOf } from './ledger-fixture';
import { LedgerRows, sumOn } from './ledger-rows';
import { LedgerRun, step } from './ledger-run';
import { ReadingFlow } from './reading-flow';

function assertAddsUp(statement: Statement): void {
  const { openingMicros, topUpsMicros, chargesMicros, taxesMicros, correctionsMicros, closingMicros } =
    statement;
  assert.equal(openingMicros + topUpsMicros - chargesMicros - taxesMicros - correctionsMicros, closingMicros);
  const sum = (parts: readonly { amountMicros: number }[]) =>
    parts.reduce((total, { amountMicros }) => total + amountMicros, 0);
  assert.equal(sum(statement.charges), chargesMicros);
  assert.equal(sum(statement.taxes), taxesMicros);
  for (const { book } of statement.taxes) assert.match(book, /^tax:/);
  const moved = (entries: Statement['topUps']) =>
    entries.reduce((total, entry) => total + entry.changeMicros, 0);
  assert.equal(moved(statement.topUps), topUpsMicros);
  assert.equal(moved(statement.corrections) + correctionsMicros, 0);
  for (const { fromWh, toWh, usedWh } of statement.registers) assert.equal(toWh - fromWh, usedWh);
}

/** One period after the other: each opens where the one before closed, with the money and with the register. */
function assertFollow(statements: readonly Statement[]): void {
  const registers = new Map<string, number>();
  for (const [index, { openingMicros, registers: spans }] of statements.entries()) {
    if (index > 0) assert.equal(openingMicros, statements[index - 1]?.closingMicros);
    for (const { meterId, fromWh, toWh } of spans) {
      assert.equal(fromWh, registers.get(meterId) ?? fromWh, `${meterId} in period ${index}`);
      registers.set(meterId, toWh);
    }
  }
}

describe('a statement', () => {
  it('adds up to the micro for any account and any periods, whatever happened', function () {
    this.timeout(60_000);
    property(
      fc.tuple(
        pricedCase,
        fc.array(step, { minLength: 5, maxLength: 40 }),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      ),
      ([given, steps, cuts]) => {
        const run = new LedgerRun(given, true);
        const rows = new LedgerRows(run.ledger.file);
        try {
          for (const one of steps) run.do(one);
          run.end();
          const transfers = rows.transfers();
          const { store } = run.ledger;
          const endMs = store.lastMs() + 1;
          // At the very moment of a transfer: it belongs to the period that begins then.
          const times = cuts.map((part) =>
            Number(transfers[Math.floor(part * (transfers.length - 1))]?.atMs ?? 1),
          );
          const bounds = [0, ...times.sort((a, b) => a - b), endMs].filter(
            (ms, index, all) => ms !== all[index + 1],
          );
          for (const accountId of ['A1', 'A2']) {
            const statements = bounds.slice(1).map((toMs, index) => {
              const statement = store.statement(accountId, bounds[index]!, toMs);
              assert.ok(statement);
              assertAddsUp(statement);
              const until = transfers.filter(({ atMs }) => atMs < BigInt(toMs));
              assert.equal(BigInt(statement.closingMicros), sumOn(`customer:${accountId}`, until));
              return statement;
            });
            assert.equal(statements[0]?.openingMicros, 0);
            assert.equal(statements.at(-1)?.closingMicros, store.balanceOf(accountId));
            assertFollow(statements);
          }
        } finally {
          rows.close();
          run.dispose();
        }
      },
      25,
    );
  });

  const TAXED: Tariff = {
    ...HOME_TARIFF,
    components: [
      { kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 },
      { kind: 'standingDay', id: 'meter rent', amountMicros: 500_000, perKw: false },
      { kind: 'tax', id: 'duty', ppm: 50_000, of: ['energy'], code: 'duty' },
    ],
  };
  const HOUR_MS = 3_600_000;

  it('shows both registers of a month in which the meter was replaced, and the energy of both', () => {
    const ledger = new LedgerFixture(TAXED);
    const flow = new ReadingFlow(ledger.store, 'home');
    const read = (meterId: string, hour: number, energyWh: number): void => {
      flow.send({ meterId, atMs: START_MS + hour * HOUR_MS, energyWh }, START_MS);
      flow.commit(START_MS);
    };
    ledger.register(1);
    ledger.commit(topUpOf('A1', 20_000_000, 'r1'));
    read('M1', 0, 1_000);
    read('M1', 1, 1_400);
    const close = { type: 'closeMeter' as const, by: 'fitter', guard: null };
    ledger.nowMs = START_MS + 2 * HOUR_MS;
    ledger.commit({ ...close, meterId: 'M1', closing: { atMs: START_MS + 2 * HOUR_MS, energyWh: 1_600 } });
    ledger.commit({ type: 'register', registration: { ...registration(1), meterId: 'M9' }, by: 'fitter' });
    read('M9', 3, 20);
    read('M9', 4, 320);
    const statement = ledger.store.statement('A1', START_MS, START_MS + 24 * HOUR_MS);
    assert.ok(statement);
    assertAddsUp(statement);
    assert.deepEqual(
      statement.registers.map(({ meterId, fromWh, toWh, usedWh }) => [meterId, fromWh, toWh, usedWh]),
      [
        ['M1', 1_000, 1_600, 600],
        ['M9', 20, 320, 300],
      ],
    );
    const energy = statement.charges.filter(({ component }) => component === 'energy');
    assert.deepEqual(
      energy.map(({ energyWh, amountMicros }) => [energyWh, amountMicros]),
      [[900, 7_200_000]],
    );
    assert.equal(statement.taxesMicros, 360_000);
    ledger.dispose();
  });

  it('says how much energy cost nothing, and only then', () => {
    const free = { kind: 'freeUnits' as const, id: 'free', freeWh: 300, of: ['energy'], lifelineOnly: false };
    const ledger = new LedgerFixture({ ...TAXED, components: [HOME_TARIFF.components[0]!, free] });
    const flow = new ReadingFlow(ledger.store, 'home');
    ledger.register(1);
    const totals = (): [string, number, number][] => {
      const statement = ledger.store.statement('A1', START_MS, START_MS + 24 * HOUR_MS);
      assert.ok(statement);
      assertAddsUp(statement);
      return statement.charges.map(({ component, energyWh, amountMicros }) => [
        component,
        energyWh,
        amountMicros,
      ]);
    };
    for (const hour of [0, 1, 2, 3]) {
      flow.send({ meterId: 'M1', atMs: START_MS + hour * HOUR_MS, energyWh: 200 * hour }, START_MS);
      flow.commit(START_MS);
    }
    const energyWh = totals().reduce((sum, [component, wh]) => (component === 'free' ? sum : sum + wh), 0);
    assert.equal(energyWh, 600);
    assert.deepEqual(
      totals().find(([component]) => component === 'uncharged'),
      ['uncharged', 200, 0],
    );
    ledger.dispose();
  });

  it('leaves a meter out that was taken down before, and does not forget one that was taken down late', () => {
    const ledger = new LedgerFixture();
    const flow = new ReadingFlow(ledger.store, 'home');
    ledger.register(1);
    for (const hour of [0, 1]) {
      flow.send({ meterId: 'M1', atMs: START_MS + hour * HOUR_MS, energyWh: 100 * hour }, START_MS);
      flow.commit(START_MS);
    }
    const lateMs = START_MS + 60 * 24 * HOUR_MS;
    ledger.nowMs = lateMs;
    const closing = { atMs: START_MS + 2 * HOUR_MS, energyWh: 150 };
    ledger.commit({ type: 'closeMeter', meterId: 'M1', closing, by: 'fitter', guard: null });
    const used = (fromMs: number): number[] =>
      (ledger.store.statement('A1', fromMs, fromMs + 24 * HOUR_MS)?.registers ?? []).map(
        ({ usedWh }) => usedWh,
      );
    assert.deepEqual(used(lateMs - HOUR_MS), [50]);
    assert.deepEqual(used(lateMs + HOUR_MS), []);
    ledger.dispose();
  });

  it('counts on over a device that was replaced under the same meter number', () => {
    const ledger = new LedgerFixture();
    ledger.register(1);
    const at = (hour: number): number => START_MS + hour * HOUR_MS;
    ledger.commit(chargeOf('M1', { fromMs: at(0), fromWh: 1_000, toMs: at(0), toWh: 1_000 }));
    ledger.commit(chargeOf('M1', { fromMs: at(0), fromWh: 1_000, toMs: at(1), toWh: 1_400 }));
    const flow = new ReadingFlow(ledger.store, 'home');
    flow.send({ meterId: 'M1', atMs: at(2), energyWh: 30 }, START_MS);
    flow.commit(START_MS);
    const [held] = ledger.store.heldReadings(10);
    assert.ok(held);
    const settlement = { as: 'swap' as const, closingWh: 1_500, openingWh: 10 };
    const { refusalId } = held;
    ledger.nowMs = at(2);
    ledger.commit({ type: 'settleHeld', refusalId, settlement, by: 'clerk', guard: null });
    const statement = ledger.store.statement('A1', START_MS, at(24));
    assert.ok(statement);
    assertAddsUp(statement);
    assert.deepEqual(
      statement.registers.map(({ usedWh }) => usedWh),
      [400 + 100 + 20],
    );
    assert.equal(statement.chargesMicros, 520 * 8_000);
    ledger.dispose();
  });
});
