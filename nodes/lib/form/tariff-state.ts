/**
 * The state that a dialog saves a tariff in. A change of an approved tariff begins as a draft, so that nobody is billed
 * by it before a person has said so; what a person chooses stays.
 */
export class ProposedState {
  #shown: string;
  #isChosen = false;
  #wasNext: boolean | undefined;

  constructor(private readonly stored: string) {
    this.#shown = stored;
  }

  /** The state to show, when the field shows `shown` and the tariff is a version after an approved one, or is not. */
  follow(shown: string, isNext: boolean): string {
    if (shown !== this.#shown) this.#isChosen = true;
    this.#shown = shown;
    const hasTurned = this.#wasNext !== undefined && this.#wasNext !== isNext;
    this.#wasNext = isNext;
    if (hasTurned && !this.#isChosen) this.#shown = isNext ? 'draft' : this.stored;
    return this.#shown;
  }
}
