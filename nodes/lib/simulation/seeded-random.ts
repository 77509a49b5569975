/**
 * The output function of mulberry32, a small generator that counts in steps of a constant and scrambles the count.
 * Scrambling a key instead of a running count gives a number for every key at once, so that any moment of a
 * simulation can be computed from its seed without all the moments before.
 */
function scramble(key: number): number {
  let bits = (key + 0x6d2b79f5) | 0;
  bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
  bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
  return (bits ^ (bits >>> 14)) >>> 0;
}

const RANGE = 0x1_0000_0000;

/** What a chance is for, so that two uses with the same numbers stay independent. */
export const CHANCE = {
  traits: 1,
  mood: 2,
  appliance: 3,
  fridge: 4,
  clouds: 5,
  mains: 6,
  tampering: 7,
  purchase: 8,
} as const;

/** A number from 0 to below 1 that is always the same for the same seed and keys, and looks unrelated for others. */
export function chanceAt(seed: number, use: number, first: number, second = 0): number {
  return scramble(scramble(scramble(scramble(seed) ^ use) ^ first) ^ second) / RANGE;
}

/** A whole number from `min` to `max`, both included. */
export function wholeAt(min: number, max: number, chance: number): number {
  return min + Math.floor(chance * (max - min + 1));
}

/** Noise from 0 to 1 that moves in straight lines from one whole `position` to the next. */
export function smoothNoiseAt(seed: number, use: number, subject: number, position: number): number {
  const before = Math.floor(position);
  const from = chanceAt(seed, use, subject, before);
  const to = chanceAt(seed, use, subject, before + 1);
  return from + (to - from) * (position - before);
}
