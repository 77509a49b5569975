const WINDOW_MS = 600_000;
const SUSPICIOUS_RESETS = 3;

/**
 * Counts the starts nobody ordered. A GSM burst draws two amperes, and a supply that cannot give them lets the modem
 * start anew just when it sends; several starts in ten minutes are therefore called by that name.
 */
export class ResetWatch {
  total = 0;
  private recent: number[] = [];

  onReset(nowMs: number): void {
    this.total += 1;
    this.recent = [...this.recent, nowMs].slice(-SUSPICIOUS_RESETS);
  }

  isPowerSuspect(nowMs: number): boolean {
    return this.recent.filter((atMs) => nowMs - atMs <= WINDOW_MS).length >= SUSPICIOUS_RESETS;
  }
}
