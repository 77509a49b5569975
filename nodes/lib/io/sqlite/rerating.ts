import type Database from 'better-sqlite3';
import { segmentsOf, type CurvePoint, type Neighbours } from '../../meter/register-curve';
import type { MeterState } from '../../tariff/meter-state';
import { endOfStay } from '../../tariff/end-of-stay';
import { accrueAsFarAs, changeOf, price } from '../../tariff/price-curve';
import { checkPeriods, pieceAt } from '../../tariff/meter-plan';
import { micros } from '../../money/micros';
import { errorText } from '../../text/to-error';
import type { ChargeLine } from '../../tariff/charge';
import { TRANSFER_KIND } from './books';
import type { Batch } from './commit-batch';
import type { LiveAccounts, LiveMeter } from './live-accounts';
import type { MeterCurve } from './meter-curve';
import type { MeterPrices } from './meter-prices';
import { MeterMarks } from './meter-marks';
import { dayAfterStay } from './meter-stay';
import { throwSqliteError } from './sqlite-fault';

/** Pricing a past again takes milliseconds, and readings come in groups that nobody may wait long for. */
const RERATINGS_PER_BATCH = 10;

/**
 * Prices the past of a meter again: when a reading came late, or when a tariff or what it has to know was changed for a
 * time gone by. The price of the whole register is what it is by definition, so what is posted is the difference
 * between it and what was charged until now.
 */
