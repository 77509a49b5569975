import { ZERO_MICROS } from '../money/micros';
import { BillInParts, type Priced } from './bill-in-parts';
import type { BillingPeriod } from './billing-period';
import { addClosing } from './closing-charge';
import type { CompiledTariff } from './compile-tariff';
import { pieceAt, type MeterPlan, type PlanPiece } from './meter-plan';
import { copyOfState, type MeterState } from './meter-state';

/**
 * Brings the state into the billing period and the tariff that hold at a moment the register has reached. A period that
 * is over is settled by the piece of the plan that was in force when it ended; so is a period that the tariff's billing
 * rule cuts short. A new tariff with the same period goes on with it.
 */
export function enterPiece(
  plan: MeterPlan,
  bill: BillInParts,
  state: MeterState,
  { tariff }: PlanPiece,
  atMs: number,
  atWh: number,
): void {
  const endMs = state.periodToMs;
  if (atMs >= endMs) {
    settle(plan, bill, state, endMs);
    beginPeriod(state, tariff.periods.at(atMs), endMs, atWh);
  } else if (!isOf(state, tariff)) {
    const period = tariff.periods.at(atMs);
    if (period.fromMs !== state.periodFromMs || period.toMs !== endMs) {
      settle(plan, bill, state, atMs);
      beginPeriod(state, period, atMs, atWh);
    }
  }
  state.tariffId = tariff.tariff.tariffId;
  state.version = tariff.tariff.version;
}

/** Only what is due when the state's period has ended by this moment; the state goes no further. */
export function settlementAt(plan: MeterPlan, before: MeterState, atMs: number): Priced {
  const state = copyOfState(before);
  const bill = new BillInParts(state, 'rests');
  if (atMs >= state.periodToMs) settle(plan, bill, state, state.periodToMs);
  return bill.finish();
}

/** The settlement, and the state in the period that holds this moment, where the register has come to `atWh`. */
export function enterAt(plan: MeterPlan, before: MeterState, atMs: number, atWh: number): Priced {
  const state = copyOfState(before);
  const bill = new BillInParts(state, 'rests');
  enterPiece(plan, bill, state, pieceAt(plan, atMs), atMs, atWh);
  return bill.finish();
}

function isOf({ tariffId, version }: MeterState, { tariff }: CompiledTariff): boolean {
  return tariff.tariffId === tariffId && tariff.version === version;
}

/** A state that comes from another plan has nothing to settle by this one. */
function settle(plan: MeterPlan, bill: BillInParts, state: MeterState, endMs: number): void {
  const piece = pieceAt(plan, endMs - 1);
  if (piece.tariff.closing.length > 0 && isOf(state, piece.tariff))
    addClosing(bill.open(piece), piece, state, endMs);
}

function beginPeriod(
  state: MeterState,
  { fromMs, toMs }: BillingPeriod,
  sinceMs: number,
  atWh: number,
): void {
  state.periodFromMs = fromMs;
  state.periodToMs = toMs;
  state.hadFromMs = Math.max(fromMs, sinceMs);
  state.periodStartWh = atWh;
  state.periodTotals = state.totals.map((total, index) =>
    state.components[index]?.[1] === 'nano' ? total : ZERO_MICROS,
  );
  if (state.retired.length > 0)
    state.retired = state.retired.map((count) => ({
      ...count,
      periodTotal: count.key[1] === 'nano' ? count.total : ZERO_MICROS,
    }));
  state.demand = [];
  state.knownWh = 0;
  state.known = { vah: 0, microVah: 0 };
  state.exportedWh = 0;
  state.offsetWh = 0;
}
