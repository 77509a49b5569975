import type Database from 'better-sqlite3';
import type { CurvePoint } from '../../meter/register-curve';
import { pieceAt, type MeterPlan } from '../../tariff/meter-plan';
import type { MeterState } from '../../tariff/meter-state';
import type { MeterCurve } from './meter-curve';
import { EarlierStays, openingState, type Stay } from './meter-stay';

interface MarkRow {
  at_ms: number;
  fold: string;
}

interface ReadStay extends Stay {
  headMs: number | null;
}

/** What pricing remembered at one of a meter's readings. */
interface Mark {
  atMs: number;
  state: MeterState;
  /** The stay's first reading, where all begins anew. */
  firstMs: number;
}

/** Where the past of a meter can be priced from. */
export class MeterMarks {
  private readonly selectCheckpoint;
  private readonly selectFirst;
  private readonly selectFirstLate;
  private readonly earlierStays;

  constructor(
    db: Database.Database,
    private readonly curve: MeterCurve,
    private readonly readFold: (text: string) => MeterState,
  ) {
    this.selectCheckpoint = db.prepare<[number, number], MarkRow>(
      'SELECT at_ms, fold FROM checkpoint WHERE meter_key = ? AND at_ms <= ? ORDER BY at_ms DESC LIMIT 1',
    );
    this.selectFirst = db
      .prepare<[number], number | null>('SELECT min(at_ms) FROM checkpoint WHERE meter_key = ?')
      .pluck();
    this.selectFirstLate = db
      .prepare<[number], number | null>('SELECT min(at_ms) FROM reading WHERE meter_key = ? AND is_late = 1')
      .pluck();
    this.earlierStays = new EarlierStays(db);
  }

  /** What pricing remembers at a meter's first reading. */
  openingOf(
    stay: Stay,
    plan: MeterPlan,
    first: Pick<CurvePoint, 'atMs' | 'energyWh' | 'exportWh'>,
  ): MeterState {
    return openingState(plan, first, this.earlierStays.daysFrom(stay, plan, first.atMs));
  }

  /**
   * The latest mark of which nothing can have changed: neither a reading nor a day charged by then is later than
   * `sinceMs`. At a meter's first reading all begins anew, since its billing period may be another one now.
   */
  before(stay: ReadStay, plan: MeterPlan, sinceMs: number): Mark {
    const { meterKey, meterId } = stay;
    const firstMs = this.selectFirst.get(meterKey);
    if (firstMs === undefined || firstMs === null)
      throw new Error(`meter ${meterId} has a head and no mark at its first reading`);
    if (sinceMs < firstMs) {
      const opening = this.openEarlier(stay, plan, firstMs);
      if (opening) return opening;
    }
    let row = this.selectCheckpoint.get(meterKey, sinceMs);
    while (row && row.at_ms > firstMs) {
      const state = this.readFold(row.fold);
      const { days } = pieceAt(plan, sinceMs - 1).tariff;
      if (days.day(state.nextDay - 1).fromMs < sinceMs) return { atMs: row.at_ms, state, firstMs };
      row = this.selectCheckpoint.get(meterKey, row.at_ms - 1);
    }
    const [first] = this.curve.since({ meterKey, headMs: firstMs }, firstMs);
    if (!first) throw new Error(`meter ${meterId} has a mark and no first reading`);
    const kept = this.selectCheckpoint.get(meterKey, firstMs);
    const daysFromMs = kept ? this.readFold(kept.fold).startMs : first.atMs;
    return { atMs: first.atMs, state: openingState(plan, first, daysFromMs), firstMs: first.atMs };
  }

  /** The mark of a reading that a person put before the first one; undefined when there is none. */
  private openEarlier(stay: ReadStay, plan: MeterPlan, firstMs: number): Mark | undefined {
    const lateMs = this.selectFirstLate.get(stay.meterKey) ?? null;
    if (lateMs === null || lateMs >= firstMs) return undefined;
    const first = this.curve.first(stay);
    if (!first) return undefined;
    const { atMs } = first;
    return { atMs, state: this.openingOf(stay, plan, first), firstMs: atMs };
  }
}
