import { FieldProblems } from '../tariff/field-problems';
import { personOf } from './fleet-budget';

/** Demand control: a group may use no more than a limit until the order ends. */
export interface DemandOrder {
  orderId: string;
  /** Tariff groups or feeders that it is for. */
  groups: readonly string[];
  /** Whoever uses more is cut until the end; 0 sheds everybody of the group. */
  limitW: number;
  fromMs: number;
  endMs: number;
  by: string;
  /** With a second person's word given beforehand it does not need the fleet's budget. */
  approvedBy: string | null;
}

/** Orders are for hours, not for seasons. */
const MAX_ORDER_MS = 7 * 86_400_000;
const MAX_LIMIT_W = 10_000_000;
const MAX_GROUPS = 100;
const MAX_TIME_MS = 253_370_764_800_000;

/** The orders that an account has to know of: those in force, and those that begin within the lead of a warning. */
export function ordersToTell(
  orders: readonly DemandOrder[],
  groups: readonly string[],
  nowMs: number,
  leadMs: number,
): DemandOrder[] {
  return orders.filter(
    (order) =>
      order.fromMs - leadMs <= nowMs &&
      nowMs < order.endMs &&
      order.groups.some((group) => groups.includes(group)),
  );
}

/**
 * Of these orders the one in force that an account goes by: the one it was cut by, to its end; else the strictest that it
 * was warned of in time; else the strictest. So a stricter order frees nobody while its warning is too young.
 */
export function orderFor(
  orders: readonly DemandOrder[],
  cutByOrderId: string | null,
  nowMs: number,
  isWarned: (order: DemandOrder) => boolean,
): DemandOrder | null {
  const rank = (order: DemandOrder): number => (order.orderId === cutByOrderId ? 0 : isWarned(order) ? 1 : 2);
  const inForce = orders.filter(({ fromMs }) => fromMs <= nowMs);
  inForce.sort((a, b) => rank(a) - rank(b) || a.limitW - b.limitW || (a.orderId < b.orderId ? -1 : 1));
  return inForce[0] ?? null;
}

/** Whether two persons stand behind an order. */
export function isApproved({ by, approvedBy }: DemandOrder): boolean {
  return approvedBy !== null && personOf(approvedBy) !== personOf(by);
}

/** What is wrong with an order that somebody wants to give; every message names the field and the value. */
export function checkDemandOrder(value: unknown, nowMs: number): string[] {
  const problems = new FieldProblems();
  const order = problems.fields('order', value);
  if (!order) return problems.messages;
  problems.text('order.orderId', order['orderId']);
  const groups = problems.list('order.groups', order['groups'], 1, MAX_GROUPS) ?? [];
  groups.forEach((group, index) => problems.text(`order.groups[${index}]`, group));
  problems.whole('order.limitW', order['limitW'], 0, MAX_LIMIT_W);
  const { fromMs, endMs, by, approvedBy } = order;
  if (problems.whole('order.fromMs', fromMs, 0, MAX_TIME_MS)) {
    const firstEndMs = Math.max(fromMs, nowMs) + 1;
    problems.whole('order.endMs', endMs, firstEndMs, Math.max(firstEndMs, fromMs + MAX_ORDER_MS));
  }
  if (!problems.text('order.by', by) || approvedBy === null) return problems.messages;
  if (problems.text('order.approvedBy', approvedBy) && personOf(approvedBy) === personOf(by))
    problems.add('order.approvedBy', 'another person than who gives the order', approvedBy);
  return problems.messages;
}
