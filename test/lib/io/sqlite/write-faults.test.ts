import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { isItemFault } from '../../../../nodes/lib/io/sqlite/sqlite-fault';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { Posting } from '../../../../nodes/lib/ledger/posting';
import { needs, pathOrSkip } from '../../../needs';
import type { FullDiskReport } from './full-disk-writer';
import { chargeOf, LedgerFixture, registration, START_MS, topUpOf } from './ledger-fixture';

const METERS = 30;
const opening = { fromMs: START_MS, fromWh: 0, toMs: START_MS, toWh: 0 };
const next = { fromMs: START_MS, fromWh: 0, toMs: START_MS + 1_000, toWh: 125 };

describe('a ledger that cannot write', () => {
  let ledger: LedgerFixture;
  beforeEach(() => {
    ledger = new LedgerFixture();
    for (let number = 0; number < METERS; number += 1) ledger.register(number);
  });
  afterEach(() => ledger.dispose());

  const assertSound = (): void => {
    verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  };
  /** Something of every kind that moves money or heads, so that a commit writes to many pages. */
  const group = (): Posting[] =>
    Array.from({ length: METERS }, (_, number) => [
      chargeOf(`M${number}`, next),
      topUpOf(`A${number}`, 7, `receipt ${number}`),
    ]).flat();
  const rowsOf = (db: Database.Database): unknown =>
    ['reading', 'transfer', 'batch', 'book', 'meter', 'head', 'meter_fold', 'audit', 'notice'].map((table) =>
      db.prepare(`SELECT * FROM ${table}`).raw().all(),
    );

  it('takes back a whole group wherever the disk is full, tells everybody, and goes on once there is room', function () {
    this.timeout(60_000);
    const prlimit = pathOrSkip(needs.prlimit, this);
    ledger.store.close();
    const writer = join(__dirname, 'full-disk-writer.ts');
    const told = execFileSync(process.execPath, ['--import=tsx', writer, ledger.file, prlimit], {
      encoding: 'utf8',
    });
    const report = JSON.parse(told) as FullDiskReport;
    ledger.store = ledger.open();
    assert.ok(report.failures > 10, `only ${report.failures} writes found the disk full`);
    assert.match(report.said.join(), /disk I\/O error|disk is full/);
    assert.equal(report.leaks, 0);
    assert.deepEqual(
      report.outcomes,
      Array.from({ length: 40 }, () => 'committed'),
    );
    assert.equal(ledger.store.balanceOf('A0'), 7 - 125 * 8_000);
    assertSound();
  });

  it('takes back a whole group wherever the file may not grow, and goes on once it may', () => {
    for (let number = 0; number < METERS; number += 1) ledger.commit(chargeOf(`M${number}`, opening));
    const raw = new Database(ledger.file, { readonly: true });
    const before = rowsOf(raw);
    const own = ledger.store['db'];
    const pages = own.pragma('page_count', { simple: true }) as number;
    let failures = 0;
    for (let room = 0; ; room += 1) {
      own.pragma(`max_page_count = ${pages + room}`);
      try {
        // Large enough to need pages of its own.
        const bulky = { ...registration(99), name: 'x'.repeat(20_000) };
        ledger.store.commit([...group(), { type: 'register', registration: bulky, by: 'staff' }], START_MS);
        break;
      } catch (error) {
        assert.ok(error instanceof Error);
        assert.match(error.message, /full/);
        assert.equal(isItemFault(error), false, 'a full disk is not the fault of a posting');
        failures += 1;
      }
      assert.deepEqual(rowsOf(raw), before);
    }
    assert.ok(failures >= 5, `only ${failures} writes found the file full`);
    assert.notDeepEqual(rowsOf(raw), before);
    raw.close();
    assertSound();
  });

  it('takes back a whole group also where the file may not grow while a meter is looked up', () => {
    const meters = 120;
    for (let number = METERS; number < meters; number += 1) ledger.register(number);
    const stepOf = (step: number): Posting[] =>
      Array.from({ length: meters }, (_, number) => {
        const toMs = START_MS + step * 1_000;
        const fromMs = Math.max(START_MS, toMs - 1_000);
        return chargeOf(`M${number}`, { fromMs, fromWh: (fromMs - START_MS) / 8, toMs, toWh: step * 125 });
      });
    for (let step = 0; step < 6; step += 1) ledger.store.commit(stepOf(step), START_MS);
    let failures = 0;
    for (let room = 0; ; room += 1) {
      // What pricing remembers of a meter has to be found from its readings again, and what waits is written before that.
      ledger.store.close();
      ledger.store = ledger.open();
      const own = ledger.store['db'];
      const before = rowsOf(own);
      own.pragma(`max_page_count = ${(own.pragma('page_count', { simple: true }) as number) + room}`);
      try {
        const results = ledger.store.commit(stepOf(6), START_MS);
        assert.deepEqual([...new Set(results.map(({ outcome }) => outcome))], ['committed']);
        break;
      } catch (error) {
        assert.match(String(error), /full/);
        failures += 1;
      }
      assert.deepEqual(rowsOf(own), before);
      assertSound();
    }
    assert.ok(failures > 0, 'no write found the file full');
    assertSound();
  });

  it('commits nothing while another process holds the ledger, and goes on when it lets go', () => {
    for (let number = 0; number < METERS; number += 1) ledger.commit(chargeOf(`M${number}`, opening));
    const other = new Database(ledger.file);
    const before = rowsOf(other);
    // It waits for seconds before it gives up; that much patience is SQLite's own and needs no test.
    ledger.store['db'].pragma('busy_timeout = 1');
    for (let round = 0; round < 3; round += 1) {
      other.exec('BEGIN IMMEDIATE');
      assert.throws(
        () => ledger.store.commit(group(), START_MS),
        (error: Error) => error.message.includes('locked') && !isItemFault(error),
      );
      other.exec('ROLLBACK');
      assert.deepEqual(rowsOf(other), before);
    }
    const outcomes = ledger.store.commit(group(), START_MS).map(({ outcome }) => outcome);
    assert.deepEqual(new Set(outcomes), new Set(['committed']));
    other.close();
    assertSound();
  });
});
