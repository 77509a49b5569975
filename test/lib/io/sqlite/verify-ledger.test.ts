import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { verifyLedger, type Finding } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import { chargeOf, LedgerFixture, START_MS, topUpOf } from './ledger-fixture';

describe('verify ledger', () => {
  let ledger: LedgerFixture;

  /** A ledger with two customers, a top-up each, and four readings of each meter. */
  beforeEach(() => {
    ledger = new LedgerFixture();
    for (const number of [1, 2]) {
      ledger.register(number);
      ledger.commit(topUpOf(`A${number}`, 50_000_000, `r${number}`));
      const registersWh = [1_000, 1_250, 1_250, 1_327];
      for (const [index, toWh] of registersWh.entries()) {
        const before = Math.max(0, index - 1);
        const at = (minute: number): number => START_MS + minute * 60_000;
        ledger.commit(
          chargeOf(`M${number}`, {
            fromMs: at(before),
            fromWh: registersWh[before] ?? 0,
            toMs: at(index),
            toWh,
          }),
        );
      }
    }
  });
  afterEach(() => ledger.dispose());

  const findings = (): Finding[] => {
    const found: Finding[] = [];
    const isSound = verifyLedger(ledger.file, (finding) => found.push(finding));
    assert.equal(
      isSound,
      found.every(({ fault }) => fault === null),
    );
    return found.filter(({ fault }) => fault !== null);
  };
  /** Changes rows behind the back of everything that would refuse it. */
  const tamper = (sql: string): void => {
    const raw = new Database(ledger.file);
    raw.pragma('foreign_keys = OFF');
    raw.exec('DROP TRIGGER transfer_is_never_updated; DROP TRIGGER transfer_is_never_deleted;');
    raw.exec(sql);
    raw.close();
  };

  it('finds nothing wrong with a ledger as it was written, open or closed', () => {
    assert.deepEqual(findings(), []);
    ledger.store.close();
    assert.deepEqual(findings(), []);
    ledger.store = ledger.open();
  });

  const crimes: { name: string; sql: string; says: RegExp[] }[] = [
    {
      name: 'a balance that was raised',
      sql: "UPDATE book SET balance_micros = balance_micros + 1 WHERE name = 'customer:A1'",
      says: [
        /book customer:A1 says \d+ micros, its transfers add up to \d+/,
        /all books together hold 1 micros/,
      ],
    },
    {
      name: 'a top-up that was made larger, with balances to match',
      sql: `UPDATE transfer SET amount_micros = 60000000 WHERE id = 'top-up:counter:r1';
            UPDATE book SET balance_micros = balance_micros + 10000000 WHERE name = 'customer:A1';
            UPDATE book SET balance_micros = balance_micros - 10000000 WHERE name = 'cash:counter'`,
      says: [/batch 1 does not match its hash/],
    },
    {
      name: 'a charge that was taken out, with balances to match',
      sql: `UPDATE book SET balance_micros = balance_micros + 2000000 WHERE name = 'customer:A1';
            UPDATE book SET balance_micros = balance_micros - 2000000 WHERE name = 'sales:energy';
            DELETE FROM transfer WHERE transfer_key = (SELECT min(transfer_key) FROM transfer WHERE kind = 1)`,
      says: [/meter M1.*250 Wh were not charged/, /batch 3 does not match/],
    },
    {
      name: 'a wrong price',
      sql: `UPDATE transfer SET amount_micros = amount_micros - 1 WHERE transfer_key = (SELECT min(transfer_key) FROM transfer WHERE kind = 1);
            UPDATE book SET balance_micros = balance_micros + 1 WHERE name = 'customer:A1';
            UPDATE book SET balance_micros = balance_micros - 1 WHERE name = 'sales:energy'`,
      says: [/250 Wh cost 2000000 micros by home version 1, charged 1999999/, /does not match its hash/],
    },
    {
      name: 'a register that falls',
      sql: 'UPDATE reading SET energy_wh = 5 WHERE meter_key = 1 AND energy_wh = 1327',
      says: [/meter M1 fell from 1250 to 5 Wh/],
    },
    {
      name: 'a reading that was taken out of the middle',
      sql: 'DELETE FROM reading WHERE meter_key = 1 AND energy_wh = 1250',
      says: [/meter M1 has a reading of \d+ that does not follow the one before it/],
    },
    {
      name: 'a head that is not the last reading',
      sql: "UPDATE meter SET head_wh = head_wh + 1 WHERE meter_id = 'M2'",
      says: [/meter M2 has its head at/],
    },
    {
      name: 'a batch that vanished',
      sql: 'DELETE FROM batch WHERE batch = 2',
      says: [/batch 2 is missing/],
    },
    {
      name: 'a transfer to nobody',
      sql: "UPDATE transfer SET credit = 999 WHERE id = 'top-up:counter:r2'",
      says: [/transfer row \d+ points at a missing row of book/],
    },
    {
      name: 'a relay that is driven against its account',
      sql: "UPDATE relay SET desired = 'off' WHERE meter_key = 1",
      says: [/the relay of M1 is wanted off, its account says on/],
    },
  ];
  for (const { name, sql, says } of crimes) {
    it(`names ${name}`, () => {
      tamper(sql);
      const faults = findings().map(({ fault }) => fault ?? '');
      for (const pattern of says)
        assert.ok(
          faults.some((fault) => pattern.test(fault)),
          `${pattern} in ${faults.join('\n')}`,
        );
    });
  }

  it('says when there is no ledger', () => {
    assert.throws(() => verifyLedger(`${ledger.file}.none`, () => undefined), /there is no ledger at/);
  });
});
