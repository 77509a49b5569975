import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import { micros } from '../../../../nodes/lib/money/micros';
import type { DebtPlan } from '../../../../nodes/lib/payment/debt-plan';
import { LedgerFixture, topUpOf } from './ledger-fixture';
import { backOf, UNIT } from './payment-postings';

describe('verify ledger, payments', () => {
  let ledger: LedgerFixture;
  beforeEach(() => {
    ledger = new LedgerFixture();
    ledger.register(1);
    const plan: DebtPlan = { kind: 'share', sharePpm: 100_000, weeklyCapMicros: null };
    const debt = { accountId: 'A1', code: 'old', amountMicros: micros(9 * UNIT), plan, by: 'staff' };
    ledger.commit({ type: 'openDebt', ...debt });
    ledger.commit(topUpOf('A1', 10 * UNIT, 'r1'));
    ledger.commit(topUpOf('A1', 10 * UNIT, 'r2'));
    ledger.commit(backOf('refund', 'b1', 'r1', UNIT));
  });
  afterEach(() => ledger.dispose());

  const crimes: { name: string; sql: string; says: RegExp }[] = [
    {
      name: 'a payment that was made larger',
      sql: `UPDATE payment SET amount_micros = 11000000 WHERE reference = 'r2'`,
      says: /receipt 2: the payment is of 11000000 micros, its top-up of 10000000/,
    },
    {
      name: 'a payment that was moved to another account',
      sql: `UPDATE payment SET account_id = 'A2' WHERE reference = 'r2'`,
      says: /receipt 2: the payment is of customer:A2, its top-up of customer:A1/,
    },
    {
      name: 'a top-up without its payment',
      sql: `DELETE FROM payment WHERE reference = 'r2'`,
      says: /top-up:counter:r2 has no payment/,
    },
    {
      name: 'a receipt number that was passed over',
      sql: `UPDATE payment SET receipt_number = 3 WHERE reference = 'r2'`,
      says: /receipt 2 is missing/,
    },
    {
      name: 'a receipt that was made up',
      sql: `UPDATE payment SET acknowledged_ms = 1, receipt = '{"code":"00000-00000-00000"}' WHERE reference = 'r2'`,
      says: /receipt 2: its code 00000-00000-00000 is not that/,
    },
    {
      name: 'lines that say another use',
      sql: `UPDATE transfer SET lines = '[["debt:old",0,0,2000000],["energy",0,0,8000000]]' WHERE id = 'top-up:counter:r1'`,
      says: /receipt 1: nothing moved its 2000000 micros of debt:old/,
    },
    {
      name: 'money back that nobody asked for',
      sql: 'DELETE FROM money_back',
      says: /nobody asked for money-back:b1/,
    },
    {
      name: 'more money back than was paid',
      sql: `UPDATE money_back SET amount_micros = 99000000`,
      says: /of payment r1, 99000000 micros went back, and 10000000 were paid/,
    },
    {
      name: 'a debt that was made smaller',
      sql: 'UPDATE debt SET principal_micros = 8000000',
      says: /debt old of account A1 was opened with 9000000 micros, and says 8000000/,
    },
    { name: 'a debt that was let go', sql: 'DELETE FROM debt', says: /belongs to no debt/ },
  ];
  for (const { name, sql, says } of crimes) {
    it(`names ${name}`, () => {
      const raw = new Database(ledger.file);
      raw.pragma('foreign_keys = OFF');
      raw.exec('DROP TRIGGER transfer_is_never_updated; DROP TRIGGER transfer_is_never_deleted;');
      raw.exec(sql);
      raw.close();
      const faults: string[] = [];
      const isSound = verifyLedger(ledger.file, ({ fault }) => fault !== null && faults.push(fault));
      assert.equal(isSound, false);
      assert.match(faults.join('\n'), says);
    });
  }
});
