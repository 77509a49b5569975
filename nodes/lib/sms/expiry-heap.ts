interface Expiring {
  readonly messageId: string;
  readonly expiresAtMs: number | null;
}

/** Entries of texts that have gone are cleared away when they are more than those that wait, and so many. */
const MIN_STALE = 64;

/** Texts by when they expire, the soonest on top. One that has gone otherwise stays until it is cleared away. */
export class ExpiryHeap<T extends Expiring> {
  private heap: { text: T; atMs: number }[] = [];

  /** `isWaiting` tells the texts that still wait from those that have gone. */
  constructor(private readonly isWaiting: (text: T) => boolean) {}

  get size(): number {
    return this.heap.length;
  }

  add(text: T, waitingCount: number): void {
    if (text.expiresAtMs === null) return;
    if (this.heap.length >= 2 * waitingCount + MIN_STALE) this.clearAway();
    this.heap.push({ text, atMs: text.expiresAtMs });
    this.rise(this.heap.length - 1);
  }

  /** Takes the soonest out when its time has come. */
  takeDue(nowMs: number): T | null {
    for (let top = this.heap[0]; top && top.atMs <= nowMs; top = this.heap[0]) {
      this.takeTop();
      if (this.isWaiting(top.text)) return top.text;
    }
    return null;
  }

  private clearAway(): void {
    // Sorted, every entry is later than the one above it.
    this.heap = this.heap
      .filter(({ text }) => this.isWaiting(text))
      .sort((one, other) => one.atMs - other.atMs);
  }

  private takeTop(): void {
    const last = this.heap.pop();
    if (!last || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  private rise(from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.atMs(above) <= this.atMs(at)) return;
      this.swap(at, above);
      at = above;
    }
  }

  private sink(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const sooner = this.atMs(left + 1) < this.atMs(left) ? left + 1 : left;
      if (this.atMs(at) <= this.atMs(sooner)) return;
      this.swap(at, sooner);
      at = sooner;
    }
  }

  /** Past the end nothing expires. */
  private atMs(at: number): number {
    return this.heap[at]?.atMs ?? Infinity;
  }

  private swap(one: number, other: number): void {
    const [a, b] = [this.heap[one], this.heap[other]];
    if (a && b) [this.heap[one], this.heap[other]] = [b, a];
  }
}
