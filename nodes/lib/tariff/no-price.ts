/**
 * A tariff has no price for a moment, and will have one when somebody adds to it. It is the fault of no reading: what is
 * read meanwhile waits, and nobody else waits for it. `field` and `value` say what of the tariff is missing.
 */
export class NoPrice extends RangeError {
  constructor(
    readonly field: string,
    readonly value: string,
    reason: string,
  ) {
    super(reason);
  }
}
