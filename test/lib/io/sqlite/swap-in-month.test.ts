import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { PostingResult, Settlement } from '../../../../nodes/lib/ledger/posting';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import type { Component, Tariff } from '../../../../nodes/lib/tariff/tariff';
import { property } from '../../property';
import { planOfCase, pricedCase, type PricedCase } from '../../tariff/random-tariff';
import { slowPricing, type CurvePoint } from '../../tariff/slow-pricing';
import { HOME_TARIFF, LedgerFixture, registration } from './ledger-fixture';
import { LedgerRows, linesOf, takenFromCustomer } from './ledger-rows';
import { ReadingFlow } from './reading-flow';

const DAY_MS = 24 * 3_600_000;
const kwh = (amount: number): number => Math.round(amount * 1_000);

type Swap = Extract<Settlement, { as: 'swap' }>;

/** A customer's meter in a ledger, whose device is replaced while its number stays. */
class SwappedMeter {
  readonly ledger: LedgerFixture;
  private readonly flow: ReadingFlow;

  constructor(tariff: Tariff, isLifeline: boolean, sanctionedLoadW: number, inForceMs: number) {
    this.ledger = new LedgerFixture(tariff, inForceMs, true);
    this.flow = new ReadingFlow(this.ledger.store, tariff.tariffId);
    const entry = { ...registration(1), tariffId: tariff.tariffId, isLifeline, sanctionedLoadW };
    this.ledger.commit({ type: 'register', registration: entry, by: 'staff' });
  }

  read(reading: Omit<Reading, 'meterId'>, nowMs: number): void {
    this.flow.send({ meterId: 'M1', ...reading }, nowMs);
    this.flow.commit(nowMs);
    assert.deepEqual(this.flow.refusals, []);
  }

  /** The first reading of the new device is held, and a person says why. */
  swap(reading: Omit<Reading, 'meterId'>, swap: Swap, nowMs: number): PostingResult {
    this.flow.send({ meterId: 'M1', ...reading }, nowMs);
    this.flow.commit(nowMs);
    this.flow.refusals.length = 0;
    const [held] = this.ledger.store.heldReadings(10);
    assert.ok(held, 'the first reading of the new device is not held');
    this.ledger.nowMs = nowMs;
    const { refusalId } = held;
    const result = this.ledger.commit({
      type: 'settleHeld',
      refusalId,
      settlement: swap,
      by: 'x',
      guard: null,
    });
    this.flow.forget('M1');
    return result;
  }

  chargeDue(nowMs: number): void {
    const { store } = this.ledger;
    for (const meterKey of store.dueReratings(10))
      this.flow.submit({ type: 'rerate', meterKey, guard: null });
    this.flow.commit(nowMs);
    for (const meterKey of store.dueAccruals(nowMs, 10))
      this.flow.submit({ type: 'accrual', meterKey, guard: null });
    this.flow.commit(nowMs);
  }

  /** Everything is priced again from the first reading. */
  priceAgain(nowMs: number): void {
    const raw = new Database(this.ledger.file);
    raw.exec('UPDATE meter SET rerate_ms = 0');
    raw.close();
    this.chargeDue(nowMs);
  }

  /** What each component has come to, corrections included. */
  get paid(): Record<string, number> {
    const rows = new LedgerRows(this.ledger.file);
    const paid: Record<string, number> = {};
    for (const transfer of rows.transfers())
      for (const [component, , , amountMicros] of linesOf(transfer)) {
        assert.ok(takenFromCustomer(transfer) !== 0n);
        paid[component] = (paid[component] ?? 0) + amountMicros;
      }
    rows.close();
    return paid;
  }

