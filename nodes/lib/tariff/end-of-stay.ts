import { BillInParts, type Priced } from './bill-in-parts';
import { addClosing } from './closing-charge';
import { pieceAt, type MeterPlan } from './meter-plan';
import { copyOfState, type MeterState } from './meter-state';
import { price } from './price-curve';

/** Where a register has come to. */
interface Head {
  headMs: number;
  headWh: number;
}

/**
 * The end of a stay: nothing more is used, and what is due at the end of a billing period is due now. `before` is what
 * the meter's readings and days come to.
 */
export function endOfStay(
  plan: MeterPlan,
  before: MeterState,
  head: Head,
  closedMs: number,
): Pick<Priced, 'state' | 'parts'> {
  const silence = silenceUntil(head, closedMs);
  const silent = silence ? price(plan, before, silence) : { state: before, parts: [] };
  const closing = closingAt(plan, silent.state, closedMs);
  return { state: closing.state, parts: [...silent.parts, ...closing.parts] };
}

/** From the last reading to the end of the stay the register stood still; undefined when it was read at the end. */
export function silenceUntil(
  { headMs, headWh }: Head,
  closedMs: number,
): { fromMs: number; fromWh: number; toMs: number; toWh: number } | undefined {
  return headMs < closedMs ? { fromMs: headMs, fromWh: headWh, toMs: closedMs, toWh: headWh } : undefined;
}

/** What is settled as a stay ends; the register has come to that moment. */
export function closingAt(plan: MeterPlan, before: MeterState, closedMs: number): Priced {
  const state = copyOfState(before);
  const bill = new BillInParts(state, 'rests');
  const piece = pieceAt(plan, closedMs - 1);
  if (piece.tariff.closing.length > 0) addClosing(bill.open(piece), piece, state, closedMs);
  return bill.finish();
}
