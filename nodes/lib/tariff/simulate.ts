import type { Segment } from '../meter/reading';
import { segmentsOf, type CurvePoint } from '../meter/register-curve';
import { addMicros, ZERO_MICROS, type Micros } from '../money/micros';
import { accrue } from './accrual';
import type { Priced } from './bill-in-parts';
import type { ChargeLine } from './charge';
import { closingAt, silenceUntil } from './end-of-stay';
import { mergedLines } from './merge-lines';
import { pieceAt, type MeterPlan } from './meter-plan';
import type { MeterState } from './meter-state';
import { enterAt, settlementAt } from './period-end';
import { price } from './price-curve';
import { registerAt } from './register-at';

/** What the same use costs by two plans. */
export interface TariffComparison {
  oldMicros: Micros;
  newMicros: Micros;
  oldLines: ChargeLine[];
  newLines: ChargeLine[];
}

/** A meter's stay at an account as it is known: readings that rise, and what pricing remembers at the first of them. */
export interface PastStay {
  points: readonly CurvePoint[];
  state: MeterState;
  plan: MeterPlan;
  /** Its first reading. All that it pays was paid since, also for a day that had begun before. */
  openedMs: number;
  /** When the stay ended; null while the meter is in use. */
  closedMs: number | null;
}

/** The time in which two plans are compared; days that have not begun by `nowMs` are charged by neither. */
export interface TrialPeriod {
  fromMs: number;
  toMs: number;
  nowMs: number;
}

/** What a stay has in a period. */
interface Counted {
  segments: readonly Segment[];
  /** The last moment at which a day that begins then is charged. */
  lastDayMs: number;
  /** What ends the stay within the period, or the period with all that was used in it; null when neither is so. */
  end: { isOfStay: boolean; atMs: number } | null;
}

/**
 * Prices the past of a stay from `fromMs` to `toMs` again, by the plan it had and as if another one had been in force
 * from `fromMs` on. What is before `fromMs` is not in the sums. A billing period that ends at `toMs` is settled, as is
 * the last one of a stay that ends by then. undefined when the stay has no part in that time.
 */
export function compareTariffs(
  stay: PastStay,
  newPlan: MeterPlan,
  period: TrialPeriod,
): TariffComparison | undefined {
  const { plan: oldPlan, points, openedMs, closedMs } = stay;
  const { fromMs, toMs } = period;
  const [first] = points;
  if (!first || openedMs >= toMs) return undefined;
  if (closedMs !== null && closedMs <= fromMs) return undefined;
  const cut = cutAt(cutAt(wholeRegister(stay, first), fromMs), toMs);
  let { state } = stay;
  for (const segment of cut) if (segment.toMs <= fromMs) state = price(oldPlan, state, segment).state;
  if (openedMs < fromMs) state = accrue(oldPlan, state, fromMs - 1).state;
  const counted = countedIn(cut, closedMs, period);
  const [begin] = counted.segments;
  // What the period before comes to when it is settled belongs to that period.
  if (begin) state = enterAt(oldPlan, state, begin.fromMs, begin.fromWh).state;
  const old = replay(oldPlan, state, counted);
  const changed = replay(changedPlan(oldPlan, newPlan, fromMs), state, counted);
  return {
    oldMicros: sumOf(old),
    newMicros: sumOf(changed),
    oldLines: mergedLines(old),
    newLines: mergedLines(changed),
  };
}

/** All segments, and the silence between the last reading and the end of a stay. */
function wholeRegister({ points, state, closedMs }: PastStay, first: CurvePoint): Segment[] {
  // The first reading may not say what had flown back by then; pricing remembers it.
  const known = { ...first, exportWh: first.exportWh ?? state.exportWh };
  const segments: Segment[] = [...segmentsOf([known, ...points.slice(1)])];
  const last = points.at(-1) ?? first;
  const silence =
    closedMs === null ? undefined : silenceUntil({ headMs: last.atMs, headWh: last.energyWh }, closedMs);
  if (silence) segments.push(silence);
  return segments;
}

function countedIn(
  cut: readonly Segment[],
  closedMs: number | null,
  { fromMs, toMs, nowMs }: TrialPeriod,
): Counted {
  const segments = cut.filter((segment) => segment.fromMs >= fromMs && segment.toMs <= toMs);
  const endMs = Math.min(toMs, closedMs ?? Infinity);
  const isAtEnd = segments.at(-1)?.toMs === endMs;
  return {
    segments,
    lastDayMs: Math.min(endMs - 1, nowMs),
    end: isAtEnd ? { isOfStay: closedMs === endMs, atMs: endMs } : null,
  };
}

function replay(plan: MeterPlan, before: MeterState, { segments, lastDayMs, end }: Counted): Priced[] {
  const answers: Priced[] = [];
  let state = before;
  for (const segment of segments) {
    const answer = price(plan, state, segment);
    state = answer.state;
    answers.push(answer);
  }
  const standing = accrue(plan, state, lastDayMs);
  answers.push(standing);
  if (end)
    answers.push(
      end.isOfStay ? closingAt(plan, standing.state, end.atMs) : settlementAt(plan, standing.state, end.atMs),
    );
  return answers;
}

function changedPlan(oldPlan: MeterPlan, newPlan: MeterPlan, fromMs: number): MeterPlan {
  return [
    ...oldPlan.filter((piece) => piece.fromMs < fromMs),
    { ...pieceAt(newPlan, fromMs), fromMs },
    ...newPlan.filter((piece) => piece.fromMs > fromMs),
  ];
}

function cutAt(segments: readonly Segment[], atMs: number): Segment[] {
  return segments.flatMap((segment) => {
    if (atMs <= segment.fromMs || atMs >= segment.toMs) return [segment];
    const atWh = registerAt(segment, atMs);
    const { fromMs, fromExportWh, toMs, toExportWh } = segment;
    const before = { ...segment, toMs: atMs, toWh: atWh };
    const after = { ...segment, fromMs: atMs, fromWh: atWh };
    if (fromExportWh === undefined || toExportWh === undefined) return [before, after];
    const exportWh = registerAt({ fromMs, fromWh: fromExportWh, toMs, toWh: toExportWh }, atMs);
    return [
      { ...before, toExportWh: exportWh },
      { ...after, fromExportWh: exportWh },
    ];
  });
}

function sumOf(answers: readonly Priced[]): Micros {
  return answers.reduce<Micros>((sum, { amountMicros }) => addMicros(sum, amountMicros), ZERO_MICROS);
}
