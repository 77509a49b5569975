import type { WaitingText } from './waiting-texts';

/** A text where it stands, between its neighbours. A smaller place comes sooner. */
export interface Standing {
  readonly text: WaitingText;
  readonly place: number;
  before: Standing | null;
  behind: Standing | null;
}

/** Texts that wait behind each other and can leave from anywhere. */
export class WaitingLane {
  first: Standing | null = null;
  last: Standing | null = null;

  append(text: WaitingText, place: number): Standing {
    const standing: Standing = { text, place, before: this.last, behind: null };
    if (this.last) this.last.behind = standing;
    else this.first = standing;
    this.last = standing;
    return standing;
  }

  prepend(text: WaitingText, place: number): Standing {
    const standing: Standing = { text, place, before: null, behind: this.first };
    if (this.first) this.first.before = standing;
    else this.last = standing;
    this.first = standing;
    return standing;
  }

  remove({ before, behind }: Standing): void {
    if (before) before.behind = behind;
    else this.first = behind;
    if (behind) behind.before = before;
    else this.last = before;
  }
}
