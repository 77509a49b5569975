import type Database from 'better-sqlite3';
import type { ApproveTariffPosting, FeedPricesPosting, PostingResult } from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import { errorText } from '../../text/to-error';
import { checkTariff } from '../../tariff/check-tariff';
import { compileTariff } from '../../tariff/compile-tariff';
import { DAY_MS } from '../../time/calendar-date';
import { checkFeed } from '../../tariff/price-feed';
import type { Tariff } from '../../tariff/tariff';
import { canonicalTariff } from '../../tariff/tariff-version';
import type { Batch } from './commit-batch';
import type { LiveAccounts } from './live-accounts';
import type { Rerating } from './rerating';
import type { KnownVersion, TariffBook } from './tariff-book';

const RECORDED: PostingResult = { outcome: 'recorded' };
/**
 * Shorter than any day, also one on which the clock goes forward. A day that began longer ago than this before the next
 * one may have been charged already, and one meter too many is no harm.
 */
const SHORTEST_DAY_MS = 20 * 3_600_000;

interface Since {
  tariffId: string;
  sinceMs: number;
}

/** Every clock has begun a day so long after UTC has, or before. */
const LATEST_MIDNIGHT_MS = 12 * 3_600_000;

/**
 * Meters that have been charged for a time after a moment, and those first read at that very moment, whose pricing
 * begins with what holds from then on. A stay that has ended was settled by what held at its end. Where no next charge is
 * planned, the days charged are in what pricing remembers; those may begin a little later or earlier by the meter's own
 * clock, and one meter too many is no harm.
 */
export const CHARGED_SINCE = `EXISTS (SELECT 1 FROM head WHERE head.meter_key = meter.meter_key AND (head_ms >= @sinceMs OR closed_ms > @sinceMs
  OR accrual_ms > @sinceMs + ${SHORTEST_DAY_MS}
  OR coalesce(accrual_ms, 0) = 0 AND (SELECT (json_extract(fold, '$.nextDay') - 1) * ${DAY_MS} + ${LATEST_MIDNIGHT_MS}
    FROM meter_fold WHERE meter_fold.meter_key = meter.meter_key) >= @sinceMs))`;
const PRICED_SINCE = `${CHARGED_SINCE}
  AND meter_key IN (SELECT meter_key FROM meter_terms WHERE tariff_id = @tariffId)`;

