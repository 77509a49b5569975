import { airMs, type LinkMedium } from './link';

/** An answer comes after one turnaround, so everybody else waits for longer. */
const QUIET_TURNAROUNDS = 3;
/** What another needs to notice that somebody has begun to speak. */
const NOTICE_BYTES = 8;
const MIN_SLOTS = 8;
/** Where few are known there may be more; where many are, there are slots for all, and more would only delay. */
const MANY_SLOTS = 32;
const SLOTS_PER_NEIGHBOUR = 4;

/**
 * When one may speak on a wire that many share: after a silence and a random number of slots. Slots run only while the
 * wire is quiet, so whoever has waited is sooner; who got no answer draws from more.
 */
export class BusTurn {
  private busyUntilMs = -Infinity;
  private slotsLeft: number | null = null;
  private drawnAtMs = -Infinity;
  private failures = 0;

  constructor(
    private readonly medium: LinkMedium,
    private readonly random: () => number,
  ) {}

  /** Somebody else was speaking up to now. */
  heard(nowMs: number): void {
    this.countDown(nowMs);
    this.busyUntilMs = Math.max(this.busyUntilMs, nowMs);
  }

  /** We speak ourselves. */
  spoke(nowMs: number, untilMs: number): void {
    this.heard(nowMs);
    this.busyUntilMs = Math.max(this.busyUntilMs, untilMs);
  }

  /** Our turn has been taken; the next one is drawn for anew. */
  taken(): void {
    this.slotsLeft = null;
  }

  /** The last turn that asked for an answer got one. */
  get isLucky(): boolean {
    return this.failures === 0;
  }

  answered(): void {
    this.failures = 0;
  }

  unanswered(): void {
    this.failures += 1;
  }

  /** How long to wait until it is our turn; 0 when it is. */
  waitMs(nowMs: number, neighbours: number): number {
    if (this.slotsLeft === null) {
      this.slotsLeft = Math.floor(this.random() * this.slots(neighbours));
      this.drawnAtMs = nowMs;
    }
    return Math.max(0, this.slotsFromMs + this.slotsLeft * this.slotMs - nowMs);
  }

  private slots(neighbours: number): number {
    const needed = Math.max(MIN_SLOTS, neighbours * SLOTS_PER_NEIGHBOUR);
    return Math.max(needed, Math.min(MANY_SLOTS, needed * 2 ** this.failures));
  }

  private get slotsFromMs(): number {
    const { medium, busyUntilMs, drawnAtMs } = this;
    const quietMs = QUIET_TURNAROUNDS * medium.turnaroundMs + airMs(medium, NOTICE_BYTES);
    return Math.max(drawnAtMs, busyUntilMs + quietMs);
  }

  private get slotMs(): number {
    return this.medium.turnaroundMs + airMs(this.medium, NOTICE_BYTES);
  }

  private countDown(nowMs: number): void {
    if (this.slotsLeft === null) return;
    const passed = Math.floor((nowMs - this.slotsFromMs) / this.slotMs);
    if (passed > 0) this.slotsLeft = Math.max(0, this.slotsLeft - passed);
  }
}
