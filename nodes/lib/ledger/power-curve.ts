import type { MeterHistoryPoint } from './report';

/** Average power over a stretch of the register, from `fromMs` to `toMs`. */
export interface PowerStep {
  fromMs: number;
  toMs: number;
  powerW: number;
}

const MS_PER_HOUR = 3_600_000;

/** The power that a register's points imply: the register is the truth, momentary power is only a glimpse. */
export function powerCurve(points: readonly MeterHistoryPoint[]): PowerStep[] {
  const steps: PowerStep[] = [];
  for (const [index, to] of points.entries()) {
    const from = points[index - 1];
    if (!from || to.atMs <= from.atMs) continue;
    const powerW = Math.round(((to.energyWh - from.energyWh) * MS_PER_HOUR) / (to.atMs - from.atMs));
    steps.push({ fromMs: from.atMs, toMs: to.atMs, powerW });
  }
  return steps;
}
