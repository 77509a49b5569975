/** So many texts of one number are answered … */
const MAX_TEXTS = 6;
/** … in so long a time. Each answer costs the utility a message. */
const WITHIN_MS = 10 * 60_000;
/** Beyond this many numbers at once the oldest is forgotten, so that memory stays bounded. */
const MAX_NUMBERS = 20_000;

interface Window {
  fromMs: number;
  texts: number;
}

/** Counts the texts of each number, so that nobody can make the utility send without end. */
export class InboundRate {
  private readonly windows = new Map<string, Window>();

  /** Whether a text may be answered. One that is not is not answered at all, or the answer would be the flood. */
  allows(from: string, nowMs: number): boolean {
    const window = this.windows.get(from);
    if (window && nowMs - window.fromMs < WITHIN_MS) {
      window.texts += 1;
      return window.texts <= MAX_TEXTS;
    }
    // Put in anew, so that the map stays in the order of time.
    this.windows.delete(from);
    this.windows.set(from, { fromMs: nowMs, texts: 1 });
    if (this.windows.size > MAX_NUMBERS) this.forgetOldest();
    return true;
  }

  private forgetOldest(): void {
    const [oldest] = this.windows.keys();
    if (oldest !== undefined) this.windows.delete(oldest);
  }
}
