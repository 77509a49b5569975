import type Database from 'better-sqlite3';
import type { ChargePosting, PostingResult } from '../../ledger/posting';
import { ZERO_MICROS } from '../../money/micros';
import type { MeterHead, Reading, Segment } from '../../meter/reading';
import type { SupplyGuard } from '../../policy/supply-guard';
import { placeLate, powerFactorThousandthsOf, type CurvePoint } from '../../meter/register-curve';
import { refuse, refuseChain } from '../../ledger/refusals';
import { errorText } from '../../text/to-error';
import { checkPeriods } from '../../tariff/meter-plan';
import { price, type Priced } from '../../tariff/price-curve';
import { PricedCharge } from '../../tariff/priced-charge';
import { TRANSFER_KIND } from './books';
import type { ReadingRow } from './batch-digest';
import type { Batch } from './commit-batch';
import type { LiveAccounts, LiveMeter } from './live-accounts';
import type { MeterPrices } from './meter-prices';
import type { DecisionPoster } from './post-decision';
import type { Rerating } from './rerating';
import type { RowWriter } from './row-writer';
import { throwSqliteError } from './sqlite-fault';

/** The result of a posting, or the way to it at the end of the batch. */
export type ResultOrLater = PostingResult | (() => PostingResult);

/** Takes readings into the ledger: each is stored, priced, paid for and decided on. */
export class ChargePoster {
  private readonly selectStay;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly rows: RowWriter,
    private readonly prices: MeterPrices,
    private readonly rerating: Rerating,
    private readonly decisions: DecisionPoster,
  ) {
    this.selectStay = db
      .prepare<[string, number], number>(
        'SELECT meter_key FROM meter WHERE meter_id = ? AND opened_ms <= ? ORDER BY opened_ms DESC LIMIT 1',
      )
      .pluck();
  }

  charge(batch: Batch, posting: ChargePosting): ResultOrLater {
    const { reading, charge } = posting;
    const meter = this.stayAt(reading.meterId, posting.segment);
    if (!meter) return refuse('meterId', reading.meterId, 'unknown meter');
    try {
      this.prices.prepare(meter, charge.tariffId);
    } catch (error) {
      throwSqliteError(error);
      return refuse('charge.tariffId', charge.tariffId, errorText(error));
    }
    return this.take(batch, meter, posting);
  }

  /** Takes a reading that a person vouches for, priced by nobody else. Throws when it cannot be priced. */
  takeSettled(batch: Batch, meter: LiveMeter, segment: Segment): void {
    if (meter.rerateMs !== null) this.rerating.settle(batch, meter, null);
    const priced = this.priceNext(meter, segment);
    this.store(batch, meter, segment, priced, averagePowerW(segment));
  }

  /**
   * A person vouches for a reading from before a meter's first one: the stay begins with it, and all is priced again from
   * there. undefined when the reading is not so early.
   */
  takeEarly(batch: Batch, reading: Reading, guard: SupplyGuard | null): ResultOrLater | undefined {
    const { meterId, atMs } = reading;
    const meterKey = this.selectStay.get(meterId, atMs);
    if (meterKey === undefined) return refuse('atMs', atMs, 'is before the meter came here: reject it');
    const meter = this.live.meterByKey(meterKey);
    const first = this.rerating.first(meter);
    if (!first || first.atMs <= atMs) return undefined;
    const fault = this.faultBefore(meter, first, reading);
    if (fault) return fault;
    const { energyWh, exportWh } = reading;
    this.rerating.await(meter, atMs);
    const segment: Segment = { fromMs: atMs, fromWh: energyWh, toMs: atMs, toWh: energyWh };
    if (exportWh !== undefined) Object.assign(segment, { fromExportWh: exportWh, toExportWh: exportWh });
    const thousandths = powerFactorThousandthsOf(reading);
    if (thousandths !== undefined) segment.powerFactorThousandths = thousandths;
    this.storeLate(batch, meter, segment, atMs);
    return this.settleLater(batch, meter, atMs, guard);
  }

  /** Nothing that could not be priced from there on may be written. */
  private faultBefore(
    meter: LiveMeter,
    first: Pick<CurvePoint, 'atMs' | 'energyWh'>,
    { atMs, energyWh, exportWh }: Reading,
  ): PostingResult | null {
    if (energyWh > first.energyWh)
      return refuse('energyWh', energyWh, `is above the first reading, ${first.energyWh} Wh`);
    const shownWh = exportWh === undefined ? null : this.rerating.firstExportWh(meter);
    if (exportWh !== undefined && shownWh !== null && exportWh > shownWh)
      return refuse('exportWh', exportWh, `is above the first that flowed back, ${shownWh} Wh`);
    try {
      checkPeriods(this.prices.planOf(meter), atMs, first.atMs);
      return null;
    } catch (error) {
      throwSqliteError(error);
      return refuse('atMs', atMs, `cannot be billed: ${errorText(error)}`);
    }
  }

  /** The meter in use, or for a late reading the stay that its time belongs to. */
  private stayAt(meterId: string, { toMs, isLate }: Segment): LiveMeter | undefined {
    const inUse = this.live.meter(meterId);
    if (isLate !== true) return inUse;
    const meterKey = this.selectStay.get(meterId, toMs);
    return meterKey === undefined ? inUse : this.live.meterByKey(meterKey);
  }

  /** The reading of a meter whose plan is known. */
  private take(batch: Batch, meter: LiveMeter, posting: ChargePosting): ResultOrLater {
    const { segment, reading, charge, guard } = posting;
    if (segment.toMs !== reading.atMs) return refuseChain(headOf(meter));
    if (segment.isLate === true) return this.takeLate(batch, meter, posting);
    if (!continues(meter, segment) || !isOf(meter, segment, reading)) return refuseChain(headOf(meter));
    if (meter.rerateMs !== null) {
      this.rerating.settleInTurn(batch, meter, null);
      // A correction may have crossed a line of what is spent.
      this.decisions.endQuiet(meter.account);
    }
    let priced: Priced;
    try {
      priced = this.priceAs(meter, segment, charge);
    } catch (error) {
      throwSqliteError(error);
      return refuse('segment', `${segment.fromMs}–${segment.toMs}`, errorText(error));
    }
    if (priced.amountMicros !== charge.amountMicros)
      return { outcome: 'price', amountMicros: priced.amountMicros, head: headOf(meter) };
    this.store(batch, meter, segment, priced, reading.powerW ?? averagePowerW(segment));
    return this.decisions.afterReading(
      batch,
      meter,
      segment.toWh - segment.fromWh,
      priced.amountMicros,
      guard,
    );
  }

  /** What was worked out on the way here from the same state need not be done again. */
  private priceAs(meter: LiveMeter, segment: Segment, charge: object): Priced {
    const plan = this.prices.planOf(meter);
    const before = this.prices.foldOf(meter);
    const recalled = before && PricedCharge.recall(charge, plan, before, segment);
    return recalled ?? this.priceNext(meter, segment);
  }

  private priceNext(meter: LiveMeter, segment: Segment): Priced {
    const plan = this.prices.planOf(meter);
    const fold = this.prices.foldOf(meter);
    if (fold !== null) return price(plan, fold, segment);
    const { toMs: atMs, toWh: energyWh, toExportWh: exportWh = null } = segment;
    return {
      state: this.rerating.openingOf(meter, { atMs, energyWh, exportWh }),
      parts: [],
      amountMicros: ZERO_MICROS,
    };
  }

  /** Writes a reading that continues its meter's register. */
  private store(
    batch: Batch,
    meter: LiveMeter,
    segment: Segment,
    { state, parts }: Priced,
    powerW: number | null,
  ): void {
    const { fold: before, headMs: beforeMs } = meter;
    this.live.advance(meter, {
      headMs: segment.toMs,
      headWh: segment.toWh,
      headExportWh: segment.toExportWh ?? meter.headExportWh,
      powerW,
      fold: state,
    });
    this.rows.addReading(batch, rowOf(meter, segment, segment.fromMs, null));
    if (before === null || beforeMs === null) this.prices.open(meter, segment.toMs, state);
    else if (state.periodFromMs !== before.periodFromMs) this.prices.keepCheckpoint(meter, beforeMs, before);
    this.prices.pay(batch, meter, parts, TRANSFER_KIND.charge, segment.toMs);
  }

  /**
   * A late reading splits a stretch that was charged already. It is stored beside the chain; the stretch is priced again
   * at the end of the batch, together with the meter's other late readings.
   */
  private takeLate(
    batch: Batch,
    meter: LiveMeter,
    { segment, reading, guard }: ChargePosting,
  ): ResultOrLater {
    const around = this.rerating.neighbours(meter, segment.toMs);
    const verdict = placeLate(reading, around);
    if (verdict.kind === 'duplicate') return this.decisions.recall(meter.account);
    if (verdict.kind === 'misfit') return refuse(verdict.field, reading.energyWh, verdict.reason);
    const { before, chainMs } = verdict.around;
    // First, since what was charged until now may have to be found by the readings without this one.
    this.rerating.await(meter, before.atMs);
    this.storeLate(batch, meter, verdict.segment, chainMs);
    return this.settleLater(batch, meter, segment.toMs, guard);
  }

  /** Writes a reading beside the chain. The next one of the chain goes on from the export register that it may bring. */
  private storeLate(batch: Batch, meter: LiveMeter, segment: Segment, chainMs: number): void {
    this.rows.addReading(batch, rowOf(meter, segment, chainMs, 1));
    if (segment.toExportWh !== undefined) this.live.knowExport(meter, segment.toExportWh);
  }

  private settleLater(
    batch: Batch,
    { meterKey }: LiveMeter,
    readingMs: number,
    guard: SupplyGuard | null,
  ): () => PostingResult {
    return () => {
      // Looked up again, since another posting of this batch may have made the ledger read everything anew.
      const meter = this.live.meterByKey(meterKey);
      this.rerating.settleInTurn(batch, meter, readingMs);
      return this.decisions.afterChange(batch, meter.account, guard);
    };
  }
}

