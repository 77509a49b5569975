import assert from 'node:assert/strict';
import { CalendarDesk } from '../../nodes/prepaid-notices/calendar-desk';
import { UseDesk } from '../../nodes/prepaid-notices/use-desk';
import type { Notice } from '../../nodes/lib/notice/notice';
import { Site } from '../../nodes/lib/site/site';
import { localDays } from '../../nodes/lib/time/local-days';
import { chargeOf, LedgerFixture, topUpOf } from '../lib/io/sqlite/ledger-fixture';

const ZONE = 'Asia/Kathmandu';
const DAYS = localDays(ZONE);
const HOUR_MS = 3_600_000;
const STEP_MS = 6 * HOUR_MS;
const HOUSES = [1, 2, 3, 4, 5, 6, 7];
const NINE = 9 * 60;

/** As the clocks in Kathmandu show it. */
const at = (date: string, time = '00:00'): number => Date.parse(`${date}T${time}:00+05:45`);

/** Seven houses, of which each uses a hundred Wh more in six hours than the one before. */
class Neighbourhood {
  readonly ledger = new LedgerFixture();
  readonly site: Site;
  readonly faults: Error[] = [];
  private readonly registers = new Map<number, number>();

  constructor() {
    const { ledger } = this;
    ledger.nowMs = at('2023-11-15', '06:00');
    for (const number of HOUSES) {
      ledger.register(number);
      ledger.commit(topUpOf(`A${number}`, 500_000_000, `r${number}`));
    }
    this.read(ledger.nowMs, ledger.nowMs);
    this.site = new Site({
      store: ledger.store,
      clock: { rate: 1, nowMs: () => ledger.nowMs },
      timeZone: ZONE,
      money: { currency: 'NPR', decimals: 2 },
      siteName: 'Hill Valley',
      ownTexts: {},
      office: { phone: '', email: '', language: 'en' },
      dataFolder: ledger.folder,
      chainLimits: { maxFutureMs: HOUR_MS, maxPowerW: 69_000 },
      monotonicMs: () => 0,
      schedule: (run) => {
        const timer = setImmediate(run);
        return () => clearImmediate(timer);
      },
      isItemFault: () => false,
      onThrown: (error) => assert.fail(error),
      receiptPrefix: 'r-',
    });
  }

  /** Lives on to a moment, with a reading of every house each six hours. */
  goTo(untilMs: number): void {
    for (let fromMs = this.ledger.nowMs; fromMs < untilMs;) {
      const toMs = Math.min(untilMs, fromMs + STEP_MS);
      this.read(fromMs, toMs);
      fromMs = toMs;
    }
  }

  desk(changes: object = {}): CalendarDesk {
    const settings = { makesStatements: true, makesTips: true, calendarMinute: NINE, ...changes };
    return new CalendarDesk(this.site, new UseDesk(this.site, DAYS), settings, (error) =>
      this.faults.push(error),
    );
  }

  private read(fromMs: number, toMs: number): void {
    this.ledger.nowMs = toMs;
    const charges = HOUSES.map((number) => {
      const fromWh = this.registers.get(number) ?? 0;
      const toWh = fromWh + Math.round(((toMs - fromMs) / STEP_MS) * 100 * number);
      this.registers.set(number, toWh);
      return chargeOf(`M${number}`, { fromMs, fromWh, toMs, toWh });
    });
    for (const { outcome } of this.ledger.store.commit(charges, toMs)) assert.equal(outcome, 'committed');
  }
}

/** Everything that is due now, taken over as a node does. A turn may only prepare the next one. */
async function all(desk: CalendarDesk, { site }: Neighbourhood): Promise<Notice[]> {
  const made: Notice[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    await desk.turn();
    const notices = site.store.notices.unhanded(0, 100);
    await site.post({ type: 'noticesHanded', noticeIds: notices.map(({ noticeId }) => noticeId) });
    made.push(...notices);
  }
  return made;
}

const kindsOf = (notices: readonly Notice[]): string[] =>
  notices.map(({ kind, accountId }) => `${kind} ${accountId}`);
const statements = HOUSES.map((number) => `statement A${number}`);

