import type Database from 'better-sqlite3';
import type { CurvePoint } from '../../meter/register-curve';
import { pieceAt, type MeterPlan } from '../../tariff/meter-plan';
import { newMeterState, type MeterState } from '../../tariff/meter-state';

interface EarlierRow {
  is_same_account: number;
  fold: string;
}

/** A meter's stay at an account. */
export interface Stay {
  meterKey: number;
  meterId: string;
  account: { accountKey: number };
}

/**
 * What pricing remembers at a meter's first reading. Its days count from `daysFromMs`, which is that reading unless an
 * earlier stay has paid some of them. Later than the reading, it is when the first day begins that nobody has paid, and
 * with it a month of the meter's own. Earlier, it is in the last day that was paid, and the month was paid then too.
 * They are the days of the clock that holds at the reading, as `daysFrom` has counted them.
 */
export function openingState(
  plan: MeterPlan,
  { atMs, energyWh, exportWh }: Pick<CurvePoint, 'atMs' | 'energyWh' | 'exportWh'>,
  daysFromMs: number,
): MeterState {
  const state = newMeterState(plan, atMs, energyWh, undefined, exportWh ?? undefined);
  if (daysFromMs === atMs) return state;
  const day = pieceAt(plan, atMs).tariff.days.dayAt(daysFromMs).dayNumber;
  const nextDay = Math.max(state.nextDay, daysFromMs > atMs ? day : day + 1);
  return { ...state, startMs: daysFromMs, nextDay };
}

/** The first day that begins no earlier than a stay has ended; the day in which it ends is still its own. */
export function dayAfterStay(plan: MeterPlan, closedMs: number): number {
  return pieceAt(plan, closedMs - 1).tariff.days.dayAt(closedMs - 1).dayNumber + 1;
}

/** Stays that ended before another one begins: of the same device elsewhere, or of another device at the same account. */
export class EarlierStays {
  private readonly selectEarlier;

  constructor(db: Database.Database) {
    this.selectEarlier = db.prepare<[Record<string, string | number>], EarlierRow>(
      `SELECT account_key = @accountKey AS is_same_account, fold FROM meter JOIN meter_fold USING (meter_key)
       WHERE (meter_id = @meterId OR account_key = @accountKey) AND meter_key <> @meterKey AND closed_ms <= @atMs
       ORDER BY closed_ms DESC LIMIT 10`,
    );
  }

  /** Since when the days of a stay count that has its first reading at this moment. */
  daysFrom({ meterKey, meterId, account }: Stay, plan: MeterPlan, atMs: number): number {
    const { tariff, days, periods } = pieceAt(plan, atMs).tariff;
    const firstDay = days.dayAt(atMs).dayNumber;
    let nextDay = firstDay;
    let isMonthPaid = false;
    const { accountKey } = account;
    for (const row of this.selectEarlier.all({ meterKey, meterId, accountKey, atMs })) {
      const earlier = JSON.parse(row.fold) as Omit<MeterState, 'components'>;
      nextDay = Math.max(nextDay, earlier.nextDay);
      const isSameMonth = earlier.nextDay > periods.ofDay(firstDay).fromDay;
      if (row.is_same_account === 1 && earlier.tariffId === tariff.tariffId && isSameMonth)
        isMonthPaid = true;
    }
    if (isMonthPaid) return days.day(nextDay - 1).fromMs;
    return nextDay > firstDay ? days.day(nextDay).fromMs : atMs;
  }
}
