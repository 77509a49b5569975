/** Where a simulated clock stood at a moment of the real one. */
export interface ClockAnchor {
  realMs: number;
  siteMs: number;
}

/**
 * The time the ledger lives in. With rate 1 it is the real time. A higher rate is for demonstrations: days pass in
 * minutes for meters, tariffs and policy alike, so that everything stays consistent.
 */
export interface SiteClock {
  readonly rate: number;
  nowMs(): number;
}

/** A day in under half a minute; faster than that no meter keeps up. */
export const MAX_CLOCK_RATE = 3_600;

/** A clock that goes on from `anchor.siteMs` at `rate` times the speed of `monotonicMs`. */
export function simulatedClock(rate: number, anchor: ClockAnchor, monotonicMs: () => number): SiteClock {
  return {
    rate,
    nowMs: () => anchor.siteMs + Math.floor((monotonicMs() - anchor.realMs) * rate),
  };
}
