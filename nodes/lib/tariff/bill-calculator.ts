import type { Segment } from '../meter/reading';
import { addMicros, ZERO_MICROS, type Micros } from '../money/micros';
import { accrue } from './accrual';
import type { Charge } from './charge';
import type { CompiledTariff } from './compile-tariff';
import { mergedLines } from './merge-lines';
import { planOf, type MeterPlan } from './meter-plan';
import { newMeterState, type MeterState } from './meter-state';
import type { MeterTerms } from './meter-terms';
import { settlementAt } from './period-end';
import { price } from './price-curve';
import { MAX_REGISTER_WH } from './tariff-limits';

/** A stretch of a register to price without knowing its meter. */
export interface BillQuestion extends Segment {
  /** The register when the billing period began; without it the meter starts with the stretch. */
  periodStartWh?: number;
}

export interface Bill extends Charge {
  /** Of the billing period in which the bill begins. */
  periodLabel: string;
}

/**
 * What the stretch costs, with the standing charges of the days that begin in it; a meter that starts with the stretch
 * pays its first day and month too. So the bills of one stretch after another sum to the bill of them all. A billing
 * period that ends in the stretch is settled, unless the stretch holds only a part of what the meter used in it: what
 * the whole period came to is not known then.
 */
export function billFor(compiled: CompiledTariff, terms: MeterTerms, question: BillQuestion): Bill {
  const { periodStartWh, ...segment } = question;
  const { fromMs, fromWh, fromExportWh } = segment;
  if (periodStartWh !== undefined) checkPeriodStart(periodStartWh, fromWh);
  const period = compiled.periods.at(fromMs);
  const isPart = periodStartWh !== undefined && fromMs > period.fromMs;
  const plan = isPart ? settledFrom(period.toMs, compiled, terms) : planOf(compiled, terms);
  const first = newMeterState(plan, fromMs, fromWh, periodStartWh, fromExportWh);
  if (isPart) {
    first.startMs = period.fromMs;
    first.nextDay = firstDayFrom(compiled, fromMs);
  }
  return billOf(compiled, plan, first, segment);
}

/** The bill of a whole billing period in which so much is used and exported, evenly; it is the period that holds `atMs`. */
export function exampleBill(
  compiled: CompiledTariff,
  terms: MeterTerms,
  kWhPerPeriod: number,
  atMs: number,
  exportKWhPerPeriod = 0,
): Bill {
  const toWh = wholeWh('kWhPerPeriod', kWhPerPeriod);
  const toExportWh = wholeWh('exportKWhPerPeriod', exportKWhPerPeriod);
  const { fromMs, toMs } = compiled.periods.at(atMs);
  const plan = planOf(compiled, terms);
  const segment = { fromMs, fromWh: 0, fromExportWh: 0, toMs, toWh, toExportWh };
  return billOf(compiled, plan, newMeterState(plan, fromMs, 0), segment);
}

/** One tariff for ever that settles nothing before this moment. */
function settledFrom(settlesMs: number, tariff: CompiledTariff, terms: MeterTerms): MeterPlan {
  return [
    { fromMs: 0, tariff: { ...tariff, closing: [] }, terms },
    { fromMs: settlesMs, tariff, terms },
  ];
}

function firstDayFrom({ days }: CompiledTariff, atMs: number): number {
  const { dayNumber, fromMs } = days.dayAt(atMs);
  return fromMs === atMs ? dayNumber : dayNumber + 1;
}

function billOf(
  { tariff, periods }: CompiledTariff,
  plan: MeterPlan,
  first: MeterState,
  segment: Segment,
): Bill {
  const { fromMs, toMs } = segment;
  const use = price(plan, first, segment);
  const standing = accrue(plan, use.state, toMs - 1);
  const answers = [use, standing, settlementAt(plan, standing.state, toMs)];
  return {
    amountMicros: answers.reduce<Micros>((sum, answer) => addMicros(sum, answer.amountMicros), ZERO_MICROS),
    lines: mergedLines(answers),
    tariffId: tariff.tariffId,
    version: tariff.version,
    periodLabel: periods.at(fromMs).label,
  };
}

function wholeWh(field: string, kWh: number): number {
  const energyWh = Math.round(kWh * 1000);
  if (Number.isSafeInteger(energyWh) && energyWh >= 0 && energyWh <= MAX_REGISTER_WH) return energyWh;
  throw new RangeError(`${field} must be from 0 to ${MAX_REGISTER_WH / 1000}, got ${kWh}`);
}

function checkPeriodStart(periodStartWh: number, fromWh: number): void {
  if (!Number.isSafeInteger(periodStartWh) || periodStartWh < 0 || periodStartWh > fromWh)
    throw new RangeError(`periodStartWh must be a whole number from 0 to ${fromWh}, got ${periodStartWh}`);
}
