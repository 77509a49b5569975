import type { Way } from './way-health';

/** Two lines of sixteen characters, which the displays of meters have. */
export const DISPLAY_COLUMNS = 16;

export interface DisplayText {
  state: 'barred' | 'held' | 'routed' | 'direct';
  lines: readonly [string, string];
}

export interface DisplayFacts {
  /** None of our own ways works. */
  isOwnBroken: boolean;
  /** The way that frames take now. */
  way: Way | null;
  /** Neighbours whose frames went up through us lately. */
  carriedFor: number;
  waiting: number;
}

/** What the person in front of the meter reads. */
export function displayText({ isOwnBroken, way, carriedFor, waiting }: DisplayFacts): DisplayText {
  if (isOwnBroken && way === null) return { state: 'held', lines: ['Connection', line('barred', waiting)] };
  if (isOwnBroken) return { state: 'barred', lines: ['Connection', 'barred'] };
  if (carriedFor > 0) return { state: 'routed', lines: ['Routed', line('neighbours', carriedFor)] };
  return { state: 'direct', lines: ['Connected', line('waiting', waiting)] };
}

function line(word: string, count: number): string {
  const number = String(count);
  return word.length + 1 + number.length > DISPLAY_COLUMNS ? word : `${word} ${number}`;
}
