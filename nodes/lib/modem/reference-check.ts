/** A network that has not answered by then does not answer any more. */
const LATE_ANSWER_MS = 300_000;
/** 3GPP TS 23.040 clause 9.2.3.6: each message gets the next number, and after 255 comes 0. */
const REFERENCES = 256;

/**
 * Whether a reference that the modem names is that of the text just sent. After a silence it may be the late answer to a
 * text before, and only the number tells: the references of a modem count up.
 */
export class ReferenceCheck {
  private last: number | null = null;
  /** When the texts were sent that never got an answer. */
  private unanswered: number[] = [];
  /** References that earlier texts must have, since later ones have come past them; with the time until they may be named. */
  private readonly skipped = new Map<number, number>();

  onSilence(nowMs: number): void {
    this.unanswered.push(nowMs);
  }

  /** An answer that nobody waited for any more. */
  onLate(reference: number): void {
    if (this.skipped.delete(reference)) return;
    this.unanswered.shift();
    this.last = reference;
  }

  /** A modem that starts anew has nothing left to answer. */
  onReset(): void {
    this.unanswered = [];
    this.skipped.clear();
  }

  /** False when it may just as well be the answer to an earlier text. */
  isOurs(reference: number, nowMs: number): boolean {
    this.forget(nowMs);
    if (this.skipped.delete(reference)) {
      // The answer to ours is still to come.
      this.onSilence(nowMs);
      return false;
    }
    const { last } = this;
    this.last = reference;
    const earlier = this.unanswered.length;
    if (earlier === 0) return true;
    if (last === null || (reference - last + REFERENCES) % REFERENCES !== earlier + 1) return false;
    for (let step = 1; step <= earlier; step += 1)
      this.skipped.set((last + step) % REFERENCES, nowMs + LATE_ANSWER_MS);
    this.unanswered = [];
    return true;
  }

  private forget(nowMs: number): void {
    this.unanswered = this.unanswered.filter((atMs) => nowMs - atMs < LATE_ANSWER_MS);
    for (const [reference, untilMs] of this.skipped) if (nowMs >= untilMs) this.skipped.delete(reference);
  }
}