export class Rerating {
  private readonly dropCheckpoints;
  private readonly selectClosed;
  private readonly marks;
  private settledIn: { batch: Batch; count: number } | null = null;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly curve: MeterCurve,
    private readonly prices: MeterPrices,
  ) {
    this.dropCheckpoints = db.prepare('DELETE FROM checkpoint WHERE meter_key = ? AND at_ms > ?');
    this.selectClosed = db
      .prepare<[number], number | null>('SELECT closed_ms FROM meter WHERE meter_key = ?')
      .pluck();
    this.marks = new MeterMarks(db, curve, (text) => prices.readFold(text));
  }

  /** What pricing remembers at a meter's first reading. */
  openingOf(meter: LiveMeter, first: Pick<CurvePoint, 'atMs' | 'energyWh' | 'exportWh'>): MeterState {
    return this.marks.openingOf(meter, this.prices.planOf(meter), first);
  }

  neighbours(meter: LiveMeter, atMs: number): Neighbours | undefined {
    return this.curve.neighbours(meter, atMs);
  }

  /** The first reading of a meter; undefined before there is one. */
  first(meter: LiveMeter): CurvePoint | undefined {
    return this.curve.first(meter);
  }

  /** Why a tariff could not price again what lies between two moments; null when it can. */
  gapOf(tariffId: string, sinceMs: number, untilMs: number): string | null {
    return this.prices.gapOf(tariffId, sinceMs, untilMs);
  }

  /** Why what a meter uses from its last reading until a moment has no price; null when it has. */
  gapOfPlan(meter: LiveMeter, untilMs: number): string | null {
    const { headMs } = meter;
    if (headMs === null) return null;
    try {
      checkPeriods(this.prices.planOf(meter), headMs, untilMs - 1);
      return null;
    } catch (error) {
      throwSqliteError(error);
      return errorText(error);
    }
  }

  /** What had flowed back by the first reading of a meter that says so; null where none does. */
  firstExportWh(meter: LiveMeter): number | null {
    return this.curve.since(meter, 0).find(({ exportWh }) => exportWh !== null)?.exportWh ?? null;
  }

  /**
   * To be called before the tariff or the terms of a meter change for a time gone by: what was charged until now has to
   * be known, and can be found only by what it was priced by.
   */
  keepWhatWasCharged(meterKey: number): void {
    const meter = this.live.meterByKey(meterKey);
    const fold = meter.headMs === null ? null : this.prices.foldOf(meter);
    if (fold !== null) this.live.changeFold(meter, fold, meter.rerateMs);
  }

  /** Readings since then have to be priced again, before anything else is priced for this meter. */
  await(meter: LiveMeter, sinceMs: number): void {
    const fold = this.prices.foldOf(meter);
    if (fold !== null) this.live.changeFold(meter, fold, Math.min(sinceMs, meter.rerateMs ?? sinceMs));
  }

  /**
   * Prices again what awaits it while there is room for that in the batch. What finds none is priced on from what was
   * charged until now, and waits: since the difference is all that is posted, it comes to the same.
   */
  settleInTurn(batch: Batch, meter: LiveMeter, readingMs: number | null): void {
    if (meter.rerateMs === null) return;
    if (this.settledIn?.batch !== batch) this.settledIn = { batch, count: 0 };
    if (this.settledIn.count >= RERATINGS_PER_BATCH) return;
    this.settledIn.count += 1;
    this.settle(batch, meter, readingMs);
  }

  /** Prices again what awaits it, and posts the difference. `readingMs` is the reading that made it necessary. */
  settle(batch: Batch, meter: LiveMeter, readingMs: number | null): void {
    const before = this.prices.foldOf(meter);
    const { headMs, rerateMs } = meter;
    if (before === null || headMs === null || rerateMs === null) return;
    const closedMs = this.selectClosed.get(meter.meterKey) ?? null;
    const again = this.priceAgain(batch, meter, before, rerateMs);
    this.correct(batch, meter, before, this.endAt(meter, again, closedMs), { headMs, readingMs });
  }

  /** A stay ends: days after its end that were paid already are given back. */
  takeDaysBack(batch: Batch, meter: LiveMeter, closedMs: number): void {
    const { headMs } = meter;
    // A meter that was never read may have no tariff to price it by.
    const before = headMs === null ? null : this.prices.foldOf(meter);
    if (before === null || headMs === null) return;
    const nextDay = dayAfterStay(this.prices.planOf(meter), closedMs);
    if (before.nextDay <= nextDay) return;
    const again = this.priceAgain(batch, meter, { ...before, nextDay }, closedMs);
    this.correct(batch, meter, before, again, { headMs, readingMs: null });
  }

  private correct(
    batch: Batch,
    meter: LiveMeter,
    before: MeterState,
    after: MeterState,
    { headMs, readingMs }: { headMs: number; readingMs: number | null },
  ): void {
    this.live.changeFold(meter, after, null);
    const tariffKey = this.prices.tariffKeyAt(pieceAt(this.prices.planOf(meter), headMs).tariff);
    for (const [book, lines] of linesByBook(before, after))
      this.prices.payTo(batch, meter, book, lines, { kind: TRANSFER_KIND.correction, readingMs, tariffKey });
  }

  /** What a stay comes to once it has ended. */
  private endAt(meter: LiveMeter, state: MeterState, closedMs: number | null): MeterState {
    const { headMs, headWh } = meter;
    if (closedMs === null || headMs === null || headWh === null) return state;
    return endOfStay(this.prices.planOf(meter), state, { headMs, headWh }, closedMs).state;
  }

  private priceAgain({ nowMs }: Batch, meter: LiveMeter, before: MeterState, sinceMs: number): MeterState {
    const plan = this.prices.planOf(meter);
    const mark = this.marks.before(meter, plan, sinceMs);
    if (mark.atMs === mark.firstMs) this.prices.keepCheckpoint(meter, mark.atMs, mark.state);
    this.dropCheckpoints.run(meter.meterKey, mark.atMs);
    let { state } = mark;
    for (const segment of segmentsOf(this.curve.since(meter, mark.atMs))) {
      const earlier = state;
      ({ state } = price(plan, earlier, segment));
      if (state.periodFromMs !== earlier.periodFromMs)
        this.prices.keepCheckpoint(meter, segment.fromMs, earlier);
    }
    return accrueAsFarAs(plan, state, before, nowMs).state;
  }
}

function linesByBook(before: MeterState, after: MeterState): Map<string, ChargeLine[]> {
  const books = new Map<string, ChargeLine[]>();
  for (const { book, component, amountMicros } of changeOf(before, after)) {
    const line = { component, energyWh: 0, rateMicrosPerKwh: 0, amountMicros: micros(amountMicros) };
    const known = books.get(book);
    if (known) known.push(line);
    else books.set(book, [line]);
  }
  return books;
}
