import type Database from 'better-sqlite3';
import { segmentsOf } from '../../meter/register-curve';
import type { MeterPlan } from '../../tariff/meter-plan';
import { shareNothing, type MeterState } from '../../tariff/meter-state';
import { price } from '../../tariff/price-curve';
import type { MeterCurve } from './meter-curve';
import type { TariffBook } from './tariff-book';

interface FoldRow {
  at_ms: number;
  fold: string;
}

interface Head {
  meterKey: number;
  headMs: number | null;
}

/**
 * What pricing remembers of each meter. It follows from the readings, so it is written down only now and then; what
 * came after is priced again when it is read.
 */
export class MeterFolds {
  private readonly selectFold;
  private readonly selectCheckpoint;

  constructor(
    db: Database.Database,
    private readonly curve: MeterCurve,
    private readonly tariffs: TariffBook,
  ) {
    this.selectFold = db.prepare<[number], FoldRow>('SELECT at_ms, fold FROM meter_fold WHERE meter_key = ?');
    this.selectCheckpoint = db.prepare<[number, number], FoldRow>(
      'SELECT at_ms, fold FROM checkpoint WHERE meter_key = ? AND at_ms <= ? ORDER BY at_ms DESC LIMIT 1',
    );
  }

  /** What pricing remembers at a meter's head; null before its first reading. */
  atHead(head: Head, plan: MeterPlan): MeterState | null {
    if (head.headMs === null) return null;
    const row = this.selectFold.get(head.meterKey);
    if (!row) throw new Error(`meter ${head.meterKey} has a head and nothing to price it from`);
    return this.replay(head, plan, row, head.headMs);
  }

  /** What pricing remembered at one of a meter's readings. */
  atReading(head: Head, plan: MeterPlan, atMs: number): MeterState {
    const row = this.selectCheckpoint.get(head.meterKey, atMs);
    if (!row) throw new Error(`meter ${head.meterKey} has a reading and nothing to price it from`);
    return this.replay(head, plan, row, atMs);
  }

  private replay(head: Head, plan: MeterPlan, { at_ms: fromMs, fold }: FoldRow, untilMs: number): MeterState {
    let state = this.read(fold);
    if (fromMs === untilMs) return state;
    for (const segment of segmentsOf(this.curve.since(head, fromMs))) {
      if (segment.toMs > untilMs) break;
      ({ state } = price(plan, state, segment));
    }
    return state;
  }

  read(text: string): MeterState {
    return readFold(text, this.tariffs);
  }
}

export function readFold(text: string, tariffs: TariffBook): MeterState {
  const state = JSON.parse(text) as Omit<MeterState, 'components'>;
  return shareNothing({ ...state, components: tariffs.version(state.tariffId, state.version).components });
}

/** The components are those of the tariff it names, so they need not be written with every meter. */
export function writeFold(state: MeterState): string {
  return JSON.stringify({ ...state, components: undefined });
}
