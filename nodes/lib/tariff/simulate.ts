import type { Segment } from '../meter/reading';
import { segmentsOf, type CurvePoint } from '../meter/register-curve';
import { addMicros, ZERO_MICROS, type Micros } from '../money/micros';
import { accrue } from './accrual';
import type { Priced } from './bill-in-parts';
import type { ChargeLine } from './charge';
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

/**
 * Prices a meter's past from `fromMs` to `toMs` again, by the plan it had and as if another one had been in force from
 * `fromMs` on. The state is that at the first of the readings, which rise; what is before `fromMs` is not in the sums,
 * and a billing period that ends at `toMs` is settled.
 */
export function compareTariffs(
  readings: readonly CurvePoint[],
  startState: MeterState,
  oldPlan: MeterPlan,
  newPlan: MeterPlan,
  fromMs: number,
  toMs: number,
): TariffComparison {
  const cut = cutAt(cutAt([...segmentsOf(readings)], fromMs), toMs);
  const counted = cut.filter((segment) => segment.fromMs >= fromMs && segment.toMs <= toMs);
  let state = startState;
  for (const segment of cut) if (segment.toMs <= fromMs) state = price(oldPlan, state, segment).state;
  state = accrue(oldPlan, state, fromMs - 1).state;
  const [first] = counted;
  // What the period before comes to when it is settled belongs to that period.
  if (first) state = enterAt(oldPlan, state, first.fromMs, first.fromWh).state;
  const old = replay(oldPlan, state, counted, toMs);
  const changed = replay(changedPlan(oldPlan, newPlan, fromMs), state, counted, toMs);
  return {
    oldMicros: sumOf(old),
    newMicros: sumOf(changed),
    oldLines: mergedLines(old),
    newLines: mergedLines(changed),
  };
}

function replay(plan: MeterPlan, before: MeterState, segments: readonly Segment[], toMs: number): Priced[] {
  const answers: Priced[] = [];
  let state = before;
  for (const segment of segments) {
    const answer = price(plan, state, segment);
    state = answer.state;
    answers.push(answer);
  }
  const standing = accrue(plan, state, toMs - 1);
  answers.push(standing);
  const isAtEnd = segments.at(-1)?.toMs === toMs;
  if (isAtEnd) answers.push(settlementAt(plan, standing.state, toMs));
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
