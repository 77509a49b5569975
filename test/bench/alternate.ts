import type { Effort } from './effort';
import { median } from './statistics';

/** Measures for about so many milliseconds and answers with what it found, such as readings per second. */
export type Measure = (ms: number) => Promise<number>;

/** The median of several rounds after a round that warms up. */
export async function repeat(measure: Measure, { rounds, roundMs }: Effort): Promise<number> {
  await measure(roundMs);
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) values.push(await measure(roundMs));
  return median(values);
}

export interface Pair {
  limit: number;
  value: number;
}

/** Limit, ours, limit, ours…: whatever else the machine is doing then falls on both. */
export async function alternate(limit: Measure, ours: Measure, effort: Effort): Promise<Pair> {
  const [limits, values] = await inTurn([limit, ours], effort);
  return { limit: limits!, value: values! };
}

/** The median of each, measured in turn: whatever else the machine is doing then falls on all of them. */
export async function inTurn(measures: readonly Measure[], { rounds, roundMs }: Effort): Promise<number[]> {
  for (const measure of measures) await measure(roundMs);
  const values = measures.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, measure] of measures.entries()) values[index]!.push(await measure(roundMs));
  }
  return values.map(median);
}
