import type { SiteClock } from './site-clock';
import {
  acceptWallClock,
  goOn,
  hearConfirmation,
  MAX_STEP_MS,
  startSureTime,
  type SureTime,
  type ClockView,
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
    const uptimeMs = machine.uptimeMs();
    const view = this.view();
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

  /** How far the doubted wall clock was ahead of the sure time at the last look, 0 while there is no doubt. */
  get wallAheadMs(): number {
    const { doubt, wallMs, sureMs } = this.known;
    return doubt === null ? 0 : Math.round(wallMs - sureMs);
  }

  /** Looks at the machine's clocks and says what is sure. */
  look(): SureTime {
    // Asked first: a sleep that begins before the others are read is then counted at the next look and not dropped.
    const uptimeMs = this.machine.uptimeMs();
    const view = this.view();
    this.known = goOn(this.known, view, this.sleptMs(uptimeMs, view));
    return this.known;
  }

  /**
   * How long the machine has slept since the last look. A sleep passes for the wall clock too: where only the count of
   * the time since the machine's start leaps, as it does in a container whose view of it is lost, nobody has slept.
   */
  private sleptMs(uptimeMs: number, view: ClockView): number {
    const offMs = uptimeMs - view.monotonicMs - this.offCountMs;
    // The time since the start may be counted in whole seconds. What is less is counted when it has become more.
    if (Math.abs(offMs) <= SAME_MS) return 0;
    const passedMs = view.monotonicMs - this.known.monotonicMs;
    const steppedMs = view.wallMs - this.known.wallMs - passedMs;
    const awayMs = view.wallMs - this.known.sureMs - passedMs - offMs;
    const hasSlept = offMs > 0 && (steppedMs >= offMs - MAX_STEP_MS || Math.abs(awayMs) <= MAX_STEP_MS);
    // Set back while it slept, the wall clock tells nothing; once it is right again, it does.
    if (hasSlept || offMs < 0 || steppedMs > -MAX_STEP_MS) this.offCountMs += offMs;
    return hasSlept ? offMs : 0;
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

  private view(): ClockView {
    return { wallMs: this.machine.wallMs(), monotonicMs: this.machine.monotonicMs() };
  }
}
