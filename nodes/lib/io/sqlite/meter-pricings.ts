import type Database from 'better-sqlite3';
import type { MeterPast, MeterPricing } from '../../ledger/store';
import type { MeterCurve } from './meter-curve';
import type { MeterFolds } from './meter-folds';
import type { TariffBook } from './tariff-book';

interface PricingRow {
  meter_key: number;
  head_ms: number | null;
  head_wh: number | null;
}

/** What pricing has to know of a meter, for whoever prices ahead of the ledger. */
export class MeterPricings {
  private readonly selectMeter;

  constructor(
    db: Database.Database,
    private readonly tariffs: TariffBook,
    private readonly folds: MeterFolds,
    private readonly curve: MeterCurve,
  ) {
    this.selectMeter = db.prepare<[string], PricingRow>(
      'SELECT meter_key, head_ms, head_wh FROM meter WHERE meter_id = ? AND closed_ms IS NULL',
    );
  }

  read(meterId: string, firstTariffId: string): MeterPricing | undefined {
    const row = this.selectMeter.get(meterId);
    if (!row) return undefined;
    const plan = this.tariffs.planOf(row.meter_key, firstTariffId);
    if (plan === null) return undefined;
    return {
      headMs: row.head_ms,
      headWh: row.head_wh,
      state: this.folds.atHead({ meterKey: row.meter_key, headMs: row.head_ms }, plan),
      plan,
    };
  }

  past(meterId: string, sinceMs: number, firstTariffId: string): MeterPast | undefined {
    const row = this.selectMeter.get(meterId);
    const plan = row && this.tariffs.planOf(row.meter_key, firstTariffId);
    if (!row || !plan || row.head_ms === null) return undefined;
    const head = { meterKey: row.meter_key, headMs: row.head_ms };
    const points = this.curve.since(head, sinceMs);
    const [first] = points;
    return first && { points, state: this.folds.atReading(head, plan, first.atMs), plan };
  }
}