/**
 * The chain: a segment is taken only if it starts exactly where the stored head ends, or opens a meter that has none.
 * It makes two processes on one ledger safe.
 */
function continues({ headMs, headWh, headExportWh }: LiveMeter, segment: Segment): boolean {
  const { fromMs, fromWh, toMs, toWh, fromExportWh, toExportWh } = segment;
  if (headMs === null) return fromMs === toMs && fromWh === toWh && fromExportWh === toExportWh;
  if (headMs !== fromMs || headWh !== fromWh || toMs <= fromMs) return false;
  return toExportWh === undefined || fromExportWh === (headExportWh ?? toExportWh);
}

/**
 * Whether a segment ends with what the reading says. Where a flow has changed one of the two, the segment has to be cut
 * again. What the reading does not say may have been left out on the way.
 */
function isOf(
  { offsetWh, offsetExportWh }: LiveMeter,
  { toWh, toExportWh, powerFactorThousandths }: Segment,
  reading: Reading,
): boolean {
  const { energyWh, exportWh, powerFactor } = reading;
  if (toWh !== energyWh + offsetWh) return false;
  if (exportWh !== undefined && toExportWh !== exportWh + offsetExportWh) return false;
  return powerFactor === undefined || powerFactorThousandths === powerFactorThousandthsOf(reading);
}

function headOf({ headMs, headWh, headExportWh }: LiveMeter): MeterHead | null {
  if (headMs === null || headWh === null) return null;
  return { atMs: headMs, energyWh: headWh, exportWh: headExportWh };
}

/** What a reading does not say is not filled in: a late one before it may know better. */
function rowOf({ meterKey }: LiveMeter, segment: Segment, fromMs: number, isLate: 1 | null): ReadingRow {
  return {
    atMs: segment.toMs,
    meterKey,
    energyWh: segment.toWh,
    fromMs,
    exportWh: segment.toExportWh ?? null,
    powerFactorThousandths: segment.powerFactorThousandths ?? null,
    isLate,
  };
}

const MS_PER_HOUR = 3_600_000;

/** What the register says about power when the meter itself does not: null for a meter's first reading. */
function averagePowerW({ fromMs, fromWh, toMs, toWh }: Segment): number | null {
  return toMs > fromMs ? ((toWh - fromWh) * MS_PER_HOUR) / (toMs - fromMs) : null;
}
