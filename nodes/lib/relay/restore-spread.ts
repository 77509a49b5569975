import type { RelayRules } from './relay-rules';

const FNV_START = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const RANGE = 0x1_0000_0000;

/** FNV-1a over the text and a last scramble, since texts that differ in their last digit only would lie close together. */
function chanceOf(text: string): number {
  let bits = FNV_START;
  for (let index = 0; index < text.length; index += 1)
    bits = Math.imul(bits ^ text.charCodeAt(index), FNV_PRIME);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return ((bits ^ (bits >>> 16)) >>> 0) / RANGE;
}

/**
 * Keeps a whole district from coming back in one moment. Few restores go out at once; beyond them each waits for a moment
 * of the window that follows from its own name, so that a restart spreads the same restores in the same way.
 */
export class RestoreSpread {
  private readonly recentMs: number[] = [];

  constructor(
    private readonly rules: Pick<RelayRules, 'spreadMs' | 'massAbove'>,
    private readonly seed: string,
    /** How long a restore counts as one of many. */
    private readonly countedMs: number,
  ) {}

  /** When a restore that is wanted now may leave. */
  dueMs(meterId: string, wantedMs: number, nowMs: number): number {
    const { spreadMs, massAbove } = this.rules;
    while (this.recentMs.length > 0 && (this.recentMs[0] ?? 0) <= nowMs - this.countedMs)
      this.recentMs.shift();
    this.recentMs.push(nowMs);
    if (this.recentMs.length <= massAbove) return nowMs;
    // Only how many there are matters, so more of them need not be remembered.
    if (this.recentMs.length > massAbove + 1) this.recentMs.shift();
    return nowMs + Math.floor(chanceOf(`${this.seed} ${meterId} ${wantedMs}`) * spreadMs);
  }
}
