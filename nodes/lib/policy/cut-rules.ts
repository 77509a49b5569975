import type { NoticeKind } from '../notice/notice';
import type { Look, Rule } from './account-situation';
import { isOverloadDue } from './overload';
import type { Policy } from './policy';
import { orderFigures, orderWarning } from './warning-rules';

/** A reason to switch a supply off. */
export interface CutRule extends Rule<Look> {
  /** The warnings of which one has to stand before the cut. */
  subject: string;
  /** The one of them that counts, by its key, where not any will do. */
  warning?: (look: Look) => string | null;
  /** Of when the data is that speaks for it; null is never. */
  dataAtMs: (look: Look) => number | null;
  /** How old that warning has to be. */
  leadMs: (policy: Policy) => number;
  /** What customers are told when it happens; there is no template by language for a cut that was ordered. */
  kind: NoticeKind | 'cut-ordered';
  /** Whether it ends for many at the same moment. */
  isMass: boolean;
}

const usualLead = ({ warnings }: Policy): number => warnings.leadMs;
/** What a balance and the use of a period come to is known only as far as every meter has reported. */
const byRegisters = ({ situation }: Look): number | null => situation.dataAtMs;
/** For what does not depend on figures it is enough that the house can be heard. */
const byContact = ({ situation }: Look): number | null => situation.heardAtMs;
const byDemand = ({ situation }: Look): number | null => situation.demand?.atMs ?? null;

/** Every reason for a cut, the weightiest first. */
export const CUT_RULES: readonly CutRule[] = [
  {
    name: 'staff',
    subject: 'staff',
    dataAtMs: byContact,
    leadMs: usualLead,
    kind: 'cut-ordered',
    isMass: false,
    applies: ({ situation }) => situation.staffCut !== null,
    figures: ({ situation: { staffCut } }) => ({
      by: staffCut?.by ?? null,
      reason: staffCut?.reason ?? null,
      orderedAtMs: staffCut?.atMs ?? null,
    }),
    words: {
      staff: '{by} ordered the supply off at {orderedAtMs}: {reason}.',
      customer: 'The office switched your supply off: {reason}. Please call the office.',
    },
  },
  {
    name: 'credit',
    subject: 'credit',
    dataAtMs: byRegisters,
    leadMs: usualLead,
    kind: 'cut-off',
    isMass: false,
    applies: ({ policy, situation }) => situation.balanceMicros <= policy.cut.atMicros,
    figures: ({ policy, situation }) => ({
      balanceMicros: situation.balanceMicros,
      cutAtMicros: policy.cut.atMicros,
      debtMicros: situation.debtMicros,
    }),
    words: {
      staff:
        'Balance {balanceMicros} is at or below the cut-off at {cutAtMicros}; debt besides: {debtMicros}.',
      customer: 'Your credit is used up: {balanceMicros}. Please buy credit.',
    },
  },
  {
    name: 'own spending limit',
    subject: 'own spending limit',
    dataAtMs: byRegisters,
    leadMs: usualLead,
    kind: 'limit-reached',
    isMass: false,
    applies: ({ situation: { own, period } }) =>
      own.spendMicros !== null && period.spentMicros >= own.spendMicros,
    figures: ({ situation: { own, period } }) => ({
      spentMicros: period.spentMicros,
      limitMicros: own.spendMicros,
    }),
    words: {
      staff: "Spent {spentMicros} in the period; the customer's own limit is {limitMicros}.",
      customer: 'You have reached your own limit of {limitMicros}. Raise it or wait for the next period.',
    },
  },
  {
    name: 'own energy limit',
    subject: 'own energy limit',
    dataAtMs: byRegisters,
    leadMs: usualLead,
    kind: 'limit-reached',
    isMass: false,
    applies: ({ situation: { own, period } }) => own.energyWh !== null && period.usedWh >= own.energyWh,
    figures: ({ situation: { own, period } }) => ({ usedWh: period.usedWh, limitWh: own.energyWh }),
    words: {
      staff: "Used {usedWh} in the period; the customer's own limit is {limitWh}.",
      customer: 'You have reached your own limit of {limitWh}. Raise it or wait for the next period.',
    },
  },
  {
    name: 'overload',
    subject: 'overload',
    dataAtMs: byDemand,
    leadMs: ({ overload }) => overload.warnMs,
    kind: 'overload',
    isMass: false,
    applies: ({ policy, memory, nowMs }) => isOverloadDue(policy.overload, memory.overload, nowMs),
    figures: ({ policy: { overload }, situation, memory }) => ({
      powerW: situation.demand?.powerW ?? null,
      limitW: overload.limitW,
      cutForMs: overload.cutMs,
      cuts: memory.overload?.cuts ?? 0,
      retries: overload.retries,
    }),
    words: {
      staff:
        'Demand above the limit of {limitW}; cut for {cutForMs}, after {retries} tries locked. Cuts before: {cuts}.',
      customer:
        'More than {limitW} was in use. Switch something off: the light tries again after {cutForMs}, at most {retries} times; then please call the office.',
    },
  },
  {
    name: 'demand control',
    subject: 'demand control',
    dataAtMs: (look) => (look.order?.limitW === 0 ? byContact(look) : byDemand(look)),
    warning: ({ order }) => order && orderWarning(order.orderId),
    leadMs: usualLead,
    kind: 'cut-ordered',
    isMass: true,
    applies: ({ order, situation: { demand }, memory, nowMs }) => {
      if (order === null || order.fromMs > nowMs) return false;
      // Behind the open relay nothing is used any more, which is no reason to close it before the end.
      const isCutByIt = memory.cut?.orderId === order.orderId;
      return order.limitW === 0 || isCutByIt || (demand !== null && demand.powerW > order.limitW);
    },
    figures: ({ order, situation: { demand } }) =>
      order === null ? {} : { ...orderFigures(order), powerW: demand?.powerW ?? null },
    words: {
      staff: 'Order {orderId} allows {limitW} until {endAtMs}; last demand {powerW}.',
      customer: 'The grid is short of power. Your supply is off until {endAtMs}.',
    },
  },
];
