import type { MeterClass } from './meter-class';
import { figure, verdict, type CheckVerdict } from './verdict';

export interface JumpLimits {
  /** What the customer may draw by contract. */
  sanctionedLoadW: number;
  /** What a breaker of that size lets pass for an hour: 1.45 times its current, IEC 60898-1 table 7. */
  overload: number;
  /** How far the times of two readings may be wrong against each other. */
  clockErrorMs: number;
  /** The register's own step, such as 10 Wh of a display with two decimals. */
  stepWh: number;
}

const WH_PER_KWH = 1_000;
/** The coarsest register in use, but for those of whole kWh, shows tenths. */
const DEFAULT_STEP_WH = 100;
const OVERLOAD = 1.45;
const CLOCK_ERROR_MS = 30_000;
/** More than any single customer of a class without a usual power. */
const FALLBACK_LOAD_W = 1_000_000;

/** A customer whose load is not agreed (0) may draw what the class of meter carries. */
export function jumpLimits(sanctionedLoadW: number, meterClass: MeterClass): JumpLimits {
  const classLoadW = meterClass.ranges.powerW?.usual[1] ?? FALLBACK_LOAD_W;
  return {
    sanctionedLoadW: sanctionedLoadW > 0 ? sanctionedLoadW : classLoadW,
    overload: OVERLOAD,
    clockErrorMs: CLOCK_ERROR_MS,
    stepWh: DEFAULT_STEP_WH,
  };
}

const MS_PER_HOUR = 3_600_000;

/** The most that a meter can have counted within a time. What is more than that is no use of electricity. */
export function possibleWh(durationMs: number, limits: JumpLimits): number {
  const { sanctionedLoadW, overload, clockErrorMs, stepWh } = limits;
  return (sanctionedLoadW * overload * (Math.max(0, durationMs) + clockErrorMs)) / MS_PER_HOUR + stepWh;
}

/** Holds a register that moved further than the connection can carry. Null when it is well, or did not rise. */
export function checkJump(
  field: 'energyWh' | 'exportWh',
  value: number,
  usedWh: number,
  durationMs: number,
  limits: JumpLimits,
): CheckVerdict | null {
  if (usedWh <= possibleWh(durationMs, limits)) return null;
  // A register of whole kWh moves a kWh at a time, however little was used.
  const isWholeKwh = value % WH_PER_KWH === 0 && usedWh % WH_PER_KWH === 0;
  const stepWh = isWholeKwh ? Math.max(WH_PER_KWH, limits.stepWh) : limits.stepWh;
  const mostWh = possibleWh(durationMs, { ...limits, stepWh });
  if (usedWh <= mostWh) return null;
  const minutes = figure(durationMs / 60_000);
  const reason = `${figure(usedWh)} Wh in ${minutes} min, its connection carries ${figure(mostWh)} Wh at most`;
  return verdict('held', 'jump', field, value, reason);
}
