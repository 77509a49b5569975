import type { RefusedReading } from './intake';
import type { Refusal } from './reading';

/** In place of the device's time, so that of each meter only the newest such reading is held. */
const IN_DOUBT = 'clock in doubt';
const REASON =
  'ahead of the site, whose own clock is in doubt; when that ends it is taken by itself if it fits';

/** A reading that is ahead of a site whose own clock is in doubt may well be right. */
export function heldInDoubt(one: RefusedReading): RefusedReading {
  const { refusal } = one;
  if (refusal.kind !== 'held' || refusal.cause !== 'clock') return one;
  return { ...one, refusal: { ...refusal, value: IN_DOUBT, reason: REASON } };
}

export function isHeldInDoubt({ cause, value }: Pick<Refusal, 'cause' | 'value'>): boolean {
  return cause === 'clock' && value === IN_DOUBT;
}
