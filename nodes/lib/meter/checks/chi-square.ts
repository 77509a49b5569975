/**
 * The limit that the square of a standard normal number stays under with this confidence: the chi-square quantile for
 * one degree of freedom. Abramowitz & Stegun 26.2.23, which is right to 0.00045 in the normal quantile.
 */
export function chiSquareLimit(confidence: number): number {
  if (!(confidence >= MIN_CONFIDENCE && confidence <= MAX_CONFIDENCE)) {
    throw new RangeError(`confidence must be from ${MIN_CONFIDENCE} to ${MAX_CONFIDENCE}, got ${confidence}`);
  }
  const t = Math.sqrt(-2 * Math.log((1 - confidence) / 2));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return (t - above / below) ** 2;
}

/** One reading in ten beyond the gate is no gate, and past ten nines the formula means nothing. */
const MIN_CONFIDENCE = 0.9;
const MAX_CONFIDENCE = 0.999_999_999_9;
