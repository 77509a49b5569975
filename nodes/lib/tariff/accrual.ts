import { BillInParts, type Priced } from './bill-in-parts';
import { moveCounts } from './carry-over';
import { pieceAt, pieceEndMs, pieceNumber, type MeterPlan, type PlanPiece } from './meter-plan';
import { copyOfState, type MeterState } from './meter-state';
import { addAmount } from './tally';
import { MAX_DAYS_AT_ONCE } from './tariff-limits';

/** When a day begins for a meter, and which piece of its plan is in force then. */
interface DayPlace {
  index: number;
  piece: PlanPiece;
  beginMs: number;
}

/**
 * Charges the standing charges of every local day that has begun by `untilMs` and has not paid them yet: once per meter
 * and day, however often this is called, and whether or not the meter reports.
 */
export function accrue(plan: MeterPlan, before: MeterState, untilMs: number): Priced {
  if (!Number.isSafeInteger(untilMs)) throw new RangeError(`untilMs must be a whole number, got ${untilMs}`);
  return accrueDays(plan, before, untilMs, Infinity);
}

/**
 * The same for the days that another state of the meter has paid, when its past is priced again. By the clock of another
 * plan the last of them may not have begun by `untilMs`, and then waits for its time.
 */
export function accrueAsFarAs(
  plan: MeterPlan,
  before: MeterState,
  { nextDay }: MeterState,
  untilMs = Infinity,
): Priced {
  return accrueDays(plan, before, untilMs, nextDay);
}

function accrueDays(plan: MeterPlan, before: MeterState, untilMs: number, untilDay: number): Priced {
  const state = copyOfState(before);
  const bill = new BillInParts(state, 'dayRests');
  const firstDay = pieceAt(plan, state.startMs).tariff.days.dayAt(state.startMs).dayNumber;
  let charged = 0;
  let place = placeOf(plan, state, state.nextDay);
  while (state.nextDay < untilDay && place.beginMs <= untilMs) {
    const { index, piece } = place;
    if (piece.tariff.standing.length === 0) {
      // Nothing is due on these days, however many they are.
      const lastMs = Math.min(untilMs, pieceEndMs(plan, index) - 1);
      state.nextDay = Math.min(untilDay, dayAfter(piece, lastMs, state.nextDay));
    } else {
      charged += 1;
      // Days that were paid before are known to be no mistake, however many they are.
      if (untilDay === Infinity && charged > MAX_DAYS_AT_ONCE)
        throw new RangeError(
          `untilMs must be at most ${MAX_DAYS_AT_ONCE} days after the last charge, got ${untilMs}`,
        );
      chargeDay(bill, piece, state.nextDay, state.nextDay === firstDay);
      state.nextDay += 1;
    }
    place = placeOf(plan, state, state.nextDay, index);
  }
  const priced = bill.finish();
  // The lists stay in the order of the tariff that the register has reached, which the days may be ahead of or behind.
  moveCounts(state, before.components);
  return priced;
}

/** The day after the one that holds a moment, and in any case after `dayNumber`. */
function dayAfter({ tariff }: PlanPiece, atMs: number, dayNumber: number): number {
  return atMs === Infinity ? Infinity : Math.max(dayNumber, tariff.days.dayAt(atMs).dayNumber) + 1;
}

function chargeDay(bill: BillInParts, piece: PlanPiece, dayNumber: number, isFirst: boolean): void {
  const { tariff, terms } = piece;
  const charged = {
    day: tariff.days.day(dayNumber),
    period: tariff.periods.ofDay(dayNumber),
    isFirst,
    terms,
  };
  const tally = bill.open(piece);
  for (const part of tariff.standing) addAmount(tally, part, part.chargeOn(charged));
}

/** When the next day to be charged begins; null when no piece of the plan from then on has standing charges. */
export function nextAccrualMs(plan: MeterPlan, state: MeterState): number | null {
  const next = placeOf(plan, state, state.nextDay);
  if (next.piece.tariff.standing.length > 0) return next.beginMs;
  for (let index = next.index + 1; index < plan.length; index += 1) {
    const { tariff, fromMs } = pieceNumber(plan, index);
    if (tariff.standing.length === 0) continue;
    // Days that the piece begins in may have begun before it: up to two, where the clock goes back by a time zone.
    let dayNumber = Math.max(state.nextDay, tariff.days.dayAt(fromMs).dayNumber);
    let place = placeOf(plan, state, dayNumber);
    while (place.index < index) {
      dayNumber += 1;
      place = placeOf(plan, state, dayNumber);
    }
    if (place.index === index) return place.beginMs;
  }
  return null;
}

/**
 * A day belongs to the piece in force when it begins, by that piece's own clock. Where a piece brings another time zone,
 * a day that its clock has begun already begins with the piece, so that each date is charged once.
 */
function placeOf(plan: MeterPlan, { startMs }: MeterState, dayNumber: number, fromIndex = 0): DayPlace {
  for (let index = fromIndex; ; index += 1) {
    const piece = pieceNumber(plan, index);
    const reachedMs = index === 0 ? startMs : Math.max(startMs, piece.fromMs);
    const beginMs = Math.max(reachedMs, piece.tariff.days.day(dayNumber).fromMs);
    if (beginMs < pieceEndMs(plan, index)) return { index, piece, beginMs };
  }
}
