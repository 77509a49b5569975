import type { MoneyBackRecord, PaymentRecord } from '../lib/payment/payment';

/** Something about money that a person has to look at. */
export interface Problem {
  kind: 'webhook' | 'sms' | 'held' | 'waiting' | 'second person';
  problem: string;
  payment?: PaymentRecord;
  /** What came in, where it is no payment yet. */
  content?: string;
  /** How often, since staff were last told. */
  times?: number;
  moneyBack?: MoneyBackRecord;
}

export function heldProblem(payment: PaymentRecord, problem: string): Problem {
  return { kind: 'held', problem, payment };
}

export function waitingProblem(payment: PaymentRecord): Problem {
  const problem = 'no balance guard has credited it: wire the first output to one; it is tried again';
  return { kind: 'waiting', problem, payment };
}
