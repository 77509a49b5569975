import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StandingDesk } from '../../nodes/balance-guard/standing-desk';
import type { ClockReport } from '../../nodes/lib/site/clock-watch';
import { readTimeNote, TIME_NOTE } from '../../nodes/lib/ledger/time-note';
import type { TimeNote } from '../../nodes/lib/time/sure-time';
import type { Site } from '../../nodes/lib/site/site';
import { DAY_MS } from '../../nodes/lib/time/calendar-date';
import { HOUR_MS } from '../../nodes/lib/time/local-days';
import { openSite } from '../../nodes/prepaid-site/open-site';
import { heldInDoubt } from '../../nodes/lib/meter/held-in-doubt';
import { chargeOf, HOME_TARIFF, registration } from '../lib/io/sqlite/ledger-fixture';
import { switchTo } from '../lib/policy/switch-to';
import { FakeMachine, NOON_MS } from '../lib/time/fake-machine';

const YEAR_MS = 365 * DAY_MS;
const A_DAY_MICROS = 1_000_000;
const DAILY = {
  ...HOME_TARIFF,
  timeZone: 'UTC',
  components: [{ kind: 'standingDay' as const, id: 'day', amountMicros: A_DAY_MICROS, perKw: false }],
};

/** A real site with one meter that costs 1.00 a day, and nothing else. */
class DailySite {
  readonly machine = new FakeMachine();
  readonly news: [state: string, ended: string | null][] = [];
  readonly faults: Error[] = [];
  site: Site;
  private readonly folder = mkdtempSync(join(tmpdir(), 'wattkeeper-clock-'));

  constructor() {
    this.site = this.open();
  }

  async begin(): Promise<void> {
    const { site } = this;
    await site.post({ type: 'approveTariff', tariff: DAILY, inForceMs: NOON_MS - DAY_MS, by: 'regulator' });
    await site.post({ type: 'register', registration: registration(1), by: 'staff' });
    this.machine.pass(1_000);
    const reading = chargeOf('M1', { fromMs: NOON_MS, fromWh: 0, toMs: NOON_MS, toWh: 0 });
    assert.equal((await site.post(reading)).outcome, 'committed');
    await this.look();
    assert.equal(await this.daysPaid(), 1);
  }

  /** What a timer does in a running node. */
  async look(): Promise<void> {
    assert.ok(this.site.clockWatch);
    await this.site.clockWatch.look();
  }

  get report(): ClockReport {
    assert.ok(this.site.clockWatch);
    return this.site.clockWatch.report();
  }

  async daysPaid(): Promise<number> {
    await new StandingDesk(this.site, switchTo(null)).settleDue(() => undefined);
    const balance = this.site.store.balanceOf('A1');
    assert.ok(balance !== undefined);
    return (0 - balance) / A_DAY_MICROS;
  }

  restart(change: () => void): void {
    this.site.close();
    change();
    this.news.length = 0;
    this.site = this.open();
  }

  audit(): { who: string; action: string; detail: string }[] {
    const db = new Database(join(this.folder, 'ledger.sqlite'), { readonly: true });
    try {
      return db
        .prepare<[], { who: string; action: string; detail: string }>(
          "SELECT who, action, detail FROM audit WHERE subject = 'clock' ORDER BY audit_id",
        )
        .all();
    } finally {
      db.close();
    }
  }

  /** What a start after a crash would go on from. */
  noted(): TimeNote {
    const note = readTimeNote(this.site.store.readSite(TIME_NOTE));
    assert.ok(note);
    return note;
  }

  dispose(): void {
    this.site.close();
    rmSync(this.folder, { recursive: true });
    assert.deepEqual(this.faults, []);
  }

  private open(): Site {
    const site = openSite({
      siteName: 'Test site',
      timeZone: 'UTC',
      currency: 'INR',
      databaseFile: join(this.folder, 'ledger.sqlite'),
      dataFolder: this.folder,
      clockRate: 1,
      onThrown: (error) => this.faults.push(error),
      machine: this.machine,
    });
    site.clockWatch?.onChange(({ state }, ended) => this.news.push([state, ended]));
    return site;
  }
}

