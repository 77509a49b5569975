import type { RelayRules } from './relay-rules';

/** The share of a wait that is left to chance, so that devices which fell silent together do not answer together. */
const JITTER = 0.2;

/** How long to wait after a try before the next one. `chance` is from 0 to below 1; it only ever shortens the wait. */
export function retryDelayMs(
  tries: number,
  { retryMs, maxRetryMs }: Pick<RelayRules, 'retryMs' | 'maxRetryMs'>,
  chance: number,
): number {
  const waitMs = Math.min(retryMs * 2 ** Math.min(tries - 1, 30), maxRetryMs);
  return Math.round(waitMs * (1 - JITTER * chance));
}
