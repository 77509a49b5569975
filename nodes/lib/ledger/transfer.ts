import type { Micros } from '../money/micros';

/** One immutable movement of money between two named accounts. A mistake is corrected by another transfer. */
export interface Transfer {
  /** The caller's reference and idempotency key. Charges have none: the meter's head already lets each be posted only once. */
  id: string;
  debit: string;
  credit: string;
  amountMicros: Micros;
  kind: TransferKind;
  atMs: number;
  ref: string;
}

export type TransferKind = 'charge' | 'top-up';

export const SALES_ENERGY = 'sales:energy';
export const customerAccount = (accountId: string): string => `customer:${accountId}`;
export const cashAccount = (channel: string): string => `cash:${channel}`;
