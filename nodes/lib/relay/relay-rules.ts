import type { Closing } from './relay-settings';

/** How relays are driven. All times are the site's own, which a simulated site counts faster. */
export interface RelayRules {
  /** No command acts later than this after it was made: what allowed it may not hold any more. */
  lifeMs: number;
  /** The first repetition comes after this; each further one waits twice as long, up to `maxRetryMs`. */
  retryMs: number;
  maxRetryMs: number;
  /** After so many tries without an answer a command has failed. */
  maxTries: number;
  /** A relay rests at least so long after it was switched on, and after it was switched off. */
  minOnMs: number;
  minOffMs: number;
  switchesPerHour: number;
  /** When more than `massAbove` restores are wanted within a minute, the rest is spread over this. */
  spreadMs: number;
  massAbove: number;
  closing: Closing;
  /** Power above this behind an open relay is no noise. */
  drawAboveW: number;
  /** Readings tell of a command only when they are so much younger. */
  settleMs: number;
}
