import type { Segment } from '../meter/reading';
import { DAY_MS } from '../time/calendar-date';
import type { MeterState } from './meter-state';
import type { RegisterStretch } from './register-at';
import { MAX_DAYS_AT_ONCE, MAX_REGISTER_WH } from './tariff-limits';

/** Refuses what no register can do, or what pricing has already left behind. */
export function checkSegment(segment: Segment, state: MeterState): void {
  const { fromMs, fromWh, toMs, toWh, powerFactorThousandths } = segment;
  checkWhole('fromMs', fromMs, state.periodFromMs, Number.MAX_SAFE_INTEGER);
  checkWhole('toMs', toMs, fromMs, fromMs + MAX_DAYS_AT_ONCE * DAY_MS);
  checkWhole('fromWh', fromWh, state.periodStartWh, MAX_REGISTER_WH);
  checkWhole('toWh', toWh, fromWh, MAX_REGISTER_WH);
  if (fromMs === toMs && fromWh !== toWh)
    throw new RangeError(`segment.toMs must be after fromMs where the register rises, got ${toMs}`);
  if (powerFactorThousandths !== undefined)
    checkWhole('powerFactorThousandths', powerFactorThousandths, -1000, 1000);
}

/** What was exported, where both ends are known; the state knows the first when a reading between did not tell. */
export function exportStretch(segment: Segment, { exportWh }: MeterState): RegisterStretch | undefined {
  const { fromMs, toMs, fromExportWh, toExportWh } = segment;
  if (toExportWh === undefined) return undefined;
  checkWhole('toExportWh', toExportWh, 0, MAX_REGISTER_WH);
  const fromWh = fromExportWh ?? exportWh ?? toExportWh;
  checkWhole('fromExportWh', fromWh, 0, toExportWh);
  if (fromMs === toMs && fromWh !== toExportWh)
    throw new RangeError(`segment.toMs must be after fromMs where the export rises, got ${toMs}`);
  return { fromMs, fromWh, toMs, toWh: toExportWh };
}

function checkWhole(field: keyof Segment, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max)
    throw new RangeError(`segment.${field} must be a whole number from ${min} to ${max}, got ${value}`);
}
