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

  constructor(
    db: Database.Database,
    private readonly curve: MeterCurve,
    private readonly tariffs: TariffBook,
  ) {
    this.selectFold = db.prepare<[number], FoldRow>('SELECT at_ms, fold FROM meter_fold WHERE meter_key = ?');
  }

  /** What pricing remembers at a meter's head; null before its first reading. */
  atHead(head: Head, plan: MeterPlan): MeterState | null {
    if (head.headMs === null) return null;
    const row = this.selectFold.get(head.meterKey);
    if (!row) throw new Error(`meter ${head.meterKey} has a head and nothing to price it from`);
    let state = this.read(row.fold);
    if (row.at_ms === head.headMs) return state;
    for (const segment of segmentsOf(this.curve.since(head, row.at_ms)))
      ({ state } = price(plan, state, segment));
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
