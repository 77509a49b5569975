import type Database from 'better-sqlite3';
import type { MeterPricing } from '../../ledger/store';
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
  ) {
    this.selectMeter = db.prepare<[string], PricingRow>(
      'SELECT meter_key, head_ms, head_wh FROM meter LEFT JOIN head USING (meter_key) WHERE meter_id = ? AND closed_ms IS NULL',
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
}
