import type { ChainRefused, Refused } from './posting';
import type { MeterHead } from '../meter/reading';

export function refuse(field: string, value: string | number, reason: string): Refused {
  return { outcome: 'refused', field, value: String(value), reason };
}

export function refuseChain(head: MeterHead | null): ChainRefused {
  return { outcome: 'chain', head };
}
