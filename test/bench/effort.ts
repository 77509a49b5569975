/** How long is measured. Every figure gets the same, whatever it measures. */
export interface Effort {
  rounds: number;
  roundMs: number;
}

/** Enough for the median to pass over one disturbed round; a run of less than a second only shows that it works. */
const ROUNDS = 3;
const SECONDS_WORTH_A_MEDIAN = 1;
/** The whole of `npm run bench` stays under three minutes with this on two cores. */
export const DEFAULT_SECONDS = 3;
export const MIN_SECONDS = 0.3;
export const MAX_SECONDS = 600;

/** `seconds` is what each side of each figure is measured for, warming up aside. */
export function effortOf(seconds: number): Effort {
  const rounds = seconds < SECONDS_WORTH_A_MEDIAN ? 1 : ROUNDS;
  return { rounds, roundMs: Math.round((seconds * 1000) / rounds) };
}
