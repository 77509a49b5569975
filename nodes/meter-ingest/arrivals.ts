import type { Arrival } from './reading-gate';

/** Frames of 500 readings fill a commit; more in one message would only wait for the next. */
const MAX_TOGETHER = 500;

/** Collects what arrives in one turn of the event loop, so that it can be dealt with together. */
export class Arrivals {
  private waiting: Arrival[] = [];
  private timer: NodeJS.Immediate | null = null;

  constructor(private readonly deal: (arrivals: readonly Arrival[]) => void) {}

  add(arrival: Arrival): void {
    this.waiting.push(arrival);
    if (this.waiting.length >= MAX_TOGETHER) this.flush();
    else this.timer ??= setImmediate(() => this.flush());
  }

  /** What has not been dealt with stays with its senders. */
  close(): void {
    if (this.timer) clearImmediate(this.timer);
    for (const { answer } of this.waiting) answer?.(new Error('the node is closing: send it again'));
    this.waiting = [];
  }

  private flush(): void {
    if (this.timer) clearImmediate(this.timer);
    this.timer = null;
    const { waiting } = this;
    this.waiting = [];
    this.deal(waiting);
  }
}
