import { micros } from '../money/micros';
import type { ClosingPart, CompiledTariff } from './compile-tariff';
import type { PlanPiece } from './meter-plan';
import type { MeterState } from './meter-state';
import { byLoad } from './standing-charge';
import { addAmount, addAtRate, addPercentage, amountSince, type Tally } from './tally';
import type { BankedExport, Minimum, PowerFactor } from './tariff';

/** A billing period that ends, and the piece of the plan in force until then. */
interface Closing {
  tally: Tally;
  piece: PlanPiece;
  state: MeterState;
  endMs: number;
}

type ClosingsByKind = {
  [Kind in ClosingPart['component']['kind']]: (
    component: Extract<ClosingPart['component'], { kind: Kind }>,
    part: ClosingPart,
    closing: Closing,
  ) => void;
};

const CLOSINGS: ClosingsByKind = {
  minimum: addLacking,
  powerFactor: addByPowerFactor,
  exportCredit: payLeftover,
};

/** What is due when a billing period ends; it changes the bank of the state, and adds to the tally. */
export function addClosing(tally: Tally, piece: PlanPiece, state: MeterState, endMs: number): void {
  for (const part of piece.tariff.closing) close(part, part.component, { tally, piece, state, endMs });
}

function close<Kind extends ClosingPart['component']['kind']>(
  part: ClosingPart,
  component: Extract<ClosingPart['component'], { kind: Kind }> & { kind: Kind },
  closing: Closing,
): void {
  CLOSINGS[component.kind](component, part, closing);
}

function addLacking({ amountMicros, perKw }: Minimum, part: ClosingPart, closing: Closing): void {
  const { tally, piece, state, endMs } = closing;
  const amount = perKw ? byLoad(amountMicros, piece.terms) : amountMicros;
  const due = shareOfPeriod(amount, piece.tariff, state, endMs);
  const lacking = due - amountSince(tally, part.of, state.periodTotals);
  if (lacking > 0) addAmount(tally, part, micros(lacking));
}

/** By the days of the period that the meter had; the day in which it ends early belongs to what comes after. */
function shareOfPeriod(
  amountMicros: number,
  { days, periods }: CompiledTariff,
  { periodFromMs, periodToMs, hadFromMs }: MeterState,
  endMs: number,
): number {
  const { fromDay, toDay } = periods.at(periodFromMs);
  const firstDay = hadFromMs > periodFromMs ? days.dayAt(hadFromMs).dayNumber : fromDay;
  const endDay = endMs < periodToMs ? days.dayAt(endMs).dayNumber : toDay;
  const allDays = toDay - fromDay;
  const perDay = Math.floor(amountMicros / allDays);
  const rest = amountMicros - perDay * allDays;
  const daysHad = endDay - firstDay;
  return perDay * daysHad + Math.floor((rest * daysHad) / allDays);
}

function addByPowerFactor({ table }: PowerFactor, part: ClosingPart, { tally, state }: Closing): void {
  const average = averagePowerFactor(state);
  if (average === undefined) return;
  const row = table.findLast(({ fromThousandths }) => fromThousandths <= average);
  if (row) addPercentage(tally, part, row.ppm, amountSince(tally, part.of, state.periodTotals));
}

/** In thousandths, rounded down; undefined when no energy of the period had a known one. */
function averagePowerFactor({ knownWh, known }: MeterState): number | undefined {
  const microVah = BigInt(known.vah) * 1_000_000n + BigInt(known.microVah);
  return microVah === 0n ? undefined : Number((BigInt(knownWh) * 1_000_000_000n) / microVah);
}

function payLeftover({ leftoverMicrosPerKwh }: BankedExport, part: ClosingPart, closing: Closing): void {
  const { tally, state } = closing;
  if (leftoverMicrosPerKwh === null || state.bankWh === 0) return;
  addAtRate(tally, part, -leftoverMicrosPerKwh, state.bankWh);
  state.bankWh = 0;
}