/** Writes approved tariffs and prices of feeds, and marks the meters whose past they change. */
export class TariffPoster {
  private readonly insertVersion;
  private readonly markMeters;
  private readonly selectPriced;
  private readonly wakeAccruals;
  private readonly upsertPrice;
  private readonly selectEarliest;
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly tariffs: TariffBook,
    private readonly rerating: Rerating,
  ) {
    this.insertVersion = db.prepare(
      `INSERT INTO tariff_version (tariff_id, version, in_force_ms, body, approved_ms, approved_by)
       VALUES (?, ?, ?, ?, ?, ?)`,
    );
    this.markMeters = db.prepare(
      `UPDATE meter SET rerate_ms = min(coalesce(rerate_ms, @sinceMs), @sinceMs) WHERE ${PRICED_SINCE}`,
    );
    this.selectPriced = db
      .prepare<[Since], number>(`SELECT meter_key FROM meter WHERE ${PRICED_SINCE}`)
      .pluck();
    this.wakeAccruals = db.prepare(
      `UPDATE meter SET accrual_ms = 0 WHERE meter_key IN (SELECT meter_key FROM head) AND closed_ms IS NULL
         AND meter_key IN (SELECT meter_key FROM meter_terms WHERE tariff_id = ?)`,
    );
    this.upsertPrice = db.prepare(
      `INSERT INTO feed_price (tariff_id, from_ms, micros_per_kwh) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET micros_per_kwh = excluded.micros_per_kwh`,
    );
    // A meter has its first mark at its first reading.
    this.selectEarliest = db
      .prepare<[string], number | null>(
        `SELECT min(max(from_ms, (SELECT min(at_ms) FROM checkpoint WHERE checkpoint.meter_key = meter_terms.meter_key)))
         FROM meter_terms WHERE tariff_id = ?`,
      )
      .pluck();
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  approve(batch: Batch, { tariff, inForceMs, by }: ApproveTariffPosting): PostingResult {
    const { tariffId, version } = tariff;
    const [problem] = checkTariff(tariff);
    if (problem !== undefined) return refuse('tariff', `${tariffId} ${version}`, problem);
    const body = canonicalTariff(tariff);
    const known = this.tariffs.versionsOf(tariffId);
    const same = known.find((other) => other.tariff.tariff.version === version);
    if (same) {
      if (same.body !== body)
        return refuse('version', version, 'is approved and never changes: give the new tariff a new version');
      if (inForceMs !== null && inForceMs !== same.inForceMs)
        return refuse('inForceMs', inForceMs, `is approved for ${same.inForceMs}: give it a new version`);
      return RECORDED;
    }
    const newest = Math.max(0, ...known.map((other) => other.tariff.tariff.version));
    if (version < newest) return refuse('version', version, `must be above the newest, ${newest}`);
    const startMs = inForceMs ?? batch.nowMs;
    // What comes into force before all others holds for all time before them too, as does what takes the place of that.
    const isFirst = known.every((other) => startMs <= other.inForceMs);
    const lastMs = known.length === 0 ? startMs : lastMomentOf(startMs, known, batch.nowMs);
    const gap = this.gapOf(tariff, startMs, lastMs, isFirst);
    if (gap !== null) return refuse('inForceMs', startMs, `cannot be billed: ${gap}`);
    this.reprice({ tariffId, sinceMs: isFirst ? 0 : startMs }, () => {
      this.insertVersion.run(tariffId, version, startMs, body, batch.nowMs, by);
    });
    this.wakeAccruals.run(tariffId);
    this.insertAudit.run(
      batch.nowMs,
      by,
      'approve tariff',
      `${tariffId} ${version}`,
      `in force from ${startMs}`,
    );
    return RECORDED;
  }

  addPrices(batch: Batch, { tariffId, prices }: FeedPricesPosting): PostingResult {
    try {
      checkFeed(prices);
    } catch (error) {
      return refuse('prices', prices.length, errorText(error));
    }
    if (this.tariffs.versionsOf(tariffId).length === 0)
      return refuse('tariffId', tariffId, 'has no approved version');
    const known = new Map(this.tariffs.feedOf(tariffId).map((price) => [price.fromMs, price.microsPerKwh]));
    const news = prices.filter(({ fromMs, microsPerKwh }) => known.get(fromMs) !== microsPerKwh);
    const [first] = news;
    if (!first) return RECORDED;
    this.reprice({ tariffId, sinceMs: first.fromMs }, () => {
      for (const { fromMs, microsPerKwh } of news) this.upsertPrice.run(tariffId, fromMs, microsPerKwh);
    });
    this.insertAudit.run(batch.nowMs, 'feed', 'prices', tariffId, `${news.length} from ${first.fromMs}`);
    return RECORDED;
  }

  /**
   * Why there is no billing period where this version has to price first, or where it takes the place of another that
   * has priced already; null when there is one. Nothing could be billed from then on, neither readings nor days.
   */
  private gapOf(tariff: Tariff, startMs: number, lastMs: number, isFirst: boolean): string | null {
    const { periods } = compileTariff(tariff);
    const earliestMs = isFirst ? (this.selectEarliest.get(tariff.tariffId) ?? startMs) : startMs;
    try {
      periods.at(startMs);
      periods.at(Math.min(startMs, earliestMs));
      periods.at(lastMs);
      return null;
    } catch (error) {
      return errorText(error);
    }
  }

  /** Whatever this tariff priced since then is priced again after the change, a few meters at a time. */
  private reprice(since: Since, change: () => void): void {
    // Readings of this very batch count too.
    this.live.flush();
    for (const meterKey of this.selectPriced.all(since)) this.rerating.keepWhatWasCharged(meterKey);
    this.live.flush();
    change();
    this.markMeters.run(since);
    this.live.forget();
    this.tariffs.forget();
  }
}

/** The last moment until now at which a version is the one in force, when it comes into force at `startMs`. */
function lastMomentOf(startMs: number, known: readonly KnownVersion[], nowMs: number): number {
  const later = known.filter(({ inForceMs }) => inForceMs > startMs).map(({ inForceMs }) => inForceMs - 1);
  return Math.max(startMs, Math.min(nowMs, ...later));
}
