import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import type * as StoreModule from '../../nodes/lib/io/sqlite/sqlite-store';
import { checkLedger, prepareLedger } from './bench-ledger';
import { meterId } from './meter-registers';
import { loadCompiled } from './repository';
import { withScratchFolder } from './scratch-folder';

const ledger = (work: (file: string) => void): Promise<void> =>
  withScratchFolder((folder) => {
    const file = `${folder}/ledger.sqlite`;
    prepareLedger(file);
    work(file);
    return Promise.resolve();
  });

function change(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

describe('the check of what the path has stored', function () {
  this.timeout(60_000);

  it('passes a ledger in which nothing happened', () => ledger((file) => checkLedger(file, 0)));

  it('misses a reading that was acknowledged and not stored', () =>
    ledger((file) => {
      assert.throws(() => checkLedger(file, 1), /1 readings were acknowledged and 0 are stored/);
    }));

  it('sees a reading that was refused', () =>
    ledger((file) => {
      const { SqliteStore } = loadCompiled('lib/io/sqlite/sqlite-store.js') as typeof StoreModule;
      const store = new SqliteStore(file, () => '');
      const refusal = {
        kind: 'held',
        field: 'energyWh',
        value: '1',
        reason: 'fell',
        meterId: meterId(0),
      } as const;
      store.commit([{ type: 'refusal', refusal, source: '', content: '' }], Date.now());
      store.close();
      assert.throws(() => checkLedger(file, 0), /1 readings were held or rejected/);
    }));

  it('sees a balance that is a micro short', () =>
    ledger((file) => {
      change(file, "UPDATE book SET balance_micros = balance_micros - 1 WHERE name LIKE 'customer:%00007'");
      assert.throws(() => checkLedger(file, 0), /paid 1 micros, their registers say 0/);
    }));
});
