export interface Rate {
  perSecond: number;
  /** So many may come at once after a quiet time. */
  burst: number;
}

/** Lets through a burst and then a steady rate. */
export class TokenBucket {
  private tokens: number;

  constructor(
    private readonly rate: Rate,
    private atMs: number,
  ) {
    this.tokens = rate.burst;
  }

  /** Takes one token, or one that is still to come: returns how long its taker has to wait for it. */
  take(nowMs: number): number {
    this.refill(nowMs);
    this.tokens -= 1;
    return this.tokens >= 0 ? 0 : (-this.tokens * 1_000) / this.rate.perSecond;
  }

  /** Takes one token if there is one. Whoever is refused owes nothing, however often it asks. */
  tryTake(nowMs: number): boolean {
    this.refill(nowMs);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  isFull(nowMs: number): boolean {
    this.refill(nowMs);
    return this.tokens === this.rate.burst;
  }

  private refill(nowMs: number): void {
    const { perSecond, burst } = this.rate;
    this.tokens = Math.min(burst, this.tokens + ((nowMs - this.atMs) * perSecond) / 1_000);
    this.atMs = nowMs;
  }
}
