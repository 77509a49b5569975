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
export async function alternate(limit: Measure, ours: Measure, { rounds, roundMs }: Effort): Promise<Pair> {
  await limit(roundMs);
  await ours(roundMs);
  const limits: number[] = [];
  const values: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    limits.push(await limit(roundMs));
    values.push(await ours(roundMs));
  }
  return { limit: median(limits), value: median(values) };
}
