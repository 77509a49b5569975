import fc, { type Arbitrary } from 'fast-check';

/** Change the seed with WATTKEEPER_SEED to look elsewhere, or to see a reported failure again. */
const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
/** Each property looks at this part of its values. CI does so where it looks a second time, on another Node.js. */
const PART = Number(process.env['WATTKEEPER_PART'] ?? 1);
let isSeedPrinted = false;

/** Checks a property over random values. The seed is printed once, and again by fast-check with a counterexample. */
export function property<T>(values: Arbitrary<T>, check: (value: T) => void, runs = 300): void {
  printSeed();
  fc.assert(fc.property(values, check), { seed: SEED, numRuns: Math.ceil(runs * PART) });
}

/** Random values for a test that is no property. The same seed gives the same ones. */
export function samples<T>(values: Arbitrary<T>, count: number): T[] {
  printSeed();
  return fc.sample(values, { seed: SEED, numRuns: count });
}

function printSeed(): void {
  if (isSeedPrinted) return;
  isSeedPrinted = true;
  console.log(`    random tests run with WATTKEEPER_SEED=${SEED}`);
}
