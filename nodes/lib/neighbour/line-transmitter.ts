import type { Schedule } from '../modem/byte-port';
import { AnswerTimers } from './answer-timers';
import { airMs, type LinkMedium } from './link';
import type { Neighbour } from './neighbour';
import type { CellSource, Transmitter } from './transmitter';

/** So much may wait in the port: enough to cover a late timer, and an acknowledgement is not kept waiting long. */
const LEAD_MS = 20;

/** Both ends may speak at any time: cells go out as fast as the wire takes them and no faster. */
export class LineTransmitter implements Transmitter {
  private readonly timers: AnswerTimers;
  private busyUntilMs = 0;
  private cancelWake: (() => void) | null = null;

  constructor(
    private readonly medium: LinkMedium,
    private readonly schedule: Schedule,
    private readonly source: CellSource,
  ) {
    this.timers = new AnswerTimers(schedule, medium, (neighbour) => {
      source.onSilence(neighbour);
      this.wake();
    });
  }

  wake(): void {
    if (this.cancelWake) return;
    const nowMs = this.schedule.nowMs();
    while (this.busyUntilMs - nowMs <= LEAD_MS) {
      if (!this.sendOne(nowMs)) return;
    }
    this.cancelWake = this.schedule.after(this.busyUntilMs - nowMs - LEAD_MS, () => {
      this.cancelWake = null;
      this.wake();
    });
  }

  heard(): void {
    // The other direction has a wire of its own.
  }

  answerSoon(): void {
    this.wake();
  }

  answered(neighbour: Neighbour): void {
    if (neighbour.sender.isWaiting) this.timers.start(neighbour, this.busyUntilMs);
    else this.timers.stop(neighbour);
    this.wake();
  }

  forget(neighbour: Neighbour): void {
    this.timers.stop(neighbour);
  }

  close(): void {
    this.cancelWake?.();
    this.timers.close();
  }

  private sendOne(nowMs: number): boolean {
    const told = this.source.takeAnswer() ?? this.source.takeHello();
    const burst = told ? null : this.source.takeBurst(1);
    const bytes = told ?? burst?.bytes;
    if (!bytes) return false;
    this.busyUntilMs = Math.max(nowMs, this.busyUntilMs) + airMs(this.medium, bytes.length);
    this.source.write(bytes);
    if (burst) this.timers.start(burst.neighbour, this.busyUntilMs);
    return true;
  }
}
