import { micros, subtractMicros, ZERO_MICROS, type Micros } from '../money/micros';
import { debtDue, inOrderOfUse, PPM, type Debt } from './debt-plan';
import type { TopUpCharges, UseLine } from './payment';

export const ENERGY_USE = 'energy';
export const FEE_USE = 'fee';
const debtUse = (code: string): string => `debt:${code}`;
const taxUse = (code: string): string => `tax:${code}`;

/**
 * What a top-up is used for, in order: percentages of debts, instalments, the fee, the tax contained in what is no debt,
 * and energy. Nothing is left over and nothing is used twice: the lines add up to the amount. Whatever is energy money
 * first fills a balance below zero, since it simply is added to the balance.
 */
export function usesOfTopUp(
  amountMicros: Micros,
  charges: TopUpCharges,
  debts: readonly Debt[],
  nowMs: number,
): UseLine[] {
  const lines: UseLine[] = [];
  // The fee and the tax on it are due for every top-up, so no debt may take the money for them.
  let forDebts = micros(Math.max(0, amountMicros - leastAmount(charges)));
  let left = amountMicros;
  for (const debt of inOrderOfUse(debts)) {
    const due = micros(Math.min(debtDue(debt, amountMicros, nowMs), forDebts));
    if (due === ZERO_MICROS) continue;
    lines.push({ component: debtUse(debt.code), amountMicros: due });
    forDebts = subtractMicros(forDebts, due);
    left = subtractMicros(left, due);
  }
  const tax = taxWithin(left, charges.taxPpm);
  const fee = micros(Math.min(charges.feeMicros, left - tax));
  if (fee > 0) lines.push({ component: FEE_USE, amountMicros: fee });
  if (tax > 0) lines.push({ component: taxUse(charges.taxCode), amountMicros: tax });
  const energy = micros(left - fee - tax);
  if (energy > 0) lines.push({ component: ENERGY_USE, amountMicros: energy });
  return lines;
}

/** Below this a top-up does not even cover its fee and the tax on it. */
export function leastAmount({ feeMicros, taxPpm }: TopUpCharges): Micros {
  const fee = BigInt(feeMicros);
  const ppm = BigInt(PPM);
  return micros(Number((fee * (ppm + BigInt(taxPpm)) + ppm - 1n) / ppm));
}

/** The tax contained in an amount, to the nearest micro. */
function taxWithin(amount: Micros, taxPpm: number): Micros {
  if (taxPpm === 0) return ZERO_MICROS;
  const whole = BigInt(PPM + taxPpm);
  return micros(Number((2n * BigInt(amount) * BigInt(taxPpm) + whole) / (2n * whole)));
}
