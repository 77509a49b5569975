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
  run: (surroundings: Surroundings) => Promise<Figure[]>;
}