  assertSound(): void {
    verifyLedger(this.ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
  }
}

/** Three a kWh up to 100 kWh of the month, five up to 300, then seven and a half. */
const SLABS: Component = {
  kind: 'slabs',
  id: 'energy',
  prorate: false,
  slabs: [
    { uptoWh: kwh(100), rateMicrosPerKwh: 3_000_000 },
    { uptoWh: kwh(300), rateMicrosPerKwh: 5_000_000 },
    { uptoWh: null, rateMicrosPerKwh: 7_500_000 },
  ],
};
const MONTHLY: Tariff = {
  ...HOME_TARIFF,
  timeZone: 'UTC',
  components: [
    SLABS,
    { kind: 'freeUnits', id: 'free', freeWh: kwh(20), of: ['energy'], lifelineOnly: false },
    {
      kind: 'lifeline',
      id: 'block',
      uptoWh: kwh(30),
      rateMicrosPerKwh: 1_000_000,
      fallbackMicrosPerKwh: 2_000_000,
    },
    { kind: 'fuelSurcharge', id: 'fuel', rateMicrosPerKwh: 1_000_000, fromDate: '2026-03-12' },
    { kind: 'minimum', id: 'least', amountMicros: 2_000_000_000, perKw: false, of: ['energy'] },
    { kind: 'standingDay', id: 'day', amountMicros: 1_250_000, perKw: false },
  ],
};

describe('a bill for the month in which the device was swapped', () => {
  const march = (day: number): number => Date.parse('2026-03-01T00:00:00Z') + (day - 1) * DAY_MS;
  let meter: SwappedMeter;
  beforeEach(() => {
    meter = new SwappedMeter(MONTHLY, true, 0, march(1) - DAY_MS);
  });
  afterEach(() => {
    meter.assertSound();
    meter.ledger.dispose();
  });

  /*
   * Worked by hand. The old device stood at 5 000 kWh on March 1, at 5 090 on March 11, and at 5 100 when it was taken
   * down; the new one began at 3 kWh, and showed 8 on March 13, 203 on March 21 and 223 when April began.
   * Used until March 11: 90. Until March 13: (5 100 − 5 090) + (8 − 3) = 15, together 105. Until March 21: 195, together
   * 300. Until April 1: 20, together 320. It is one month of one customer:
   *   energy: 20 × 0 + 80 × 3 + 200 × 5 + 20 × 7.50 = 0 + 240 + 1 000 + 150 = 1 390
   *   block:  30 × 1 + 290 × 2 = 30 + 580 = 610
   *   fuel:   1 a kWh from March 12 on: half of the 15, then 195 and 20 = 222.50
   *   least:  2 000 − 1 390 = 610, for all 31 days
   *   day:    31 × 1.25 = 38.75, and 1.25 for April 1
   * The old device's reading of 5 095 on March 12 comes late: of the 15, 5 were used before and 10 after. Fuel: 225.
   */
  it('goes on with its slabs, free units, lifeline block and minimum', () => {
    meter.read({ atMs: march(1), energyWh: kwh(5_000) }, march(1));
    meter.read({ atMs: march(11), energyWh: kwh(5_090) }, march(11));
    const swap: Swap = { as: 'swap', closingWh: kwh(5_100), openingWh: kwh(3) };
    assert.equal(meter.swap({ atMs: march(13), energyWh: kwh(8) }, swap, march(13)).outcome, 'committed');
    meter.read({ atMs: march(21), energyWh: kwh(203) }, march(21));
    meter.read({ atMs: march(32), energyWh: kwh(223) }, march(32));
    meter.read({ atMs: march(32) + 1, energyWh: kwh(223) }, march(32) + 1);
    meter.chargeDue(march(32) + 2);
    const worked = {
      energy: 1_390_000_000,
      block: 610_000_000,
      fuel: 222_500_000,
      least: 610_000_000,
      day: 40_000_000,
    };
    assert.deepEqual(meter.paid, worked);
    meter.assertSound();

    const nowMs = march(32) + 10;
    meter.read({ atMs: march(12), energyWh: kwh(5_095) }, nowMs);
    meter.read({ atMs: march(17), energyWh: kwh(100) }, nowMs);
    meter.chargeDue(nowMs + 1);
    assert.deepEqual(meter.paid, { ...worked, fuel: 225_000_000 });
    meter.assertSound();
    meter.priceAgain(nowMs + 2);
    assert.deepEqual(meter.paid, { ...worked, fuel: 225_000_000 });
  });

  it('takes what the old device used unread as used by nobody when its last register is not known', () => {
    meter.read({ atMs: march(1), energyWh: kwh(5_000) }, march(1));
    meter.read({ atMs: march(11), energyWh: kwh(5_090) }, march(11));
    const swap: Swap = { as: 'swap', closingWh: null, openingWh: 0 };
    assert.equal(meter.swap({ atMs: march(13), energyWh: kwh(15) }, swap, march(13)).outcome, 'committed');
    // 20 free and 80 at 3; then 5 at 5.
    assert.equal(meter.paid['energy'], 265_000_000);
  });
});

describe('a device that also counts what flows back', () => {
  const march = (day: number): number => Date.parse('2026-03-01T00:00:00Z') + (day - 1) * DAY_MS;
  const sold: Component = {
    kind: 'exportCredit',
    id: 'sold',
    settle: 'paid',
    price: { kind: 'own', rateMicrosPerKwh: 2_000_000 },
  };
  const shown = (energyWh: number, exportWh: number) => ({ atMs: march(3), energyWh, exportWh });
  const own = { as: 'swap' as const, closingWh: null, openingWh: 0 };
  let meter: SwappedMeter;
  beforeEach(() => {
    const tariff = { ...MONTHLY, components: [...HOME_TARIFF.components, sold] };
    meter = new SwappedMeter(tariff, false, 0, march(1) - DAY_MS);
    meter.read({ atMs: march(1), energyWh: kwh(900), exportWh: kwh(40) }, march(1));
    meter.read({ atMs: march(2), energyWh: kwh(910), exportWh: kwh(50) }, march(2));
  });
  afterEach(() => {
    meter.assertSound();
    meter.ledger.dispose();
  });

  for (const exportWh of [kwh(3), kwh(70)])
    it(`is not swapped for one that shows ${exportWh} Wh until somebody says what that began with`, () => {
      const before = meter.paid;
      const refused = meter.swap(shown(kwh(5), exportWh), own, march(3));
      assert.ok(refused.outcome === 'refused' && refused.field === 'otherOpeningWh', refused.outcome);
      assert.deepEqual(meter.paid, before);
      const other = { closingWh: kwh(51), openingWh: exportWh - kwh(2) };
      const low = meter.swap(
        shown(kwh(5), exportWh),
        { ...own, other: { ...other, closingWh: 1 } },
        march(3),
      );
      assert.ok(low.outcome === 'refused' && low.field === 'otherClosingWh', low.outcome);
      const high = { ...own, other: { ...other, openingWh: exportWh + kwh(3) } };
      const above = meter.swap(shown(kwh(5), exportWh), high, march(3));
      assert.ok(above.outcome === 'refused' && above.field === 'otherOpeningWh', above.outcome);
      const done = meter.swap(shown(kwh(5), exportWh), { ...own, other }, march(3));
      assert.equal(done.outcome, 'committed');
      // Used: 10, then 5. Fed back: 10, then one on the old device and two on the new one.
      assert.deepEqual(meter.paid, { energy: 15 * 8_000_000, sold: -13 * 2_000_000 });
    });

  it('needs no more to be said where nothing ever flows back', () => {
    const { ledger } = meter;
    const registered = { ...registration(2), tariffId: 'home' };
    ledger.commit({ type: 'register', registration: registered, by: 'staff' });
    const flow = new ReadingFlow(ledger.store, 'home');
    const read = (day: number, energyWh: number): void => {
      flow.send({ meterId: 'M2', atMs: march(day), energyWh, exportWh: 0 }, march(day));
      flow.commit(march(day));
    };
    read(1, kwh(100));
    read(2, kwh(1));
    const [held] = ledger.store.heldReadings(10);
    ledger.nowMs = march(2);
    const settlement = { as: 'swap' as const, closingWh: null, openingWh: 0 };
    const result = ledger.commit({
      type: 'settleHeld',
      refusalId: held!.refusalId,
      settlement,
      by: 'x',
      guard: null,
    });
    assert.equal(result.outcome, 'committed');
    assert.equal(ledger.store.balanceOf('A2'), -8_000_000);
  });
});

interface SwapCase {
  given: PricedCase;
  /** Which reading is the first of the new device, and when of the stretch before it the old one was taken down. */
  at: number;
  part: number;
  openingWh: number;
  lateness: boolean[];
}

const swapCase = fc.record<SwapCase>({
  given: pricedCase,
  at: fc.nat(),
  part: fc.integer({ min: 0, max: 4 }),
  openingWh: fc.nat(5_000),
  lateness: fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }),
});
/** High enough that a new device always shows less. */
const OLD_WH = 50_000_000;

