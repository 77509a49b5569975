import type Database from 'better-sqlite3';
import { errorText } from '../../text/to-error';
import { compileTariff, type CompiledTariff } from '../../tariff/compile-tariff';
import { checkPeriods, type MeterPlan, type PlanPiece } from '../../tariff/meter-plan';
import type { FeedPrice } from '../../tariff/meter-terms';
import type { Tariff } from '../../tariff/tariff';

/** A version as it stands in the book. The first version of a tariff holds for all time before the second. */
export interface KnownVersion {
  tariffKey: number;
  inForceMs: number;
  body: string;
  tariff: CompiledTariff;
}

export interface TermsRow {
  from_ms: number;
  tariff_id: string | null;
  sanctioned_load_w: number;
  is_lifeline: number;
}

interface VersionRow {
  tariff_key: number;
  in_force_ms: number;
  body: string;
}

/** Approved tariffs, their price feeds, and which of them holds when for a meter. */
export class TariffBook {
  private readonly selectVersions;
  private readonly selectFeed;
  private readonly selectTerms;
  /** By their bodies, which never change, so what was compiled is kept whatever is forgotten. */
  private readonly compiled = new Map<string, CompiledTariff>();
  private readonly keys = new Map<CompiledTariff, number>();
  private readonly versions = new Map<string, KnownVersion[]>();
  private readonly feeds = new Map<string, FeedPrice[]>();
  /** Meters with the same tariffs and terms share a plan. */
  private readonly plans = new Map<string, MeterPlan>();

  constructor(db: Database.Database) {
    this.selectVersions = db.prepare<[string], VersionRow>(
      'SELECT tariff_key, in_force_ms, body FROM tariff_version WHERE tariff_id = ? ORDER BY in_force_ms, version',
    );
    this.selectFeed = db.prepare<[string], FeedPrice>(
      `SELECT from_ms AS fromMs, micros_per_kwh AS microsPerKwh FROM feed_price WHERE tariff_id = ? ORDER BY from_ms`,
    );
    this.selectTerms = db.prepare<[number], TermsRow>(
      `SELECT from_ms, tariff_id, sanctioned_load_w, is_lifeline FROM meter_terms WHERE meter_key = ? ORDER BY from_ms`,
    );
  }

  /** The approved versions of a tariff in the order in which they come into force. */
  versionsOf(tariffId: string): readonly KnownVersion[] {
    const known = this.versions.get(tariffId);
    if (known) return known;
    const found = this.selectVersions.all(tariffId).map(({ tariff_key, in_force_ms, body }) => ({
      tariffKey: tariff_key,
      inForceMs: in_force_ms,
      body,
      tariff: this.compile(tariff_key, body),
    }));
    this.versions.set(tariffId, found);
    return found;
  }

  version(tariffId: string, version: number): CompiledTariff {
    const find = () => this.versionsOf(tariffId).find(({ tariff }) => tariff.tariff.version === version);
    let known = find();
    if (!known) {
      // Another process may have approved it since.
      this.forget();
      known = find();
    }
    if (!known) throw new Error(`the ledger has no version ${version} of tariff ${tariffId}`);
    return known.tariff;
  }

  keyOf(tariff: CompiledTariff): number {
    const key = this.keys.get(tariff);
    if (key === undefined) throw new Error(`tariff ${tariff.tariff.tariffId} is not in the book`);
    return key;
  }

  feedOf(tariffId: string): readonly FeedPrice[] {
    const known = this.feeds.get(tariffId);
    if (known) return known;
    const feed = this.selectFeed.all(tariffId);
    this.feeds.set(tariffId, feed);
    return feed;
  }

  /**
   * What holds for a meter, and when. `firstTariffId` is the tariff of a meter that has none yet; null when nobody knows
   * of one, which is no plan.
   */
  planOf(meterKey: number, firstTariffId: string | null): MeterPlan | null {
    const terms = this.selectTerms.all(meterKey);
    if (firstTariffId === null && terms.some(({ tariff_id }) => tariff_id === null)) return null;
    // The first terms hold from the beginning of time, so that it does not matter when a meter came.
    const rows = terms.map((row, index) => ({
      ...row,
      from_ms: index === 0 ? 0 : row.from_ms,
      tariff_id: row.tariff_id ?? firstTariffId ?? '',
    }));
    const key = JSON.stringify(rows);
    const known = this.plans.get(key);
    if (known) return known;
    const plan = rows.flatMap((row, index) => this.piecesOf(row, index === 0, rows[index + 1]?.from_ms));
    this.plans.set(key, plan);
    return plan;
  }

  /** Why a tariff cannot bill somewhere between two moments; null when it can, and when no version is approved yet. */
  gapOf(tariffId: string, sinceMs: number, untilMs: number): string | null {
    const versions = this.versionsOf(tariffId).filter(isInForce);
    const pieces = versions.map(({ inForceMs, tariff }) => ({ fromMs: inForceMs, tariff }));
    try {
      checkPeriods(pieces, sinceMs, untilMs);
      return null;
    } catch (error) {
      return errorText(error);
    }
  }

  /** Forgets everything that another connection, or a transaction that was rolled back, may have changed. */
  forget(): void {
    this.versions.clear();
    this.feeds.clear();
    this.plans.clear();
    this.keys.clear();
  }

  private piecesOf(row: TermsRow & { tariff_id: string }, isFirst: boolean, untilMs = Infinity): PlanPiece[] {
    const { tariff_id: tariffId, sanctioned_load_w: sanctionedLoadW, is_lifeline } = row;
    const versions = this.versionsOf(tariffId).filter(isInForce);
    if (versions.length === 0)
      throw new RangeError(`tariff "${tariffId}" has no approved version: approve one in its tariff-calc`);
    const terms = { sanctionedLoadW, isLifeline: is_lifeline === 1, feed: this.feedOf(tariffId) };
    const startMs = isFirst ? 0 : row.from_ms;
    return versions.flatMap(({ inForceMs, tariff }, index) => {
      const fromMs = Math.max(startMs, index === 0 ? 0 : inForceMs);
      const toMs = Math.min(untilMs, versions[index + 1]?.inForceMs ?? Infinity);
      return fromMs < toMs ? [{ fromMs, tariff, terms }] : [];
    });
  }

  private compile(tariffKey: number, body: string): CompiledTariff {
    const tariff = this.compiled.get(body) ?? compileTariff(JSON.parse(body) as Tariff);
    this.compiled.set(body, tariff);
    this.keys.set(tariff, tariffKey);
    return tariff;
  }
}

/** Of those that come into force at the same moment the last one counts: a mistake is put right by a higher version. */
function isInForce({ inForceMs }: KnownVersion, index: number, versions: readonly KnownVersion[]): boolean {
  return versions[index + 1]?.inForceMs !== inForceMs;
}
