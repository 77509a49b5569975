import fc, { type Arbitrary } from 'fast-check';

/** Change the seed with WATTKEEPER_SEED to look elsewhere, or to see a reported failure again. */
const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
let isSeedPrinted = false;

/** Checks a property over random values. The seed is printed once, and again by fast-check with a counterexample. */
export function property<T>(values: Arbitrary<T>, check: (value: T) => void, runs = 300): void {
  if (!isSeedPrinted) {
    isSeedPrinted = true;
    console.log(`    random tests run with WATTKEEPER_SEED=${SEED}`);
  }
  fc.assert(fc.property(values, check), { seed: SEED, numRuns: runs });
}