describe('any device that is swapped in the middle of anything', () => {
  it('costs what one register costs by the second pricing, also when readings come late', function () {
    this.timeout(120_000);
    property(
      swapCase,
      ({ given, at, part, openingWh, lateness }) => {
        const { tariffs, pieces, untilMs } = given;
        const first: PricedCase = { ...given, tariffs: tariffs.slice(0, 1), pieces: pieces.slice(0, 1) };
        const curve = given.curve.map(({ energyWh, exportWh, ...point }): CurvePoint => ({
          ...point,
          energyWh: energyWh + OLD_WH,
          ...(exportWh !== undefined && { exportWh: exportWh + OLD_WH }),
        }));
        const { sanctionedLoadW, isLifeline, feed } = pieces[0]!.terms;
        const meter = new SwappedMeter(tariffs[0]!, isLifeline, sanctionedLoadW, curve[0]!.atMs);
        try {
          const { ledger } = meter;
          if (feed.length > 0) ledger.commit({ type: 'feedPrices', tariffId: 'random', prices: feed });
          const place = 1 + (at % (curve.length - 1));
          const [before, after] = [curve[place - 1]!, curve[place]!];
          /** What the old device ended with, somewhere between its last reading and the new one's first. */
          const endOf = (fromWh: number, toWh: number): number =>
            fromWh + Math.floor(((toWh - fromWh) * part) / 4);
          const closingWh = endOf(before.energyWh, after.energyWh);
          const settlement: Swap = { as: 'swap', closingWh, openingWh };
          const otherClosingWh = endOf(before.exportWh ?? 0, after.exportWh ?? 0);
          const otherOpeningWh = 2 * openingWh;
          if (after.exportWh !== undefined)
            settlement.other = { closingWh: otherClosingWh, openingWh: otherOpeningWh };
          const shown = curve.map(({ atMs, energyWh, exportWh, powerFactorThousandths }, index) => {
            const isOld = index < place;
            return {
              atMs,
              energyWh: isOld ? energyWh : energyWh - closingWh + openingWh,
              ...(exportWh !== undefined && {
                exportWh: isOld ? exportWh : exportWh - otherClosingWh + otherOpeningWh,
              }),
              ...(powerFactorThousandths !== undefined && { powerFactor: powerFactorThousandths / 1_000 }),
            };
          });
          let nowMs = curve.at(-1)!.atMs;
          // The first and the last one open and end the register, and those beside the swap tell when it was.
          const isLate = (index: number): boolean =>
            lateness[index] === true && index > 0 && index < curve.length - 1 && index !== place;
          for (const [index, reading] of shown.entries()) {
            nowMs += 1;
            if (isLate(index)) continue;
            if (index !== place) meter.read(reading, nowMs);
            else assert.equal(meter.swap(reading, settlement, nowMs).outcome, 'committed');
          }
          for (const [index, reading] of shown.entries())
            if (isLate(index)) meter.read(reading, (nowMs += 1));
          nowMs = Math.max(nowMs, untilMs) + 1;
          meter.chargeDue(nowMs);
          const slow = slowPricing(planOfCase(first), curve, ledger.store.lastMs());
          const owed = Object.values(slow).reduce((sum, amount) => sum + amount, 0n);
          assert.equal(BigInt(ledger.store.balanceOf('A1') ?? NaN), -owed);
          meter.assertSound();
          meter.priceAgain(nowMs + 1);
          assert.equal(BigInt(ledger.store.balanceOf('A1') ?? NaN), -owed);
        } finally {
          meter.ledger.dispose();
        }
      },
      60,
    );
  });
});
