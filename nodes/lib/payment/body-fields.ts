import { micros, parseAmount, type Micros } from '../money/micros';
import { showValue } from '../text/show-value';

/** An object from outside, of which nothing is known yet. */
export type Fields = Record<string, unknown>;

export const MAX_REFERENCE_LENGTH = 128;
const MAX_NAME_LENGTH = 64;
const MAX_PAYER_LENGTH = 120;

export function fieldsOf(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new RangeError(`${name} must be an object, got "${showValue(value)}"`);
}

/** A text that has to be there. Numbers are taken as text, since some write account numbers so. */
export function wantText(value: unknown, name: string, maxLength = MAX_NAME_LENGTH): string {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  if (typeof text === 'string' && text.trim() !== '' && text.trim().length <= maxLength) return text.trim();
  throw new RangeError(`${name} must be text of 1 to ${maxLength} characters, got "${showValue(value)}"`);
}

/** A text that may be missing; what is too long of it is left out, since nothing depends on it. */
export function mayText(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' ? text.trim().slice(0, MAX_PAYER_LENGTH) : '';
}

/** An amount as people write it. A number passes through its shortest decimal text, which is what the sender wrote. */
export function wantAmount(value: unknown, name: string): Micros {
  if (typeof value !== 'string' && typeof value !== 'number')
    throw new RangeError(`${name} must be an amount such as "100.00", got "${showValue(value)}"`);
  let amount: Micros;
  try {
    amount = parseAmount(String(value));
  } catch {
    throw new RangeError(`${name} must be an amount such as "100.00", got "${showValue(value)}"`);
  }
  return above0(amount, name, value);
}

/** An amount in the smallest unit of a currency with so many decimals. */
export function wantMinorUnits(value: unknown, name: string, decimals: number): Micros {
  if (typeof value !== 'number' || !Number.isSafeInteger(value))
    throw new RangeError(`${name} must be a whole number, got "${showValue(value)}"`);
  return above0(micros(value * 10 ** (6 - decimals)), name, value);
}

function above0(amount: Micros, name: string, value: unknown): Micros {
  if (amount > 0) return amount;
  throw new RangeError(`${name} must be more than zero, got "${showValue(value)}"`);
}

/** A moment in ms since 1970; null when there is none, or none that makes sense. */
export function mayMoment(value: unknown): number | null {
  const atMs = typeof value === 'string' ? Date.parse(value) : value;
  return typeof atMs === 'number' && Number.isSafeInteger(atMs) && atMs > 0 ? atMs : null;
}
