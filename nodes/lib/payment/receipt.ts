import type { Micros } from '../money/micros';
import type { MoneyFormat } from '../site/money-format';
import type { PaymentRecord, UseLine } from './payment';
import { codeOfSeal, sealOf, type HexDigest } from './receipt-seal';
import { ENERGY_USE } from './top-up-uses';

/** What a customer is given for a payment. It is kept as it was first issued, so that a copy is the same. */
export interface Receipt {
  number: number;
  siteName: string;
  accountId: string;
  customerName: string;
  channel: string;
  reference: string;
  payer: string;
  by: string;
  currency: string;
  decimals: number;
  amountMicros: Micros;
  /** Debts, fee, tax and energy; they add up to the amount. */
  uses: UseLine[];
  energyMicros: Micros;
  /** The part of the energy money that only filled a balance below zero. */
  shortfallMicros: Micros;
  /** What the energy money buys by the tariff of the day; null when nobody can say. */
  estimatedWh: number | null;
  /** After the payment. */
  balanceMicros: Micros;
  creditedMs: number;
  timeZone: string;
  /** As the utility calls its billing period; empty when the account has no meter with a tariff yet. */
  periodLabel: string;
  /** Whoever has the ledger can tell by it whether the receipt is genuine. */
  code: string;
}

/** What a receipt says beside the payment itself. */
export interface ReceiptContext {
  siteName: string;
  customerName: string;
  money: MoneyFormat;
  timeZone: string;
  periodLabel: string;
  /** What an amount of energy money buys. */
  energyFor: (amountMicros: Micros) => number | null;
  sha256: HexDigest;
}

/** The seal of a credited payment; null while it is not credited. */
export function sealOfPayment(payment: PaymentRecord, sha256: HexDigest): string | null {
  const { receiptNumber, creditedMs, balanceMicros, ledgerHash } = payment;
  if (receiptNumber === null || creditedMs === null || balanceMicros === null || ledgerHash === null)
    return null;
  return sealOf({ ...payment, number: receiptNumber, creditedMs, balanceMicros, ledgerHash }, sha256);
}

export function receiptFor(payment: PaymentRecord, context: ReceiptContext): Receipt {
  const { receiptNumber, creditedMs, balanceMicros, uses } = payment;
  const seal = sealOfPayment(payment, context.sha256);
  if (seal === null || receiptNumber === null || creditedMs === null || balanceMicros === null)
    throw new Error(`payment ${payment.reference} is not credited yet, so there is no receipt`);
  const energyMicros = uses.find(({ component }) => component === ENERGY_USE)?.amountMicros ?? (0 as Micros);
  const before = balanceMicros - energyMicros;
  const { channel, reference, accountId, payer, by, amountMicros } = payment;
  return {
    number: receiptNumber,
    siteName: context.siteName,
    accountId,
    customerName: context.customerName,
    channel,
    reference,
    payer,
    by,
    currency: context.money.currency,
    decimals: context.money.decimals,
    amountMicros,
    uses,
    energyMicros,
    shortfallMicros: Math.min(energyMicros, Math.max(0, -before)) as Micros,
    estimatedWh: energyMicros === 0 ? null : context.energyFor(energyMicros),
    balanceMicros,
    creditedMs,
    timeZone: context.timeZone,
    periodLabel: context.periodLabel,
    code: codeOfSeal(seal),
  };
}
