/** Whose readings the next message of one connection brings. */
export class MeterTurns {
  private next: number;

  /**
   * The connection speaks for meter `first` and for those at a `distance` of each other after it, below `end`. As
   * numbers only, a million meters take no more memory than one.
   */
  constructor(
    private readonly first: number,
    readonly distance: number,
    private readonly end: number,
    private readonly perMessage: number,
  ) {
    const own = Math.ceil((end - first) / distance);
    if (own < perMessage) throw new Error(`${own} meters do not fill a message of ${perMessage}`);
    this.next = first;
  }

  /** The first meter of the next message. Meters that fill no whole message at the end are left out. */
  take(): number {
    const taken = this.next;
    const next = taken + this.perMessage * this.distance;
    this.next = next + (this.perMessage - 1) * this.distance < this.end ? next : this.first;
    return taken;
  }
}
