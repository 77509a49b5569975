import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { isItemFault } from '../../../../nodes/lib/io/sqlite/sqlite-fault';
import type { SupplyGuard } from '../../../../nodes/lib/policy/supply-guard';
import { switchTo } from '../../policy/switch-to';
import { micros } from '../../../../nodes/lib/money/micros';
import {
  approvalOf,
  chargeOf,
  HOME_TARIFF,
  LedgerFixture,
  registration,
  START_MS,
  topUpOf,
} from './ledger-fixture';

const opening = { fromMs: START_MS, fromWh: 1_000, toMs: START_MS, toWh: 1_000 };
const next = { fromMs: START_MS, fromWh: 1_000, toMs: START_MS + 60_000, toWh: 1_250 };

describe('sqlite store', () => {
  let ledger: LedgerFixture;
  let raw: Database.Database;
  const sum = (sql: string): unknown => raw.prepare(sql).pluck().get();

  beforeEach(() => {
    ledger = new LedgerFixture();
    ledger.register(1);
    raw = new Database(ledger.file);
  });
  afterEach(() => {
    raw.close();
    ledger.dispose();
  });

  it('keeps the guarantees it promises', () => {
    assert.equal(raw.pragma('journal_mode', { simple: true }), 'wal');
    const tables = raw.prepare(
      "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'",
    );
    for (const { name, strict } of tables.all() as { name: string; strict: number }[])
      assert.equal(strict, 1, name);
  });

  it('charges a segment, moves the head and keeps the books at zero', () => {
    ledger.commit(topUpOf('A1', 5_000_000, 'r1'));
    ledger.commit(chargeOf('M1', opening));
    const result = ledger.commit(chargeOf('M1', next));
    assert.ok(result.outcome === 'committed');
    assert.equal(result.account.balanceMicros, 5_000_000 - 2_000_000);
    assert.deepEqual(ledger.store.knownMeter('M1'), {
      accountId: 'A1',
      openedMs: 0,
      head: { atMs: next.toMs, energyWh: 1_250, exportWh: null },
      offset: { energyWh: 0, exportWh: 0 },
      loadW: 0,
    });
    assert.equal(sum('SELECT sum(balance_micros) FROM book'), 0);
    assert.equal(sum("SELECT balance_micros FROM book WHERE name = 'sales:energy'"), 2_000_000);
    assert.equal(sum("SELECT balance_micros FROM book WHERE name = 'cash:counter'"), -5_000_000);
  });

  it('adds up shared books exactly beyond the safe integers', () => {
    const most = Number.MAX_SAFE_INTEGER;
    for (let number = 2; number <= 4; number += 1) {
      ledger.register(number);
      ledger.commit(topUpOf(`A${number}`, most - number, `r${number}`));
    }
    const cash = raw
      .prepare("SELECT balance_micros FROM book WHERE name = 'cash:counter'")
      .pluck()
      .safeIntegers();
    assert.equal(cash.get(), -(3n * BigInt(most) - 9n));
  });

  it('refuses a segment that does not start at the stored head, and says where it stands', () => {
    ledger.commit(chargeOf('M1', opening));
    const wrong = { ...next, fromWh: 999 };
    assert.deepEqual(ledger.commit(chargeOf('M1', wrong)), {
      outcome: 'chain',
      head: { atMs: START_MS, energyWh: 1_000, exportWh: null },
    });
    assert.deepEqual(ledger.commit(chargeOf('M1', opening)).outcome, 'chain');
    assert.equal(sum('SELECT count(*) FROM reading'), 1);
  });

  it('lets two processes work on one ledger without charging twice', () => {
    const other = ledger.open();
    ledger.commit(chargeOf('M1', opening));
    const [first] = other.commit([chargeOf('M1', next)], START_MS);
    assert.equal(first?.outcome, 'committed');
    assert.equal(ledger.commit(chargeOf('M1', next)).outcome, 'chain');
    assert.equal(sum('SELECT count(*) FROM transfer'), 1);
    other.close();
  });

  it('credits a reference once, for ever', () => {
    const first = ledger.commit(topUpOf('A1', 7, 'receipt 1'));
    const again = ledger.commit(topUpOf('A1', 7, 'receipt 1'));
    assert.equal(first.outcome, 'committed');
    assert.equal(again.outcome, 'repeated');
    assert.equal(ledger.store.balanceOf('A1'), 7);
    const other = ledger.commit(topUpOf('A1', 8, 'receipt 1'));
    assert.ok(other.outcome === 'refused' && other.field === 'reference');
    const elsewhere = ledger.commit(topUpOf('A9', 7, 'receipt 2'));
    assert.ok(elsewhere.outcome === 'refused' && elsewhere.field === 'accountId');
    assert.equal(ledger.store.balanceOf('A1'), 7);
  });

  it('says what a segment costs when the wire says otherwise, and takes it at its own price', () => {
    ledger.commit(chargeOf('M1', opening));
    const posting = chargeOf('M1', next);
    const cheaper = { ...posting, charge: { ...posting.charge, amountMicros: micros(1_999_999) } };
    assert.deepEqual(ledger.commit(cheaper), {
      outcome: 'price',
      amountMicros: 2_000_000,
      head: { atMs: START_MS, energyWh: 1_000, exportWh: null },
    });
    assert.equal(ledger.store.balanceOf('A1'), 0);
    assert.equal(ledger.commit(posting).outcome, 'committed');
  });

  it('never changes an approved version', () => {
    const dearer = { kind: 'flat' as const, id: 'energy', rateMicrosPerKwh: 9_000_000 };
    const changed = ledger.commit(approvalOf({ ...HOME_TARIFF, components: [dearer] }));
    assert.ok(changed.outcome === 'refused' && changed.field === 'version');
    assert.equal(ledger.commit(approvalOf(HOME_TARIFF)).outcome, 'recorded');
    const moved = ledger.commit(approvalOf(HOME_TARIFF, START_MS - 1));
    assert.ok(moved.outcome === 'refused' && moved.field === 'inForceMs');
    assert.throws(() => raw.prepare("UPDATE tariff_version SET body = '{}'").run(), /never changes/);
    assert.equal(sum('SELECT count(*) FROM tariff_version'), 1);
  });

  it('stores a decision with the money that led to it', () => {
    const told = { to: 'customer', kind: 'cut-off', rule: 'credit', figures: {} } as const;
    const cut = switchTo('off', 'no credit', { notices: [told] });
    const result = ledger.commit(chargeOf('M1', opening, cut));
    assert.ok(result.outcome === 'committed');
    assert.deepEqual(result.relays, [
      { meterId: 'M1', desired: 'off', reason: 'no credit', commandId: 'M1-1', version: 1 },
    ]);
    assert.equal(result.account.supply, 'off');
    assert.deepEqual(
      ledger.store.unsettledRelays(10).map(({ commandId, state }) => [commandId, state]),
      [['M1-1', 'issued']],
    );
    const [notice] = ledger.store.unhandedNotices(10);
    assert.equal(notice?.text, 'cut-off 0');
    assert.ok(notice);
    ledger.commit({ type: 'noticesHanded', noticeIds: [notice.noticeId] });
    assert.deepEqual(ledger.store.unhandedNotices(10), []);
  });

  it('counts the cuts of the last hour for the policy', () => {
    const seen: number[] = [];
    ledger.commit(chargeOf('M1', opening, switchTo('off', 'credit', { countedCuts: 1 })));
    const look = (): void => {
      const still = switchTo(null);
      const guard: SupplyGuard = {
        ...still,
        decide: (policy, situation, nowMs, fleet) => {
          seen.push(fleet.recentCuts());
          return still.decide(policy, situation, nowMs, fleet);
        },
      };
      ledger.commit({ ...topUpOf('A1', 1, `look ${seen.length}`), guard });
    };
    ledger.nowMs = ledger.store.lastMs() + 3_599_000;
    look();
    ledger.nowMs += 2_000;
    look();
    assert.deepEqual(seen, [1, 0]);
  });

  it('follows a relay from command to confirmation, and lets no old command speak for a new one', () => {
    ledger.commit(chargeOf('M1', opening, switchTo('off')));
    ledger.commit({ type: 'relayProgress', meterId: 'M1', commandId: 'M1-1', state: 'sent', tries: 1 });
    assert.equal(ledger.store.relay('M1')?.state, 'sent');
    ledger.commit({ type: 'relayReport', meterId: 'M1', reported: 'off' });
    assert.equal(ledger.store.relay('M1')?.state, 'confirmed');
    assert.deepEqual(ledger.store.unsettledRelays(10), []);
    ledger.commit({ ...topUpOf('A1', 1, 'r'), guard: switchTo('on') });
    ledger.commit({ type: 'relayProgress', meterId: 'M1', commandId: 'M1-1', state: 'failed', tries: 5 });
    assert.equal(ledger.store.relay('M1')?.state, 'issued');
    ledger.commit({ type: 'relayReport', meterId: 'M1', reported: 'off' });
    assert.equal(ledger.store.relay('M1')?.state, 'issued');
  });

  it('writes a transfer once and lets nobody change it', () => {
    ledger.commit(topUpOf('A1', 7, 'r1'));
    assert.throws(() => raw.prepare('UPDATE transfer SET amount_micros = 8').run(), /never changes/);
    assert.throws(() => raw.prepare('DELETE FROM transfer').run(), /never deleted/);
  });

  it('never lets ledger time run backwards', () => {
    ledger.commit(topUpOf('A1', 7, 'r1'));
    const before = ledger.store.lastMs();
    ledger.nowMs = START_MS - 86_400_000;
    ledger.commit(topUpOf('A1', 7, 'r2'));
    assert.equal(ledger.store.lastMs(), before + 1);
  });

  it('rolls a whole group back when one posting breaks a rule of the database, and works on', () => {
    ledger.commit(chargeOf('M1', opening));
    const broken = { ...topUpOf('A1', 5, 'r2'), amountMicros: 0 as never };
    assert.throws(
      () => ledger.store.commit([topUpOf('A1', 5, 'r1'), broken], START_MS),
      (error: Error) => isItemFault(error),
    );
    assert.equal(ledger.store.balanceOf('A1'), 0);
    assert.equal(ledger.commit(topUpOf('A1', 5, 'r1')).outcome, 'committed');
    assert.equal(sum('SELECT sum(balance_micros) FROM book'), 0);
  });

  it('seals each batch with the hash of the one before', () => {
    ledger.commit(topUpOf('A1', 7, 'r1'));
    ledger.commit(topUpOf('A1', 7, 'r2'));
    const hashes = raw.prepare('SELECT hex(hash) FROM batch').pluck().all();
    assert.equal(new Set(hashes).size, 2);
    ledger.commit({ type: 'relayReport', meterId: 'M1', reported: 'on' });
    assert.equal(sum('SELECT count(*) FROM batch'), 2);
  });

  it('registers again without a trace, changes with one, and never moves a meter silently', () => {
    const audits = "SELECT count(*) FROM audit WHERE action LIKE '% account'";
    ledger.register(1);
    assert.equal(sum(audits), 1);
    ledger.commit({
      type: 'register',
      registration: { ...registration(1), name: 'Mill Lane 1' },
      by: 'staff',
    });
    assert.equal(ledger.store.summary('M1')?.name, 'Mill Lane 1');
    assert.equal(sum(audits), 2);
    const stolen = ledger.commit({
      type: 'register',
      registration: { ...registration(2), meterId: 'M1' },
      by: 'staff',
    });
    assert.ok(stolen.outcome === 'refused' && stolen.field === 'meterId');
    assert.equal(ledger.store.hasAccount('A2'), false);
    assert.equal(sum("SELECT count(*) FROM book WHERE name = 'customer:A2'"), 0);
  });

  it('keeps everything over a restart', () => {
    ledger.commit(topUpOf('A1', 7, 'r1'));
    ledger.commit(chargeOf('M1', opening));
    ledger.store.close();
    ledger.store = ledger.open();
    assert.equal(ledger.store.balanceOf('A1'), 7);
    assert.equal(ledger.commit(topUpOf('A1', 7, 'r1')).outcome, 'repeated');
    assert.equal(ledger.commit(chargeOf('M1', next)).outcome, 'committed');
  });

  it('thins a history without bending the register', () => {
    ledger.commit(chargeOf('M1', opening));
    let from = opening;
    for (let minute = 1; minute <= 60; minute += 1) {
      const to = {
        fromMs: from.toMs,
        fromWh: from.toWh,
        toMs: START_MS + minute * 60_000,
        toWh: 1_000 + minute,
      };
      ledger.commit(chargeOf('M1', to));
      from = to;
    }
    const points = ledger.store.history('M1', START_MS, 600_000);
    assert.ok(points.length >= 6 && points.length <= 8, `${points.length} points`);
    assert.deepEqual(points.at(-1), { atMs: START_MS + 3_600_000, energyWh: 1_060 });
    for (const { atMs, energyWh } of points) assert.equal(energyWh, 1_000 + (atMs - START_MS) / 60_000);
  });

  it('refuses a ledger of a newer version and leaves it alone', () => {
    raw.pragma('user_version = 9999');
    assert.throws(() => ledger.open(), /newer Wattkeeper.*9999/);
  });

  it('keeps refused readings: the newest rejected ones, every held one', () => {
    const refusal = {
      kind: 'held' as const,
      field: 'energyWh',
      value: '9',
      reason: 'the register fell',
      meterId: 'M1',
    };
    const posting = {
      type: 'refusal' as const,
      refusal,
      source: 'wk/M1/reading',
      content: 'x'.repeat(5_000),
    };
    assert.equal(ledger.commit(posting).outcome, 'recorded');
    assert.deepEqual(
      raw.prepare('SELECT kind, meter_id, reason, length(content) AS length FROM refusal').all(),
      [{ kind: 'held', meter_id: 'M1', reason: 'the register fell', length: 2_000 }],
    );
  });
});
