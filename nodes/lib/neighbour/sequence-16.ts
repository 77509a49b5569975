const MODULUS = 0x1_0000;
const HALF = 0x8000;

/** How far `later` lies ahead of `earlier` on the circle of 16-bit numbers. */
export const stepsAhead = (later: number, earlier: number): number => (later - earlier) & (MODULUS - 1);

/** Serial number arithmetic, RFC 1982 §3.2. */
export const isLater = (one: number, other: number): boolean =>
  one !== other && stepsAhead(one, other) < HALF;

export const plus = (number: number, steps: number): number => (number + steps) & (MODULUS - 1);
