/** Change the seed with WATTKEEPER_SEED to look elsewhere, or to see a reported failure again. */
export const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);

/** Numbers from 0 to below 1 that are the same for the same seed (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
