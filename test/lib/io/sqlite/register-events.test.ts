import assert from 'node:assert/strict';
import fc, { type Arbitrary } from 'fast-check';
import { verifyLedger } from '../../../../nodes/lib/io/sqlite/verify-ledger';
import type { Settlement } from '../../../../nodes/lib/ledger/posting';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import { property } from '../../property';
import { LedgerFixture, START_MS } from './ledger-fixture';
import { LedgerRows, linesOf } from './ledger-rows';
import { ReadingFlow } from './reading-flow';

const MINUTE_MS = 60_000;
const DIGITS = 4;
const SPAN_WH = 10 ** DIGITS;
const MICROS_PER_WH = 8_000;

type Act =
  | { kind: 'use'; wh: number; isLost: boolean }
  | { kind: 'resend'; pick: number }
  | { kind: 'reset'; wh: number }
  | { kind: 'swap'; beforeWh: number | null; openingWh: number; wh: number };

const act: Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('use' as const), wh: fc.nat(900), isLost: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('resend' as const), pick: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const), wh: fc.nat(900) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('swap' as const),
      beforeWh: fc.option(fc.nat(90)),
      openingWh: fc.nat(500),
      wh: fc.nat(900),
    }),
  },
);

/** A device whose register has four digits and is now and then set to zero or replaced, and what it should have cost. */
class Device {
  billedWh = 0;
  offsetsWh = 0;
  readonly firstWh: number;
  private readonly flow: ReadingFlow;
  private readonly sent: Reading[] = [];
  private lost: Reading[] = [];
  private minute = 0;
  private shownWh: number;
  /** What the register showed in the last reading that arrived in its turn. */
  private seenWh: number;

  constructor(
    private readonly ledger: LedgerFixture,
    firstWh: number,
  ) {
    this.firstWh = firstWh;
    this.shownWh = firstWh;
    this.seenWh = firstWh;
    this.flow = new ReadingFlow(ledger.store, 'home');
    this.read(false);
  }

  do(act: Act): void {
    if (act.kind === 'resend') {
      const reading = this.sent[act.pick % this.sent.length];
      if (reading) this.send(reading);
    } else if (act.kind === 'use') this.use(act.wh, act.isLost);
    else this.begin(act);
  }

  /** Whatever was lost arrives after all. */
  catchUp(): void {
    for (const reading of this.lost) {
      this.send(reading);
      // It splits a stretch that is billed already, or it is the newest now.
      const newWh = Math.max(0, reading.energyWh - this.seenWh);
      this.billedWh += newWh;
      this.seenWh += newWh;
    }
    this.lost = [];
  }

  get shown(): number {
    return this.seenWh;
  }

  private use(wh: number, isLost: boolean): void {
    const afterWh = this.shownWh + wh;
    if (afterWh < SPAN_WH) {
      this.shownWh = afterWh;
      this.read(isLost);
      return;
    }
    this.catchUp();
    this.move(afterWh - SPAN_WH, wh + (this.shownWh - this.seenWh), {
      as: 'rollover',
      digits: DIGITS,
      whPerDigit: 1,
    });
  }

  private begin(act: Extract<Act, { kind: 'reset' | 'swap' }>): void {
    this.catchUp();
    if (act.kind === 'reset') {
      if (act.wh < this.seenWh) this.move(act.wh, act.wh, { as: 'reset' });
      return;
    }
    const { beforeWh, openingWh, wh } = act;
    // A device that shows more than the old one did cannot be told from it by its readings.
    if (openingWh + wh >= this.seenWh) return;
    const closingWh = beforeWh === null ? null : this.seenWh + beforeWh;
    this.move(openingWh + wh, (beforeWh ?? 0) + wh, { as: 'swap', closingWh, openingWh });
  }

  /** The register goes to where it does not follow from what it showed; the reading is held, and a person says why. */
  private move(shownWh: number, billedWh: number, settlement: Settlement): void {
    const beforeWh = this.seenWh;
    this.shownWh = shownWh;
    const balance = this.ledger.store.balanceOf('A1');
    this.read(false);
    assert.equal(this.ledger.store.balanceOf('A1'), balance, 'billed before a person has spoken');
    const [held] = this.ledger.store.heldReadings(10);
    assert.ok(held, `a register that went from ${beforeWh} to ${shownWh} Wh was not held`);
    const { refusalId } = held;
    this.ledger.nowMs = Math.max(this.ledger.nowMs, START_MS + this.minute * MINUTE_MS);
    const result = this.ledger.commit({
      type: 'settleHeld',
      refusalId,
      settlement,
      by: 'clerk',
      guard: null,
    });
    assert.equal(result.outcome, 'committed', JSON.stringify(result));
    this.flow.forget('M1');
    this.billedWh += billedWh - (shownWh - beforeWh);
    this.offsetsWh += billedWh - (shownWh - beforeWh);
  }

  private read(isLost: boolean): void {
    this.minute += 1;
    const reading = { meterId: 'M1', atMs: START_MS + this.minute * MINUTE_MS, energyWh: this.shownWh };
    if (isLost) this.lost.push(reading);
    else {
      this.billedWh += this.shownWh - this.seenWh;
      this.seenWh = this.shownWh;
      this.sent.push(reading);
      this.send(reading);
    }
  }

  private send(reading: Reading): void {
    for (let tries = 0; tries < 2; tries += 1) {
      this.flow.send(reading, START_MS);
      this.flow.commit(START_MS);
    }
  }
}

describe('a register that rolls over, is set to zero and is replaced', () => {
  it('bills every stretch once, and together last minus first with what was recorded between', function () {
    this.timeout(60_000);
    property(
      fc.tuple(fc.nat(SPAN_WH - 1), fc.array(act, { maxLength: 40 })),
      ([firstWh, acts]) => {
        const ledger = new LedgerFixture();
        const rows = new LedgerRows(ledger.file);
        try {
          ledger.register(1);
          const device = new Device(ledger, firstWh);
          for (const one of acts) device.do(one);
          assert.equal(0 - (ledger.store.balanceOf('A1') ?? NaN), device.billedWh * MICROS_PER_WH);
          assert.equal(device.billedWh, device.shown - device.firstWh + device.offsetsWh);
          const [offset] = rows.all<{ wh: number }>('SELECT offset_wh AS wh FROM meter');
          assert.equal(offset?.wh, device.offsetsWh);
          assertBilledOnce(rows);
          verifyLedger(ledger.file, ({ check, fault }) => assert.equal(fault, null, check));
        } finally {
          rows.close();
          ledger.dispose();
        }
      },
      25,
    );
  });
});

/** Each step of the chain has one charge with its Wh, or none when it has no Wh; and a flat price corrects nothing. */
function assertBilledOnce(rows: LedgerRows): void {
  const steps = rows.all<{ atMs: number; wh: number }>(
    `SELECT at_ms AS atMs, energy_wh - (SELECT energy_wh FROM reading AS step
       WHERE step.meter_key = reading.meter_key AND step.at_ms = reading.from_ms) AS wh
     FROM reading WHERE is_late IS NULL AND from_ms < at_ms ORDER BY at_ms`,
  );
  const transfers = rows.transfers();
  assert.deepEqual(
    transfers.map((transfer) => [transfer.kind, Number(transfer.readingMs), linesOf(transfer)[0]?.[1]]),
    steps.filter(({ wh }) => wh > 0).map(({ atMs, wh }) => ['charge', atMs, wh]),
  );
}
