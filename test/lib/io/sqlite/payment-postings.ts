import type { MoneyBackPosting } from '../../../../nodes/lib/ledger/posting';
import { micros } from '../../../../nodes/lib/money/micros';
import { NO_CHARGES, type MoneyBackKind, type PaymentClaim } from '../../../../nodes/lib/payment/payment';

export const UNIT = 1_000_000;
/** Above this a second person has to agree. */
const LIMIT = micros(50 * UNIT);

export function claimOf(
  reference: string,
  amount: number,
  changes: Partial<PaymentClaim> = {},
): PaymentClaim {
  return {
    channel: 'counter',
    reference,
    accountId: 'A1',
    amountMicros: micros(amount),
    source: 'counter',
    payer: '',
    by: 'clerk',
    paidMs: null,
    charges: NO_CHARGES,
    problem: null,
    ...changes,
  };
}

export function backOf(
  kind: MoneyBackKind,
  reference: string,
  paymentReference: string,
  amount: number | null,
  by = 'ann',
): MoneyBackPosting {
  const amountMicros = amount === null ? null : micros(amount);
  return {
    type: 'moneyBack',
    request: { kind, reference, channel: 'counter', paymentReference, amountMicros, reason: 'bounced', by },
    secondPersonAboveMicros: LIMIT,
    guard: null,
  };
}
