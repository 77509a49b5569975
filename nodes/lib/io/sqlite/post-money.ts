import type Database from 'better-sqlite3';
import type { ChargePosting, PostingResult, TopUpPosting } from '../../ledger/posting';
import type { MeterHead } from '../../meter/reading';
import { cashAccount, SALES_ENERGY } from '../../ledger/book-names';
import { refuse, refuseChain } from '../../ledger/refusals';
import type { Books } from './books';
import { readingLine, type Batch } from './commit-batch';
import type { DecisionPoster } from './post-decision';

/** The keys of the table transfer_kind. */
const KIND_CHARGE = 1;
const KIND_TOP_UP = 2;

interface AdvancedMeter {
  meter_key: number;
  account_key: number;
}

/** Writes priced readings and received money. */
export class MoneyPoster {
  private readonly advanceHead;
  private readonly selectHead;
  private readonly insertReading;
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly books: Books,
    private readonly decisions: DecisionPoster,
  ) {
    // The comparison with the stored head is the chain: it makes two processes on one ledger safe.
    this.advanceHead = db.prepare<
      [number, number, number | null, string, number | null, number | null],
      AdvancedMeter
    >(
      `UPDATE meter SET head_ms = ?, head_wh = ?, power_w = ?
       WHERE meter_id = ? AND head_ms IS ? AND head_wh IS ? RETURNING meter_key, account_key`,
    );
    this.selectHead = db.prepare<[string], { head_ms: number | null; head_wh: number | null }>(
      'SELECT head_ms, head_wh FROM meter WHERE meter_id = ?',
    );
    this.insertReading = db.prepare(
      'INSERT INTO reading (at_ms, meter_key, energy_wh, from_ms, batch) VALUES (?, ?, ?, ?, ?)',
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  charge(batch: Batch, posting: ChargePosting): PostingResult {
    const { segment, charge, reading } = posting;
    const tariffKey = this.tariffKey(posting);
    if (tariffKey === null) {
      const value = `${charge.tariffId} ${charge.version}`;
      return refuse(
        'charge.version',
        value,
        'this tariff version had another price before: give the new price a new version',
      );
    }
    const isOpening = segment.fromMs === segment.toMs;
    const meter = this.advanceHead.get(
      segment.toMs,
      segment.toWh,
      reading.powerW ?? averagePowerW(posting),
      reading.meterId,
      isOpening ? null : segment.fromMs,
      isOpening ? null : segment.fromWh,
    );
    if (!meter) return this.explainRefusal(reading.meterId);
    this.insertReading.run(segment.toMs, meter.meter_key, segment.toWh, segment.fromMs, batch.number);
    batch.lines.push(readingLine(meter.meter_key, segment.toMs, segment.toWh, segment.fromMs));
    if (charge.amountMicros > 0) {
      this.books.move(batch, 'debit', {
        id: null,
        debit: meter.account_key,
        credit: this.books.bookKey(SALES_ENERGY),
        amountMicros: charge.amountMicros,
        kind: KIND_CHARGE,
        ref: null,
        meterKey: meter.meter_key,
        readingMs: segment.toMs,
        tariffKey,
      });
    }
    return this.decisions.post(
      batch,
      this.books.accountByKey(meter.account_key),
      segment.toMs,
      posting.decide,
      null,
    );
  }

  topUp(batch: Batch, posting: TopUpPosting): PostingResult {
    const account = this.books.accountById(posting.accountId);
    if (!account) return refuse('accountId', posting.accountId, 'there is no such account');
    const id = `top-up:${posting.reference}`;
    const debit = this.books.bookKey(cashAccount(posting.channel));
    const earlier = this.books.transferById(id);
    if (earlier) {
      const same =
        earlier.debit === debit &&
        earlier.credit === account.account_key &&
        earlier.amount_micros === posting.amountMicros;
      if (!same) return refuse('reference', posting.reference, 'was used before for another payment');
      return this.decisions.recall(account);
    }
    this.books.move(batch, 'credit', {
      id,
      debit,
      credit: account.account_key,
      amountMicros: posting.amountMicros,
      kind: KIND_TOP_UP,
      ref: posting.reference,
      meterKey: null,
      readingMs: null,
      tariffKey: null,
    });
    this.insertAudit.run(
      batch.nowMs,
      posting.by,
      'top-up',
      posting.accountId,
      `${posting.amountMicros} by ${posting.channel}`,
    );
    const after = this.books.accountByKey(account.account_key);
    return this.decisions.post(batch, after, null, posting.decide, posting.amountMicros);
  }

  private tariffKey({ charge }: ChargePosting): number | null {
    const rateMicrosPerKwh = charge.lines[0]?.rateMicrosPerKwh ?? 0;
    return this.books.tariffKey({ tariffId: charge.tariffId, version: charge.version, rateMicrosPerKwh });
  }

  private explainRefusal(meterId: string): PostingResult {
    const stored = this.selectHead.get(meterId);
    if (!stored) return refuse('meterId', meterId, 'unknown meter');
    const { head_ms: atMs, head_wh: energyWh } = stored;
    const head: MeterHead | null = atMs === null || energyWh === null ? null : { atMs, energyWh };
    return refuseChain(head);
  }
}

const MS_PER_HOUR = 3_600_000;

/** What the register says about power when the meter itself does not: null for a meter's first reading. */
function averagePowerW({ segment }: ChargePosting): number | null {
  const durationMs = segment.toMs - segment.fromMs;
  return durationMs > 0 ? ((segment.toWh - segment.fromWh) * MS_PER_HOUR) / durationMs : null;
}
