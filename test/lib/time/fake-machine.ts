import type { MachineClocks } from '../../../nodes/lib/time/sure-clock';
import { SETTLING_MS } from '../../../nodes/lib/time/sure-time';

export const NOON_MS = Date.UTC(2026, 10, 21, 12);

/** A machine whose clocks a test moves. */
export class FakeMachine implements MachineClocks {
  /** What has really passed. */
  trueMs = NOON_MS;
  wall = NOON_MS;
  private monotonic = 5_000;
  private uptime = 2 * SETTLING_MS;
  /** When the time service confirmed the clock last, by the wall clock then. */
  confirmedAt: number | null = null;
  timesAsked = 0;

  wallMs = (): number => this.wall;
  monotonicMs = (): number => this.monotonic;
  uptimeMs = (): number => this.uptime;
  confirmedAgoMs = (): Promise<number | null> => {
    this.timesAsked += 1;
    return Promise.resolve(this.agoMs);
  };

  get agoMs(): number | null {
    return this.confirmedAt === null ? null : this.wall - this.confirmedAt;
  }

  pass(ms: number): void {
    this.trueMs += ms;
    this.wall += ms;
    this.monotonic += ms;
    this.uptime += ms;
  }

  /** Its monotonic clock does not count while it sleeps. */
  sleep(ms: number): void {
    this.trueMs += ms;
    this.wall += ms;
    this.uptime += ms;
  }

  /** What counts the time since the machine's start is taken away, or given back. */
  miscount(ms: number): void {
    this.uptime += ms;
  }

  /** Somebody, or something, sets the clock. */
  step(ms: number): void {
    this.wall += ms;
  }

  confirm(): void {
    this.confirmedAt = this.wall;
  }

  /** It is off for a time and starts again, with or without a clock that goes on meanwhile. */
  reboot(offMs: number, wallWhenOn = this.wall + offMs): void {
    this.trueMs += offMs;
    this.wall = wallWhenOn;
    this.monotonic = 5_000;
    this.uptime = 20_000;
    this.confirmedAt = null;
  }
}
