import { micros, ZERO_MICROS, type Micros } from '../money/micros';
import { showValue } from '../text/show-value';
import { DAY_MS } from '../time/calendar-date';

/** How a debt is paid off. */
export type DebtPlan =
  /** A part of every top-up, in millionths of it. */
  | { kind: 'share'; sharePpm: number; weeklyCapMicros: Micros | null }
  /** So much for every period that has begun since the debt was opened, collected with the next top-up. */
  | { kind: 'instalments'; instalmentMicros: Micros; everyDays: number; weeklyCapMicros: Micros | null };

/** What an account owes besides its balance, such as arrears at the conversion to prepayment. */
export interface Debt {
  code: string;
  principalMicros: Micros;
  outstandingMicros: Micros;
  openedMs: number;
  /** Paid off in the last seven days. */
  paidThisWeekMicros: Micros;
  plan: DebtPlan;
}

export const WEEK_MS = 7 * DAY_MS;
export const PPM = 1_000_000;
const MAX_EVERY_DAYS = 366;

/** What a debt may take from a top-up of this amount. */
export function debtDue(debt: Debt, topUpMicros: Micros, nowMs: number): Micros {
  const { plan, outstandingMicros, paidThisWeekMicros } = debt;
  const wanted = plan.kind === 'share' ? shareOf(topUpMicros, plan.sharePpm) : arrearsOf(debt, plan, nowMs);
  const underCap =
    plan.weeklyCapMicros === null ? wanted : Math.min(wanted, plan.weeklyCapMicros - paidThisWeekMicros);
  return micros(Math.max(0, Math.min(underCap, outstandingMicros)));
}

/** Percentages first, then instalments, each by its code: customers with the same debts are served alike. */
export function inOrderOfUse(debts: readonly Debt[]): Debt[] {
  const rank = ({ plan }: Debt): number => (plan.kind === 'share' ? 0 : 1);
  return [...debts].sort((a, b) => rank(a) - rank(b) || (a.code < b.code ? -1 : 1));
}

/** Rounded down, in whole numbers beyond what a float holds. */
function shareOf(amount: Micros, sharePpm: number): number {
  return Number((BigInt(amount) * BigInt(sharePpm)) / BigInt(PPM));
}

function arrearsOf(
  { principalMicros, outstandingMicros, openedMs }: Debt,
  { instalmentMicros, everyDays }: DebtPlan & { kind: 'instalments' },
  nowMs: number,
): number {
  const begun = 1 + Math.max(0, Math.floor((nowMs - openedMs) / (everyDays * DAY_MS)));
  // The product may be beyond what a float holds exactly, so it is looked at before it is used.
  const isAllDue = BigInt(begun) * BigInt(instalmentMicros) >= BigInt(principalMicros);
  const dueByNow = isAllDue ? principalMicros : begun * instalmentMicros;
  return dueByNow - (principalMicros - outstandingMicros);
}

/** Throws with the field and its value when a plan could never pay a debt off. */
export function checkDebtPlan(plan: DebtPlan): void {
  const { weeklyCapMicros } = plan;
  if (weeklyCapMicros !== null && weeklyCapMicros <= ZERO_MICROS)
    throw new RangeError(`debt.weeklyCap must be more than zero, got ${showValue(weeklyCapMicros)}`);
  if (plan.kind === 'share') {
    if (!Number.isSafeInteger(plan.sharePpm) || plan.sharePpm <= 0 || plan.sharePpm > PPM)
      throw new RangeError(
        `debt.percent must be more than 0 and at most 100, got ${showValue(plan.sharePpm / 10_000)}`,
      );
    return;
  }
  if (plan.instalmentMicros <= ZERO_MICROS)
    throw new RangeError(`debt.instalment must be more than zero, got ${showValue(plan.instalmentMicros)}`);
  if (!Number.isSafeInteger(plan.everyDays) || plan.everyDays < 1 || plan.everyDays > MAX_EVERY_DAYS)
    throw new RangeError(
      `debt.everyDays must be a whole number from 1 to ${MAX_EVERY_DAYS}, got ${showValue(plan.everyDays)}`,
    );
}