describe('what the calendar brings', () => {
  let village: Neighbourhood;
  beforeEach(() => {
    village = new Neighbourhood();
  });
  afterEach(() => village.ledger.dispose());

  it('is a statement for each account on the first day, and one summary, once', async () => {
    const desk = village.desk({ makesTips: false });
    assert.deepEqual(await all(desk, village), [], 'a new account begins with its next period');
    village.goTo(at('2023-12-01', '08:59'));
    assert.deepEqual(await all(desk, village), []);
    village.goTo(at('2023-12-01', '09:00'));
    const made = await all(desk, village);
    assert.deepEqual(kindsOf(made), [...statements, 'summary ']);
    const [first] = made;
    // From 06:00 on the 15th to the last reading of the month, at 18:00: 62 times 100 Wh, at 8 a kWh.
    assert.deepEqual(first?.data, {
      period: '2023-11',
      fromMs: at('2023-11-01'),
      toMs: at('2023-12-01'),
      usedWh: 6_200,
      chargesMicros: 49_600_000,
      paidMicros: 500_000_000,
      debtsMicros: 0,
      balanceMicros: 450_400_000,
    });
    const usedWh = 6_200 * 28;
    assert.deepEqual(made.at(-1)?.data, {
      period: '2023-11',
      statements: 7,
      usedWh,
      chargesMicros: usedWh * 8_000,
      paidMicros: 3_500_000_000,
    });
    assert.deepEqual(await all(desk, village), []);
    assert.deepEqual(await all(village.desk({ makesTips: false }), village), [], 'nor after a restart');
  });

  it('comes late where nobody was there on the day, and only for the last period', async () => {
    await all(village.desk(), village);
    village.goTo(at('2024-02-20', '12:00'));
    const made = (await all(village.desk({ makesTips: false }), village)).filter(
      ({ kind }) => kind === 'statement',
    );
    assert.deepEqual(kindsOf(made), statements);
    assert.ok(made.every(({ data }) => data['period'] === '2024-01'));
  });

  it('is a tip on Mondays, as soon as two weeks can be compared', async () => {
    await all(village.desk(), village);
    for (const monday of ['2023-11-20', '2023-11-27']) {
      village.goTo(at(monday, '09:30'));
      assert.deepEqual(kindsOf(await all(village.desk({ makesStatements: false }), village)), []);
    }
    village.ledger.commit({
      type: 'changeContact',
      accountId: 'A3',
      change: { isOptedOut: true },
      by: 'customer',
    });
    village.goTo(at('2023-12-04', '08:00'));
    assert.deepEqual(await all(village.desk({ makesStatements: false }), village), []);
    // On Wednesday after a power cut.
    village.goTo(at('2023-12-06', '10:00'));
    const made = await all(village.desk({ makesStatements: false }), village);
    assert.deepEqual(
      made.map(({ accountId }) => accountId),
      ['A1', 'A2', 'A4', 'A5', 'A6', 'A7'],
    );
    // 28 steps of six hours in a week. The others use 200 to 700 Wh in six hours, 450 in the mean.
    const [first] = made;
    assert.deepEqual(first?.data, {
      balanceMicros: village.ledger.store.balanceOf('A1'),
      usedWh: 2_800,
      // The Monday's midnight lay between two readings.
      beforeWh: 2_799,
      similarWh: 12_600,
      hour: null,
      savingMicros: null,
    });
    assert.deepEqual(await all(village.desk({ makesStatements: false }), village), []);
  });

  it('goes to all the others when something is wrong with one account', async () => {
    await all(village.desk(), village);
    village.goTo(at('2023-12-01', '10:00'));
    const { store } = village.ledger;
    const read = store.statement.bind(store);
    store.statement = (accountId, fromMs, toMs) => {
      if (accountId === 'A3') throw new Error('a page is torn out');
      return read(accountId, fromMs, toMs);
    };
    const made = await all(village.desk({ makesTips: false }), village);
    const others = statements.filter((name) => name !== 'statement A3');
    assert.deepEqual(kindsOf(made), [...others, 'summary ']);
    assert.deepEqual(
      village.faults.map(({ message }) => message),
      ['nothing could be made for account A3: a page is torn out'],
    );
    store.statement = read;
    village.goTo(at('2023-12-02', '10:00'));
    assert.deepEqual(kindsOf(await all(village.desk({ makesTips: false }), village)), ['statement A3']);
  });

  it('is made once by two who do it at the same time', async () => {
    await all(village.desk(), village);
    village.goTo(at('2023-12-04', '10:00'));
    const desks = [village.desk(), village.desk()];
    for (let turn = 0; turn < 5; turn += 1) await Promise.all(desks.map((desk) => desk.turn()));
    const made = village.ledger.store.notices.unhanded(0, 100);
    assert.equal(made.length, new Set(kindsOf(made)).size);
    assert.equal(made.filter(({ kind }) => kind === 'statement').length, 7);
    assert.equal(made.filter(({ kind }) => kind === 'tip').length, 7);
    assert.equal(made.filter(({ kind }) => kind === 'summary').length, 1);
  });
});
