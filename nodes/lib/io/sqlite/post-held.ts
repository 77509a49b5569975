import type Database from 'better-sqlite3';
import type { PostingResult, SettleHeldPosting, Settlement } from '../../ledger/posting';
import type { SupplyGuard } from '../../policy/supply-guard';
import type { Reading, RefusalCause, Segment } from '../../meter/reading';
import { refuse } from '../../ledger/refusals';
import { ZERO_MICROS } from '../../money/micros';
import { powerFactorThousandthsOf } from '../../meter/register-curve';
import { isFiledReading } from '../../meter/filed-reading';
import { NoPrice } from '../../tariff/no-price';
import { newOffset } from '../../ledger/register-settlement';
import type { Batch } from './commit-batch';
import type { LiveAccounts, LiveMeter } from './live-accounts';
import type { ChargePoster, ResultOrLater } from './post-charge';
import type { DecisionPoster } from './post-decision';
import type { RecordPoster } from './post-records';

const RECORDED: PostingResult = { outcome: 'recorded' };

interface HeldRow {
  refusal_id: number;
  meter_id: string;
  field: string;
  value: string;
  cause: RefusalCause;
  content: string;
}

interface Held {
  row: HeldRow;
  reading: Reading;
}

/** Carries out what a person decided about a held reading, and takes the readings that were held behind it. */
export class HeldPoster {
  private readonly selectHeld;
  private readonly selectOfMeter;
  private readonly settleRow;
  private readonly insertOffset;
  private readonly updateOffset;
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly charges: ChargePoster,
    private readonly records: RecordPoster,
    private readonly decisions: DecisionPoster,
  ) {
    const columns = 'refusal_id, meter_id, field, value, cause, content';
    this.selectHeld = db.prepare<[number], HeldRow>(
      `SELECT ${columns} FROM refusal WHERE refusal_id = ? AND kind = 'held' AND settled_as IS NULL`,
    );
    this.selectOfMeter = db.prepare<[string], HeldRow>(
      `SELECT ${columns} FROM refusal WHERE meter_id = ? AND kind = 'held' AND settled_as IS NULL`,
    );
    this.settleRow = db.prepare(
      'UPDATE refusal SET settled_as = ?, settled_by = ?, settled_ms = ? WHERE refusal_id = ?',
    );
    this.insertOffset = db.prepare(
      `INSERT INTO register_offset (meter_key, from_ms, offset_wh, offset_export_wh, reason) VALUES (?, ?, ?, ?, ?)`,
    );
    this.updateOffset = db.prepare(
      'UPDATE meter SET offset_wh = ?, offset_export_wh = ? WHERE meter_key = ?',
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  settle(batch: Batch, { refusalId, settlement, by, guard }: SettleHeldPosting): ResultOrLater {
    const row = this.selectHeld.get(refusalId);
    if (!row) return refuse('refusalId', refusalId, 'is no held reading, or is settled already');
    if (settlement.as === 'reject') {
      this.close(batch, row, settlement, by);
      return RECORDED;
    }
    const reading = readingOf(row);
    if (!reading) return refuse('refusalId', refusalId, 'holds no reading that could be taken: reject it');
    const meter = this.live.meter(reading.meterId);
    if (!meter) return refuse('meterId', reading.meterId, 'is not registered: register it first');
    const earlier = this.heldOf(reading.meterId).find((held) => held.reading.atMs < reading.atMs);
    if (earlier && settlement.as !== 'accept')
      return refuse('refusalId', refusalId, `waits behind ${earlier.row.refusal_id}: settle that first`);
    const result =
      settlement.as === 'accept'
        ? this.acceptPriced(batch, meter, reading, guard)
        : this.countOn(batch, meter, reading, row, settlement, guard);
    if (typeof result !== 'function' && result.outcome !== 'committed' && result.outcome !== 'repeated')
      return result;
    this.close(batch, row, settlement, by);
    this.takeOthers(batch, reading, by, guard);
    return result;
  }

  private close(batch: Batch, row: HeldRow, settlement: Settlement, by: string): void {
    this.settleRow.run(settlement.as, by, batch.nowMs, row.refusal_id);
    this.records.countSettled(row.cause);
    const detail = JSON.stringify({ ...settlement, held: row.content });
    this.insertAudit.run(batch.nowMs, by, `settle as ${settlement.as}`, row.meter_id, detail);
  }

  /** The register goes on from where it stood, whatever the device shows now. */
  private countOn(
    batch: Batch,
    meter: LiveMeter,
    reading: Reading,
    { field, refusal_id }: HeldRow,
    settlement: Exclude<Settlement, { as: 'accept' | 'reject' }>,
    guard: SupplyGuard | null,
  ): PostingResult {
    const { headMs, headWh } = meter;
    if (reading.atMs > batch.nowMs) return refuse('atMs', reading.atMs, 'is in the future: reject it');
    if (headMs === null || headWh === null || reading.atMs <= headMs)
      return refuse('refusalId', refusal_id, 'is not after the last reading: accept or reject it');
    const isExport = field === 'exportWh';
    const offset = isExport
      ? newOffset(settlement, meter.headExportWh ?? 0, meter.offsetExportWh, reading.exportWh ?? 0)
      : newOffset(settlement, headWh, meter.offsetWh, reading.energyWh);
    if (!offset.ok) return refuse(offset.field, offset.value, offset.reason);
    const offsets = isExport
      ? { offsetWh: meter.offsetWh, offsetExportWh: offset.offsetWh }
      : { offsetWh: offset.offsetWh, offsetExportWh: meter.offsetExportWh };
    // A device that was set to zero began again in both directions.
    if (settlement.as === 'reset') countOtherOn(meter, reading, offsets);
    const misfit = settlement.as === 'swap' ? swapOther(meter, reading, isExport, settlement, offsets) : null;
    if (misfit) return misfit;
    const fault = faultOf(segmentTo({ ...meter, ...offsets }, reading), reading);
    if (fault) return fault;
    Object.assign(meter, offsets);
    this.updateOffset.run(meter.offsetWh, meter.offsetExportWh, meter.meterKey);
    this.insertOffset.run(meter.meterKey, reading.atMs, meter.offsetWh, meter.offsetExportWh, settlement.as);
    return this.accept(batch, meter, reading, guard) as PostingResult;
  }

  /** Takes a reading as it is: behind the head, or among the late ones. A person vouches for it, so no jump is too large. */
  private accept(batch: Batch, meter: LiveMeter, reading: Reading, guard: SupplyGuard | null): ResultOrLater {
    // Whatever the device sends until then would be older than its last reading.
    if (reading.atMs > batch.nowMs) return refuse('atMs', reading.atMs, 'is in the future: reject it');
    const segment = segmentTo(meter, reading);
    if (segment.isLate === true) {
      const early = this.charges.takeEarly(batch, reading, guard);
      if (early) return early;
      const charge = { amountMicros: ZERO_MICROS, tariffId: '' };
      return this.charges.charge(batch, { type: 'charge', reading, segment, charge, guard });
    }
    const fault = faultOf(segment, reading);
    if (fault) return fault;
    this.charges.takeSettled(batch, meter, segment);
    return this.decisions.afterChange(batch, meter.account, guard);
  }

  /** Readings that were held behind the settled one are taken if nothing else is wrong with them. */
  private takeOthers(batch: Batch, settled: Reading, by: string, guard: SupplyGuard | null): void {
    for (const { row, reading } of this.heldOf(settled.meterId)) {
      const meter = this.live.meter(settled.meterId);
      if (!meter || reading.atMs <= (meter.headMs ?? 0)) continue;
      const result = this.acceptPriced(batch, meter, reading, guard);
      if (typeof result !== 'function' && result.outcome === 'committed')
        this.close(batch, row, { as: 'accept' }, by);
    }
  }

  /**
   * What waits for a price is taken when the meter's tariff has one. Whoever calls this has the account looked at.
   * Returns whether anything was taken.
   */
  takePriced(batch: Batch, { meterId, meterKey }: LiveMeter): boolean {
    let hasTaken = false;
    for (const { row, reading } of this.heldOf(meterId, WITHOUT_PRICE)) {
      const result = this.acceptPriced(batch, this.live.meterByKey(meterKey), reading, null);
      const { outcome } = typeof result === 'function' ? result() : result;
      if (outcome !== 'committed' && outcome !== 'repeated') continue;
      this.close(batch, row, { as: 'accept' }, BY_TARIFF);
      hasTaken = true;
    }
    return hasTaken;
  }

  /** The same; what its tariff has no price for goes on waiting, and keeps no other reading from being taken. */
  private acceptPriced(
    batch: Batch,
    meter: LiveMeter,
    reading: Reading,
    guard: SupplyGuard | null,
  ): ResultOrLater {
    try {
      return this.accept(batch, meter, reading, guard);
    } catch (error) {
      if (error instanceof NoPrice) return refuse(error.field, error.value, error.message);
      throw error;
    }
  }

  private heldOf(meterId: string, causes = BEHIND_OTHERS): Held[] {
    return this.selectOfMeter
      .all(meterId)
      .flatMap((row) => {
        const reading = readingOf(row);
        return reading && causes.has(row.cause) ? [{ row, reading }] : [];
      })
      .sort((a, b) => a.reading.atMs - b.reading.atMs);
  }
}

/** What may be right once an earlier reading is settled. A jump or a clock ahead stays for a person to judge. */
const BEHIND_OTHERS: ReadonlySet<RefusalCause> = new Set(['fell', 'unknown-meter']);
const WITHOUT_PRICE: ReadonlySet<RefusalCause> = new Set(['no-price']);
/** Who is named for a reading that is taken because its tariff has a price now. */
const BY_TARIFF = 'tariff';

function readingOf({ content }: HeldRow): Reading | undefined {
  try {
    const value: unknown = JSON.parse(content);
    return isFiledReading(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Offsets {
  offsetWh: number;
  offsetExportWh: number;
}

function countOtherOn({ headWh, headExportWh }: LiveMeter, reading: Reading, offsets: Offsets): void {
  if (headWh !== null && reading.energyWh + offsets.offsetWh < headWh) offsets.offsetWh = headWh;
  const { exportWh } = reading;
  if (exportWh !== undefined && headExportWh !== null && exportWh + offsets.offsetExportWh < headExportWh)
    offsets.offsetExportWh = headExportWh;
}

/** A new device brings both of its registers, and nobody guesses with what the second one began. */
function swapOther(
  { headWh, headExportWh }: LiveMeter,
  { energyWh, exportWh }: Reading,
  isExport: boolean,
  { other }: Extract<Settlement, { as: 'swap' }>,
  offsets: Offsets,
): PostingResult | null {
  const key = isExport ? 'offsetWh' : 'offsetExportWh';
  const standsWh = isExport ? headWh : headExportWh;
  const shownWh = isExport ? energyWh : exportWh;
  if (standsWh === null || shownWh === undefined) return null;
  if (other) {
    const offset = newOffset({ as: 'swap', ...other }, standsWh, offsets[key], shownWh);
    if (!offset.ok) return refuse(OTHER_FIELDS[offset.field] ?? offset.field, offset.value, offset.reason);
    offsets[key] = offset.offsetWh;
    return null;
  }
  // What was used may have been settled before, by a reading that did not say what flows back.
  if (isExport || shownWh + offsets[key] === standsWh) return null;
  const reason = 'must be given: what flowed back on the new device at its first moment';
  return refuse('otherOpeningWh', 'nothing', reason);
}

const OTHER_FIELDS: Partial<Record<string, string>> = {
  openingWh: 'otherOpeningWh',
  closingWh: 'otherClosingWh',
  energyWh: 'otherOpeningWh',
};

function faultOf(
  { fromWh, toWh, fromExportWh = 0, toExportWh = fromExportWh }: Segment,
  { energyWh, exportWh = 0 }: Reading,
): PostingResult | null {
  if (toWh < fromWh) return refuse('energyWh', energyWh, `is below the last reading, ${fromWh} Wh`);
  if (toExportWh < fromExportWh)
    return refuse('exportWh', exportWh, `is below the last reading, ${fromExportWh} Wh`);
  return null;
}

function segmentTo(meter: LiveMeter, reading: Reading): Segment {
  const { atMs, energyWh, exportWh } = reading;
  const toWh = energyWh + meter.offsetWh;
  const toExportWh = exportWh === undefined ? undefined : exportWh + meter.offsetExportWh;
  const isLate = meter.headMs !== null && atMs <= meter.headMs;
  const from = isLate ? null : meter;
  const segment: Segment = { fromMs: from?.headMs ?? atMs, fromWh: from?.headWh ?? toWh, toMs: atMs, toWh };
  if (isLate) segment.isLate = true;
  const thousandths = powerFactorThousandthsOf(reading);
  if (thousandths !== undefined) segment.powerFactorThousandths = thousandths;
  if (toExportWh === undefined) return segment;
  return { ...segment, fromExportWh: from?.headExportWh ?? toExportWh, toExportWh };
}
