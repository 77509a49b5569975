import type { Effort } from './effort';
import type { Figure } from './figure';

export interface Surroundings {
  effort: Effort;
  /** Tells whoever waits what is being measured. */
  say: (what: string) => void;
}

/** One file, named for what it measures. */
export interface Benchmark {
  name: string;
  about: string;
  /** Runs only when it is asked for by name. */
  isLong?: true;
  run: (surroundings: Surroundings) => Promise<Figure[]>;
}
