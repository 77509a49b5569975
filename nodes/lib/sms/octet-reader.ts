/** Raised while a PDU is read and caught where the reading began: whoever decodes gets a result, never an error. */
export class PduTooShort extends Error {}

/** Takes octets from the front, and says in which field they ran out. */
export class OctetReader {
  private place = 0;

  constructor(private readonly octets: Uint8Array) {}

  get left(): number {
    return this.octets.length - this.place;
  }

  take(count: number, field: string): Uint8Array {
    if (count > this.left) throw new PduTooShort(`it ends inside the ${field}`);
    this.place += count;
    return this.octets.subarray(this.place - count, this.place);
  }

  takeOne(field: string): number {
    return this.take(1, field)[0] ?? 0;
  }

  /** What is there, up to so many. */
  takeUpTo(count: number): Uint8Array {
    return this.take(Math.min(count, this.left), 'rest');
  }
}
