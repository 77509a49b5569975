import type { CompiledTariff } from './compile-tariff';

/** What pricing remembers of a meter between two segments: a few numbers that can be stored as JSON. */
export interface MeterState {
  /** When the meter's first segment began. */
  startMs: number;
  /** The billing period that the register has reached, and the register when it began. */
  periodFromMs: number;
  periodToMs: number;
  periodStartWh: number;
  /** The first day that has not paid its standing charges yet. */
  nextDay: number;
  /** Per component: what is too small to charge yet. Kept for ever, so that nothing drifts. */
  rests: number[];
}

/** The state at a meter's first reading. `periodStartWh` is less than the register when the period began before it. */
export function newMeterState(
  { days, periods, tariff }: CompiledTariff,
  atMs: number,
  registerWh: number,
  periodStartWh = registerWh,
): MeterState {
  const { fromMs, toMs } = periods.at(atMs);
  return {
    startMs: atMs,
    periodFromMs: fromMs,
    periodToMs: toMs,
    periodStartWh,
    nextDay: days.dayAt(atMs).dayNumber,
    rests: tariff.components.map(() => 0),
  };
}
