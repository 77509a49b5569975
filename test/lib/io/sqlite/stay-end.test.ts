import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import { property } from '../../property';
import { pricedCase } from '../../tariff/random-tariff';
import { registration } from './ledger-fixture';
import { LedgerRun, step } from './ledger-run';
import { ReadingFlow } from './reading-flow';

const HOUR_MS = 3_600_000;

describe('the end of any stay', () => {
  it('costs the same when all of it is priced again, as does the stay that follows', function () {
    this.timeout(120_000);
    property(
      fc.tuple(
        pricedCase,
        fc.array(step, { maxLength: 15 }),
        fc.record({ backMs: fc.nat(48 * HOUR_MS), account: fc.constantFrom(1, 3), later: fc.nat(72) }),
      ),
      ([given, steps, { backMs, account, later }]) => {
        const run = new LedgerRun(given, true);
        try {
          for (const one of steps) run.do(one);
          run.end();
          const { ledger } = run;
          const { store } = ledger;
          const headMs = store.knownMeter('M1')?.head?.atMs ?? 0;
          const headWh = store.knownMeter('M1')?.head?.energyWh ?? 0;
          ledger.nowMs = store.lastMs() + 1;
          const closedMs = Math.max(headMs + 1, ledger.nowMs - backMs);
          if (closedMs > ledger.nowMs) return;
          const closing = { atMs: closedMs, energyWh: headWh };
          const close = { type: 'closeMeter' as const, meterId: 'M1', by: 'fitter', guard: null };
          assert.equal(ledger.commit({ ...close, closing }).outcome, 'committed');
          const entry = { ...registration(account), meterId: 'M1', tariffId: 'random' };
          assert.equal(
            ledger.commit({ type: 'register', registration: entry, by: 'fitter' }).outcome,
            'recorded',
          );
          const nextMs = closedMs + later * HOUR_MS;
          const nowMs = Math.max(nextMs, store.lastMs()) + HOUR_MS;
          const flow = new ReadingFlow(store, 'random');
          flow.send({ meterId: 'M1', atMs: nextMs, energyWh: headWh }, nowMs);
          flow.commit(nowMs);
          const chargeDue = (type: 'rerate' | 'accrual', due: number[]): void => {
            store.commit(
              due.map((meterKey) => ({ type, meterKey, guard: null })),
              nowMs,
            );
          };
          chargeDue('accrual', store.dueAccruals(nowMs, 10));
          const balances = (): unknown[] => ['A1', 'A3'].map((accountId) => store.balanceOf(accountId));
          const before = balances();
          const assertSound = (): void => {
            verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
          };
          assertSound();
          const raw = new Database(ledger.file);
          raw.exec('UPDATE meter SET rerate_ms = 0 WHERE meter_key IN (SELECT meter_key FROM head)');
          raw.close();
          chargeDue('rerate', store.dueReratings(10));
          assert.deepEqual(balances(), before);
          assertSound();
        } finally {
          run.dispose();
        }
      },
      40,
    );
  });
});