describe('a site whose clock jumps', () => {
  let daily: DailySite;
  beforeEach(async () => {
    daily = new DailySite();
    await daily.begin();
  });
  afterEach(() => daily.dispose());

  it('books nothing ahead, goes on with what is due, and takes no harm when the clock comes back', async () => {
    const { machine } = daily;
    machine.step(YEAR_MS);
    for (let second = 0; second < 60; second += 1) {
      machine.pass(1_000);
      await daily.look();
    }
    assert.deepEqual(daily.news, [['doubted', null]]);
    assert.deepEqual(daily.report, {
      state: 'doubted',
      sureMs: machine.trueMs,
      wallMs: machine.wall,
      sinceMs: NOON_MS + 2_000,
      needsPerson: false,
    });
    assert.equal(await daily.daysPaid(), 1);
    machine.pass(2 * DAY_MS);
    assert.equal(await daily.daysPaid(), 3);
    const topUp = { accountId: 'A1', amountMicros: 5 as never, reference: 'r', channel: 'x', by: 'x' };
    await daily.site.post({ type: 'topUp', ...topUp, guard: null });
    assert.ok(daily.site.store.lastMs() < machine.trueMs + 1_000);
    machine.step(-YEAR_MS);
    await daily.look();
    assert.deepEqual(daily.news.slice(1), [['sure', 'returned']]);
    assert.equal(daily.site.nowMs(), machine.trueMs);
    assert.deepEqual(
      daily.audit().map(({ who, action }) => [who, action]),
      [
        ['prepaid-site', 'clock doubted'],
        ['prepaid-site', 'clock returned'],
      ],
    );
  });

  it('takes the jump in one step when a person accepts it, by name, and books the real gap', async () => {
    const { machine, site } = daily;
    machine.step(100 * DAY_MS);
    await daily.look();
    assert.equal(await daily.daysPaid(), 1);
    const sureMs = machine.trueMs;
    await site.clockWatch?.accept('clerk');
    assert.equal(site.nowMs(), machine.wall);
    assert.equal(await daily.daysPaid(), 101);
    await daily.look();
    assert.deepEqual(daily.news, [
      ['doubted', null],
      ['sure', 'accepted'],
    ]);
    const [, accepted] = daily.audit();
    assert.deepEqual([accepted?.who, accepted?.action], ['clerk', 'clock accepted']);
    assert.deepEqual(JSON.parse(accepted?.detail ?? ''), { sureMs, wallMs: machine.wall });
    await assert.rejects(Promise.resolve(site.clockWatch?.accept('clerk')), /not in doubt/);
  });

  it('says nothing when the time service confirms the jump at once, and notes it all the same', async () => {
    const { machine } = daily;
    machine.step(3 * DAY_MS);
    machine.pass(1_000);
    machine.confirm();
    const isDoubted = (): boolean | undefined => daily.site.clockWatch?.isDoubted;
    assert.equal(isDoubted(), false);
    daily.site.nowMs();
    assert.equal(isDoubted(), true);
    await daily.look();
    assert.deepEqual(daily.news, [['sure', 'confirmed']]);
    assert.equal(await daily.daysPaid(), 4);
    await daily.look();
    assert.deepEqual(
      daily.audit().map(({ action }) => action),
      ['clock confirmed'],
    );
  });

  it('asks the time service seldom, and oftener in doubt', async () => {
    const { machine } = daily;
    const before = machine.timesAsked;
    for (let second = 0; second < 300; second += 1) {
      machine.pass(1_000);
      await daily.look();
    }
    assert.equal(machine.timesAsked, before);
    machine.step(DAY_MS);
    for (let second = 0; second < 300; second += 1) {
      machine.pass(1_000);
      await daily.look();
    }
    assert.equal(machine.timesAsked - before, 300 / 15);
  });

  it('keeps a doubt over a restart, on which the clock is no further from the truth', async () => {
    const { machine } = daily;
    machine.step(3 * DAY_MS);
    await daily.look();
    daily.restart(() => machine.pass(HOUR_MS));
    assert.equal(daily.site.nowMs(), machine.trueMs);
    await daily.look();
    assert.deepEqual(daily.news, [['doubted', null]]);
    assert.equal(await daily.daysPaid(), 1);
  });

  for (const [offDays, isConfirmed, state, days] of [
    [30, false, 'sure', 31],
    [60, false, 'doubted', 1],
    [60, true, 'sure', 61],
  ] as const) {
    const how = isConfirmed ? 'and is confirmed' : 'with nobody to confirm it';
    it(`starts after ${offDays} days ${how}, and is ${state}`, async () => {
      const { machine } = daily;
      daily.restart(() => {
        machine.reboot(offDays * DAY_MS);
        if (isConfirmed) machine.confirm();
      });
      await daily.look();
      assert.equal(daily.report.state, state);
      assert.equal(await daily.daysPaid(), days);
    });
  }

  it('says until when the ledger stands still, once it is sure that the clock was put back', async () => {
    const { machine, site } = daily;
    machine.pass(DAY_MS);
    assert.equal(await daily.daysPaid(), 2);
    const untilMs = site.store.lastMs();
    machine.step(-HOUR_MS);
    await daily.look();
    assert.equal(daily.report.state, 'doubted');
    await site.clockWatch?.accept('clerk');
    assert.deepEqual(daily.report, { state: 'standing', untilMs });
    daily.restart(() => machine.pass(1_000));
    await daily.look();
    assert.deepEqual(daily.news, [['standing', null]]);
    machine.pass(HOUR_MS);
    await daily.look();
    assert.deepEqual(daily.news.slice(1), [['sure', null]]);
  });

  it('takes what was held of one meter, whatever stands in the way at others', async () => {
    const { machine, site } = daily;
    // More than are settled in one go: these have no tariff yet.
    const others = Array.from({ length: 201 }, (_, at) => registration(at + 2));
    await Promise.all(others.map((one) => site.post({ type: 'register', registration: one, by: 'staff' })));
    machine.step(DAY_MS);
    await daily.look();
    const hold = (meterId: string): Promise<unknown> => {
      const refusal = {
        kind: 'held',
        cause: 'clock',
        meterId,
        field: 'atMs',
        value: '',
        reason: '',
      } as const;
      const content = JSON.stringify({ meterId, atMs: machine.wall, energyWh: 1 });
      const { refusal: held } = heldInDoubt({ refusal, content });
      return site.post({ type: 'refusal', refusal: held, source: 'test', content });
    };
    await Promise.all(others.map(({ meterId }) => hold(meterId)));
    await hold('M1');
    machine.pass(1_000);
    await site.clockWatch?.accept('clerk');
    const held = site.store.heldReadings(1_000).map(({ meterId }) => meterId);
    assert.deepEqual([held.length, held.includes('M1')], [201, false]);
    assert.match(String(daily.faults.splice(0)), /^RangeError: meter M\d+ has no tariff yet$/);
  });

  it('is accepted once, when two persons do so together', async () => {
    const { machine, site } = daily;
    machine.step(3 * DAY_MS);
    await daily.look();
    const { clockWatch } = site;
    assert.ok(clockWatch);
    const both = await Promise.allSettled([clockWatch.accept('clerk'), clockWatch.accept('other')]);
    assert.deepEqual(
      both.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    assert.deepEqual(daily.news, [
      ['doubted', null],
      ['sure', 'accepted'],
    ]);
    assert.deepEqual(
      daily.audit().map(({ who }) => who),
      ['prepaid-site', 'clerk'],
    );
  });

  it('accepts no time to which the clock is set while that is written', async () => {
    const { machine, site } = daily;
    machine.step(3 * DAY_MS);
    await daily.look();
    const accepting = site.clockWatch?.accept('clerk');
    machine.step(10 * YEAR_MS);
    await assert.rejects(Promise.resolve(accepting), /set once more meanwhile/);
    assert.equal(site.nowMs(), machine.trueMs);
    daily.restart(() => machine.pass(1_000));
    assert.equal(daily.report.state, 'doubted');
    assert.equal(daily.site.nowMs(), machine.trueMs);
  });

  it('has nothing to accept any more when the clock comes back while that is written', async () => {
    const { machine, site } = daily;
    machine.step(YEAR_MS);
    await daily.look();
    const accepting = site.clockWatch?.accept('clerk');
    machine.step(-YEAR_MS);
    await accepting;
    assert.deepEqual(daily.news.slice(1), [['sure', 'returned']]);
    assert.equal(site.nowMs(), machine.trueMs);
    assert.equal(daily.noted().sureMs, machine.trueMs);
  });

  it('writes the note of a doubt as soon as the disk takes it again', async () => {
    const { machine } = daily;
    const other = new Database(join(daily['folder'], 'ledger.sqlite'));
    (daily.site.store as unknown as { db: Database.Database }).db.pragma('busy_timeout = 1');
    other.exec('BEGIN IMMEDIATE');
    machine.step(3 * DAY_MS);
    await daily.look();
    other.exec('ROLLBACK');
    other.close();
    assert.match(String(daily.faults.splice(0)), /locked/);
    for (let second = 0; second < 60; second += 1) {
      machine.pass(1_000);
      await daily.look();
    }
    assert.notEqual(daily.noted().doubt, null);
    assert.deepEqual(
      daily.audit().map(({ action }) => action),
      ['clock doubted'],
    );
  });

  it('goes on when the note of a doubt cannot be written', async () => {
    const { machine } = daily;
    const other = new Database(join(daily['folder'], 'ledger.sqlite'));
    (daily.site.store as unknown as { db: Database.Database }).db.pragma('busy_timeout = 1');
    other.exec('BEGIN IMMEDIATE');
    machine.step(YEAR_MS);
    await daily.look();
    await assert.rejects(Promise.resolve(daily.site.clockWatch?.accept('clerk')), /locked/);
    assert.equal(daily.report.state, 'doubted');
    other.exec('ROLLBACK');
    other.close();
    assert.match(String(daily.faults.splice(0)), /locked/);
  });
});
