import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { verifyLedger, type Finding } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import { approvalOf, chargeOf, HOME_TARIFF, LedgerFixture, START_MS, topUpOf } from './ledger-fixture';

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

  it('names a meter whose standing charges are due on no day', () => {
    const rent = { kind: 'standingDay' as const, id: 'rent', amountMicros: 1_000_000, perKw: false };
    const components = [...HOME_TARIFF.components, rent];
    ledger.commit(approvalOf({ ...HOME_TARIFF, version: 2, components }, START_MS + 86_400_000));
    ledger.store.commit(
      ledger.store
        .dueAccruals(START_MS + 1, 10)
        .map((meterKey) => ({ type: 'accrual', meterKey, guard: null })),
      START_MS + 1,
    );
    assert.deepEqual(findings(), []);
    tamper("UPDATE meter SET accrual_ms = NULL WHERE meter_id = 'M2'");
    assert.match(
      findings()[0]?.fault ?? '',
      /meter M2: has standing charges, and no day on which they are due/,
    );
  });

  const crimes: { name: string; sql: string; says: RegExp[] }[] = [
    {
      name: 'a charge that is of another kind',
      sql: 'UPDATE transfer SET kind = 2 WHERE transfer_key = (SELECT min(transfer_key) FROM transfer WHERE kind = 1)',
      says: [/transfer \d+ lacks what its kind has/, /does not match its hash/],
    },
    {
      name: 'a transfer that comes before itself',
      sql: 'UPDATE transfer SET previous = transfer_key + 1 WHERE transfer_key = (SELECT max(transfer_key) FROM transfer)',
      says: [/transfer \d+ lacks what its kind has/, /does not match its hash/],
    },
    {
      name: 'a reading that is neither late nor in time',
      sql: 'UPDATE reading SET is_late = 2 WHERE at_ms = (SELECT min(at_ms) FROM reading)',
      says: [/the reading of meter 1 at \d+ is neither late nor in time/, /does not match its hash/],
    },
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
      says: [
        /meter M1: sales:energy should have been paid 2616000 micros, and was paid 616000/,
        /batch 3 does not match/,
      ],
    },
    {
      name: 'a wrong price',
      sql: `UPDATE transfer SET amount_micros = amount_micros - 1 WHERE transfer_key = (SELECT min(transfer_key) FROM transfer WHERE kind = 1);
            UPDATE book SET balance_micros = balance_micros + 1 WHERE name = 'customer:A1';
            UPDATE book SET balance_micros = balance_micros - 1 WHERE name = 'sales:energy'`,
      says: [
        /transfer \d+ moves 1999999 micros, its lines add up to 2000000/,
        /meter M1: sales:energy should have been paid 2616000 micros, and was paid 2615999/,
        /does not match its hash/,
      ],
    },
    {
      name: 'the lines of a charge that say another rate',
      sql: `UPDATE transfer SET lines = replace(lines, '8000000', '9000000')
            WHERE transfer_key = (SELECT min(transfer_key) FROM transfer WHERE kind = 1)`,
      says: [/batch \d+ does not match its hash/],
    },
    {
      name: 'the lines of a charge that add up to something else',
      sql: `UPDATE transfer SET lines = replace(lines, '2000000', '1000000')
            WHERE transfer_key = (SELECT min(transfer_key) FROM transfer WHERE kind = 1)`,
      says: [/transfer \d+ moves 2000000 micros, its lines add up to 1000000/],
    },
    {
      name: 'a charge without lines',
      sql: 'UPDATE transfer SET lines = NULL WHERE transfer_key = (SELECT min(transfer_key) FROM transfer WHERE kind = 1)',
      says: [/transfer \d+ moves 2000000 micros, its lines add up to null/],
    },
    {
      name: 'a transfer that passes over the one before it',
      sql: `UPDATE transfer SET previous = NULL WHERE transfer_key =
              (SELECT max(transfer_key) FROM transfer WHERE debit = (SELECT account_key FROM account WHERE account_id = 'A1'))`,
      says: [/transfer \d+ follows \d+ and says null/, /does not match its hash/],
    },
    {
      name: 'an account whose newest transfer was forgotten',
      sql: "UPDATE book SET last_transfer = (SELECT min(transfer_key) FROM transfer) WHERE name = 'customer:A1'",
      says: [/customer:A1 has its last transfer at \d+, the newest is \d+/],
    },
    {
      name: 'prices that are remembered otherwise, though nothing was paid yet',
      sql: "UPDATE meter_fold SET fold = json_set(fold, '$.bankWh', 5000) WHERE meter_key = 1",
      says: [/meter M1: remembers bankWh of 5000, and its readings come to 0/],
    },
    {
      name: 'prices that are remembered to have been paid',
      sql: "UPDATE meter_fold SET fold = json_replace(fold, '$.totals[0]', 9000000) WHERE meter_key = 2",
      says: [/meter M2: .*energy/],
    },
    {
      name: 'a mark to price again from that was changed',
      sql: "UPDATE checkpoint SET fold = json_replace(fold, '$.periodStartWh', 900) WHERE meter_key = 2",
      says: [/meter M2: remembers periodStartWh of 900, and its readings come to 1000/],
    },
    {
      name: 'a mark to price again from that is gone',
      sql: 'DELETE FROM checkpoint WHERE meter_key = 2',
      says: [/meter M2: .*no mark at its first reading/],
    },
    {
      name: 'an approved tariff that was made cheaper',
      sql: `DROP TRIGGER tariff_version_never_changes;
            UPDATE tariff_version SET body = replace(body, '8000000', '7000000')`,
      says: [/meter M1: .*energy/],
    },
    {
      name: 'a meter that was given another tariff for all time',
      sql: "UPDATE meter_terms SET sanctioned_load_w = 1, tariff_id = 'none' WHERE meter_key = 1",
      says: [/meter M1: tariff "none" has no approved version/],
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
      sql: "UPDATE head SET head_wh = head_wh + 1 WHERE meter_key = (SELECT meter_key FROM meter WHERE meter_id = 'M2')",
      says: [/meter M2 has its head at/],
    },
    {
      name: 'a register that counts on by what nobody recorded',
      sql: "UPDATE meter SET offset_wh = 100 WHERE meter_id = 'M1'",
      says: [/meter M1 counts on by 100 Wh, and 0 Wh were recorded/],
    },
    {
      name: 'prices that are not remembered at all',
      sql: 'DELETE FROM meter_fold WHERE meter_key = 1',
      says: [/meter M1: .*nothing to price it from/],
    },
    {
      name: 'a batch that says it was earlier',
      sql: 'UPDATE batch SET at_ms = 0 WHERE batch = 3',
      says: [/batch 3 is not later than the one before/],
    },
    {
      name: 'the newest batch taken away from its rows',
      sql: 'DELETE FROM batch WHERE batch = (SELECT max(batch) FROM batch)',
      says: [/rows belong to a batch that is missing/],
    },
    {
      name: 'a batch that vanished',
      sql: 'DELETE FROM batch WHERE batch = 2',
      says: [/batch 2 is missing/],
    },
    {
      name: 'a meter that was moved to another account behind its charges',
      sql: `UPDATE meter SET account_key = (SELECT account_key FROM account WHERE account_id = 'A2') WHERE meter_id = 'M1'`,
      says: [/transfer row \d+ points at a missing row of the meters of its account/],
    },
    {
      name: 'a charge that says by no tariff',
      sql: 'UPDATE transfer SET tariff_key = NULL WHERE transfer_key = (SELECT max(transfer_key) FROM transfer)',
      says: [/transfer row \d+ points at a missing row of tariff_version/],
    },
    {
      name: 'a kind of transfers that is gone, with which no statement shows them',
      sql: "DELETE FROM transfer_kind WHERE name = 'charge'",
      says: [/transfer row \d+ points at a missing row of transfer_kind/],
    },
    {
      name: 'a meter without its relay, which no page shows',
      sql: "DELETE FROM relay WHERE meter_key = (SELECT meter_key FROM meter WHERE meter_id = 'M2')",
      says: [/meter row M2 points at a missing row of relay/],
    },
    {
      name: 'a meter without terms',
      sql: "DELETE FROM meter_terms WHERE meter_key = (SELECT meter_key FROM meter WHERE meter_id = 'M2')",
      says: [/meter row M2 points at a missing row of meter_terms/],
    },
    {
      name: 'a mark at a time without a reading',
      sql: `INSERT INTO checkpoint SELECT meter_key, at_ms + 1, fold FROM checkpoint WHERE meter_key = 1`,
      says: [/checkpoint row of meter 1 at \d+ points at a missing row of reading/],
    },
    {
      name: 'a late reading that begins nowhere',
      sql: `INSERT INTO reading SELECT at_ms + 1, meter_key, energy_wh, at_ms + 1, batch, NULL, NULL, 1 FROM reading
            WHERE meter_key = 1 AND energy_wh = 1000;
            UPDATE reading SET from_ms = from_ms - 5 WHERE is_late = 1`,
      says: [/late reading row of meter 1 at \d+ points at a missing row of reading/],
    },
    {
      name: 'a stay that ends before its last reading',
      sql: "UPDATE meter SET closed_ms = (SELECT head_ms - 1 FROM head WHERE head.meter_key = meter.meter_key) WHERE meter_id = 'M2'",
      says: [/meter M2 has a reading after it was taken down/],
    },
    {
      name: 'a transfer to nobody',
      sql: "UPDATE transfer SET credit = 999 WHERE id = 'top-up:counter:r2'",
      says: [/transfer row \d+ points at a missing row of book/],
    },
    {
      name: 'a reading of a meter that is gone',
      sql: 'UPDATE reading SET meter_key = 99 WHERE meter_key = 1',
      says: [/reading row of meter 99 at \d+ points at a missing row of meter/],
    },
    {
      name: 'a charge by no tariff',
      sql: 'UPDATE transfer SET tariff_key = 99 WHERE kind = 1',
      says: [/transfer row \d+ points at a missing row of tariff_version/],
    },
    {
      name: 'a charge for no reading',
      sql: 'UPDATE transfer SET reading_ms = reading_ms + 1 WHERE kind = 1',
      says: [/transfer row \d+ points at a missing row of reading/],
    },
    {
      name: 'a charge of no meter',
      sql: 'UPDATE transfer SET meter_key = 99 WHERE kind = 1',
      says: [/transfer row \d+ points at a missing row of meter/],
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

  it('names a file that is damaged, and still looks at what can be read', () => {
    const raw = new Database(ledger.file);
    const rootPage = raw
      .prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'relay'")
      .pluck()
      .get();
    const pageBytes = raw.pragma('page_size', { simple: true }) as number;
    raw.close();
    ledger.store.close();
    const file = openSync(ledger.file, 'r+');
    writeSync(file, Buffer.alloc(64, 0xff), 0, 64, ((rootPage ?? 0) - 1) * pageBytes);
    closeSync(file);
    const found = findings();
    assert.equal(found[0]?.check, 'the file is whole');
    assert.ok(found.some(({ check }) => check === 'no relay is wanted off while its account says on'));
    assert.ok(!found.some(({ check }) => check === 'the books add up to zero'));
    // Nobody opens such a file again.
    rmSync(ledger.folder, { recursive: true });
    ledger = new LedgerFixture();
  });

  it('says when there is no ledger', () => {
    assert.throws(() => verifyLedger(`${ledger.file}.none`, () => undefined), /there is no ledger at/);
  });
});
