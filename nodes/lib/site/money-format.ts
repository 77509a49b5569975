import { displayAmount, type Micros } from '../money/micros';

/** How a site writes money: the currency's name and its usual number of decimals. */
export interface MoneyFormat {
  currency: string;
  decimals: number;
}

/** Looks the currency's decimals up once (ISO 4217 by way of Intl); throws for a code that is not three letters. */
export function moneyFormat(currency: string): MoneyFormat {
  try {
    const options = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    return { currency: options.currency ?? currency, decimals: options.maximumFractionDigits ?? 2 };
  } catch {
    throw new RangeError(`currency must be a three-letter code such as INR or KES, got "${currency}"`);
  }
}

/** Money for people, rounded down: nobody is ever shown more than there is. */
export function writeMoney(format: MoneyFormat, amount: Micros): string {
  return `${format.currency} ${displayAmount(amount, format.decimals)}`;
}
