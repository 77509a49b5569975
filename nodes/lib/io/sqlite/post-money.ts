import type Database from 'better-sqlite3';
import type { ChargePosting, PostingResult, TopUpPosting } from '../../ledger/posting';
import type { MeterHead, Segment } from '../../meter/reading';
import { cashAccount, SALES_ENERGY } from '../../ledger/book-names';
import { refuse, refuseChain } from '../../ledger/refusals';
import type { Books } from './books';
import type { LiveAccounts, LiveMeter } from './live-accounts';
import { readingLine, type Batch } from './commit-batch';
import type { DecisionPoster } from './post-decision';

/** The keys of the table transfer_kind. */
const KIND_CHARGE = 1;
const KIND_TOP_UP = 2;

/** Writes priced readings and received money. */
export class MoneyPoster {
  private readonly insertReading;
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly books: Books,
    private readonly decisions: DecisionPoster,
  ) {
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
    const meter = this.live.meter(reading.meterId);
    if (!meter) return refuse('meterId', reading.meterId, 'unknown meter');
    if (!continues(meter, segment)) return refuseChain(headOf(meter));
    const { meterKey, account } = meter;
    this.live.advance(meter, segment.toMs, segment.toWh, reading.powerW ?? averagePowerW(segment));
    this.insertReading.run(segment.toMs, meterKey, segment.toWh, segment.fromMs, batch.number);
    batch.lines.push(readingLine(meterKey, segment.toMs, segment.toWh, segment.fromMs));
    if (charge.amountMicros > 0) {
      this.books.move(batch, account, {
        id: null,
        debit: account.accountKey,
        credit: this.books.bookKey(SALES_ENERGY),
        amountMicros: charge.amountMicros,
        kind: KIND_CHARGE,
        ref: null,
        meterKey,
        readingMs: segment.toMs,
        tariffKey,
      });
    }
    return this.decisions.post(batch, account, segment.toMs, posting.decide, null);
  }

  topUp(batch: Batch, posting: TopUpPosting): PostingResult {
    const account = this.live.account(posting.accountId);
    if (!account) return refuse('accountId', posting.accountId, 'there is no such account');
    const id = `top-up:${encodeURIComponent(posting.channel)}:${posting.reference}`;
    const channel = cashAccount(posting.channel);
    const earlier = this.books.transferById(id);
    if (earlier) {
      const same =
        earlier.debit === this.books.findBook(channel) &&
        earlier.credit === account.accountKey &&
        earlier.amount_micros === posting.amountMicros;
      if (!same) return refuse('reference', posting.reference, 'was used before for another payment');
      return this.decisions.recall(account);
    }
    this.books.move(batch, account, {
      id,
      debit: this.books.bookKey(channel),
      credit: account.accountKey,
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
    return this.decisions.post(batch, account, null, posting.decide, posting.amountMicros);
  }

  private tariffKey({ charge }: ChargePosting): number | null {
    const rateMicrosPerKwh = charge.lines[0]?.rateMicrosPerKwh ?? 0;
    return this.books.tariffKey({ tariffId: charge.tariffId, version: charge.version, rateMicrosPerKwh });
  }
}

/**
 * The chain: a segment is taken only if it starts exactly where the stored head ends, or opens a meter that has none.
 * It makes two processes on one ledger safe.
 */
function continues({ headMs, headWh }: LiveMeter, { fromMs, fromWh, toMs, toWh }: Segment): boolean {
  if (headMs === null) return fromMs === toMs && fromWh === toWh;
  return headMs === fromMs && headWh === fromWh && toMs > fromMs;
}

function headOf({ headMs, headWh }: LiveMeter): MeterHead | null {
  return headMs === null || headWh === null ? null : { atMs: headMs, energyWh: headWh };
}

const MS_PER_HOUR = 3_600_000;

/** What the register says about power when the meter itself does not: null for a meter's first reading. */
function averagePowerW({ fromMs, fromWh, toMs, toWh }: Segment): number | null {
  return toMs > fromMs ? ((toWh - fromWh) * MS_PER_HOUR) / (toMs - fromMs) : null;
}
