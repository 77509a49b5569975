import type { SiteClock } from './site-clock';
import {
  acceptWallClock,
  goOn,
  hearConfirmation,
  startSureTime,
  type SureTime,
  type TimeNote,
} from './sure-time';

/** The clocks of the machine, and what its time service says of them. */
export interface MachineClocks {
  wallMs(): number;
  monotonicMs(): number;
  /** How long the machine has been on, sleep included. Costs more to ask for than the others. */
  uptimeMs(): number;
  /** How long ago the time service confirmed the wall clock; null when there is none, or it has not. */
  confirmedAgoMs(): Promise<number | null>;
}

/** A wall clock that went on like the monotonic one needs no closer look. */
const SAME_MS = 1_000;

/** The real time as far as it is sure: the wall clock, unless that was set to a time which nothing speaks for. */
export class SureClock implements SiteClock {
  readonly rate = 1;
  private known: SureTime;
  /** By how much the machine has been on longer than the monotonic clock counts; sleep adds to it. */
  private offCountMs: number;

  constructor(
    private readonly machine: MachineClocks,
    ledgerMs: number,
    note: TimeNote | null,
  ) {
    const view = this.view();
    const uptimeMs = machine.uptimeMs();
    this.offCountMs = uptimeMs - view.monotonicMs;
    this.known = startSureTime(view, uptimeMs, ledgerMs, note);
  }

  nowMs(): number {
    const { machine, known } = this;
    const wallMs = machine.wallMs();
    const passedMs = machine.monotonicMs() - known.monotonicMs;
    if (Math.abs(wallMs - known.wallMs - passedMs) > SAME_MS) return Math.floor(this.look().sureMs);
    return known.doubt === null ? wallMs : Math.floor(known.sureMs + passedMs);
  }

  /** True while the wall clock is not followed. */
  get isDoubted(): boolean {
    return this.known.doubt !== null;
  }

  /** Looks at the machine's clocks and says what is sure. */
  look(): SureTime {
    const view = this.view();
    const offMs = this.machine.uptimeMs() - view.monotonicMs - this.offCountMs;
    // The time since the start may be counted in whole seconds. What is less is counted when it has become more.
    const sleptMs = offMs > SAME_MS ? offMs : 0;
    this.offCountMs += sleptMs;
    this.known = goOn(this.known, view, sleptMs);
    return this.known;
  }

  hearConfirmation(agoMs: number | null): SureTime {
    this.look();
    this.known = hearConfirmation(this.known, agoMs);
    return this.known;
  }

  /** Takes the wall clock for right. */
  accept(): SureTime {
    this.look();
    this.known = acceptWallClock(this.known);
    return this.known;
  }

  private view(): { wallMs: number; monotonicMs: number } {
    return { wallMs: this.machine.wallMs(), monotonicMs: this.machine.monotonicMs() };
  }
}
