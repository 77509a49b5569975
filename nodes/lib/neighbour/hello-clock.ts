import type { Schedule } from '../modem/byte-port';

/** News is told so much sooner than the usual interval, but not more often. */
const SOON_PART = 1 / 10;
/** Part of the interval by which it varies, so that nodes that started together do not speak together for ever. */
const JITTER = 0.2;

/** Says when a hello is due: now and then, and sooner when there is news. */
export class HelloClock {
  private isTime = false;
  private takenAtMs = -Infinity;
  private dueAtMs = Infinity;
  private cancel: (() => void) | null = null;

  constructor(
    private readonly schedule: Schedule,
    private readonly intervalMs: number,
    private readonly random: () => number,
    private readonly onDue: () => void,
  ) {}

  get isDue(): boolean {
    return this.isTime;
  }

  start(): void {
    this.plan(this.intervalMs * SOON_PART * this.random());
  }

  soon(): void {
    if (this.isTime) return;
    const soonMs = this.intervalMs * SOON_PART;
    const nowMs = this.schedule.nowMs();
    const delayMs = Math.max(0, this.takenAtMs + soonMs - nowMs) + (soonMs / 2) * this.random();
    if (nowMs + delayMs < this.dueAtMs) this.plan(delayMs);
  }

  /** True once when a hello is due; the next one is then planned. */
  take(): boolean {
    if (!this.isTime) return false;
    this.isTime = false;
    this.takenAtMs = this.schedule.nowMs();
    this.plan(this.intervalMs * (1 - JITTER * this.random()));
    return true;
  }

  close(): void {
    this.cancel?.();
    this.cancel = null;
  }

  private plan(delayMs: number): void {
    this.cancel?.();
    this.dueAtMs = this.schedule.nowMs() + delayMs;
    this.cancel = this.schedule.after(delayMs, () => {
      this.cancel = null;
      this.isTime = true;
      this.onDue();
    });
  }
}
