import type { Schedule } from '../modem/byte-port';
import { MARK_BYTES, wireBytes } from './cell';
import { airMs, type LinkMedium } from './link';
import type { Neighbour } from './neighbour';

const ANSWER_BODY_BYTES = 12;
/** After so many silences in a row the wait grows no more. */
const MAX_DOUBLINGS = 4;
/** On its own wire a neighbour may be in the middle of a cell, with another behind it, before it can answer. */
const CELLS_BEFORE_ANSWER = 2;

/** How long to listen for the acknowledgement after the last byte was sent. */
function answerWaitMs(medium: LinkMedium): number {
  const answerMs = airMs(medium, wireBytes(ANSWER_BODY_BYTES + MARK_BYTES));
  const busyMs = medium.isShared
    ? 0
    : CELLS_BEFORE_ANSWER * airMs(medium, wireBytes(medium.fragmentBytes + MARK_BYTES));
  return 2 * medium.turnaroundMs + answerMs + busyMs + 2 * medium.latencyMs;
}

/** One clock per neighbour that was sent something and has not answered. */
export class AnswerTimers {
  private readonly cancels = new Map<Neighbour, () => void>();
  private readonly waitMs: number;

  constructor(
    private readonly schedule: Schedule,
    medium: LinkMedium,
    private readonly onSilence: (neighbour: Neighbour) => void,
  ) {
    this.waitMs = answerWaitMs(medium);
  }

  /** Waits for an answer to what is on the wire until `sentMs`, and longer for one who was silent before. */
  start(neighbour: Neighbour, sentMs: number): void {
    this.stop(neighbour);
    const patience = 2 ** Math.min(neighbour.sender.silences, MAX_DOUBLINGS);
    const waitMs = Math.max(0, sentMs - this.schedule.nowMs()) + this.waitMs * patience;
    const fire = (): void => {
      this.cancels.delete(neighbour);
      this.onSilence(neighbour);
    };
    this.cancels.set(neighbour, this.schedule.after(waitMs, fire));
  }

  stop(neighbour: Neighbour): void {
    this.cancels.get(neighbour)?.();
    this.cancels.delete(neighbour);
  }

  close(): void {
    for (const cancel of this.cancels.values()) cancel();
    this.cancels.clear();
  }
}
