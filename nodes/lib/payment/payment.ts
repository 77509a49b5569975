import type { Micros } from '../money/micros';

/** How a payment was told of. */
export type PaymentSource = 'counter' | 'webhook' | 'sms' | 'csv' | 'message' | 'flow';

/** Money that was paid, as it is put into the ledger before it is credited. */
export interface PaymentClaim {
  /** Who keeps the money until it reaches the utility, such as "counter" or "mpesa". */
  channel: string;
  /** The caller's own number of the payment. With the channel it stays the idempotency key for ever. */
  reference: string;
  /** As the payer gave it; there may be no such account. */
  accountId: string;
  amountMicros: Micros;
  source: PaymentSource;
  payer: string;
  /** Who took the money, or who brought the list it stands in. */
  by: string;
  /** When it was paid as the provider has it; null where nobody says. */
  paidMs: number | null;
  charges: TopUpCharges;
  /** Why it cannot be credited as it is; null when nothing is in the way. Then a person has to look at it. */
  problem: string | null;
}

/** What is taken from a top-up besides debts. */
export interface TopUpCharges {
  feeMicros: Micros;
  /** Contained in what is left after debts, in millionths of the amount without it. */
  taxPpm: number;
  taxCode: string;
}

export const NO_CHARGES: TopUpCharges = { feeMicros: 0 as Micros, taxPpm: 0, taxCode: '' };

/** Paid is not credited: each step has its time, and one that was not reached has none. */
export type PaymentState = 'received' | 'verified' | 'credited' | 'acknowledged';

/** A part of a top-up: a debt, the fee, the tax, or energy. */
export interface UseLine {
  /** "debt:<code>", "fee", "tax:<code>" or "energy". */
  component: string;
  amountMicros: Micros;
}

/** A payment as the ledger has it. */
export interface PaymentRecord {
  channel: string;
  reference: string;
  /** What the payer gave; another one than the account's only after a person has assigned the payment. */
  statedAccount: string;
  accountId: string;
  amountMicros: Micros;
  source: PaymentSource;
  payer: string;
  by: string;
  paidMs: number | null;
  receivedMs: number;
  verifiedMs: number | null;
  creditedMs: number | null;
  acknowledgedMs: number | null;
  problem: string | null;
  /** Counted up by one, without gaps; null until the payment is credited. */
  receiptNumber: number | null;
  /** How the money was used; they add up to the amount. Empty until it is credited. */
  uses: UseLine[];
  /** The account's balance when all of it was used. */
  balanceMicros: Micros | null;
  /** The seal of the batch that credited it. */
  ledgerHash: string | null;
  /** The receipt as it was first issued. */
  receipt: string | null;
}

export function paymentState(payment: PaymentRecord): PaymentState {
  if (payment.acknowledgedMs !== null) return 'acknowledged';
  if (payment.creditedMs !== null) return 'credited';
  return payment.verifiedMs !== null ? 'verified' : 'received';
}

/** Money on its way back: `reversal` undoes a payment that never was good, `refund` pays out credit that is left. */
export type MoneyBackKind = 'reversal' | 'refund';

export interface MoneyBackRequest {
  kind: MoneyBackKind;
  /** The caller's own, used once for ever. */
  reference: string;
  channel: string;
  paymentReference: string;
  /** null is all that is left of the payment. */
  amountMicros: Micros | null;
  reason: string;
  by: string;
}

export interface MoneyBackRecord {
  kind: MoneyBackKind;
  reference: string;
  channel: string;
  paymentReference: string;
  accountId: string;
  amountMicros: Micros;
  reason: string;
  askedBy: string;
  askedMs: number;
  /** Who else said yes or no; null while one person was enough, or nobody has. */
  settledBy: string | null;
  state: 'waiting' | 'done' | 'declined';
}
