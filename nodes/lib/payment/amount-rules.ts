import type { Micros } from '../money/micros';
import type { TopUpCharges } from './payment';
import { leastAmount } from './top-up-uses';

/** What a utility takes; null is no limit. */
export interface AmountRules {
  minimumMicros: Micros | null;
  maximumMicros: Micros | null;
  /** The least that the first top-up of an account has to be. */
  firstMinimumMicros: Micros | null;
  /** Amounts are whole multiples of this. */
  multipleMicros: Micros | null;
}

/** Why an amount is not taken, or null when it is. */
export function amountProblem(
  amountMicros: Micros,
  isFirst: boolean,
  rules: AmountRules,
  charges: TopUpCharges,
  write: (amount: Micros) => string,
): string | null {
  const { minimumMicros, maximumMicros, firstMinimumMicros, multipleMicros } = rules;
  const got = `, got ${write(amountMicros)}`;
  if (minimumMicros !== null && amountMicros < minimumMicros)
    return `amount must be at least ${write(minimumMicros)}${got}`;
  if (maximumMicros !== null && amountMicros > maximumMicros)
    return `amount must be at most ${write(maximumMicros)}${got}`;
  if (isFirst && firstMinimumMicros !== null && amountMicros < firstMinimumMicros)
    return `the first amount must be at least ${write(firstMinimumMicros)}${got}`;
  if (multipleMicros !== null && amountMicros % multipleMicros !== 0)
    return `amount must be a multiple of ${write(multipleMicros)}${got}`;
  const least = leastAmount(charges);
  return amountMicros < least ? `amount must cover the fee of ${write(least)}${got}` : null;
}
