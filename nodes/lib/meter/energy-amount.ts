import { showValue } from '../text/show-value';
import { MAX_REGISTER_WH } from '../tariff/tariff-limits';

/** Whole Wh that a person or a program states. */
export function parseAmountOfEnergy(field: string, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MAX_REGISTER_WH)
    return value;
  throw new RangeError(`${field} must be whole Wh from 0 to ${MAX_REGISTER_WH}, got "${showValue(value)}"`);
}
