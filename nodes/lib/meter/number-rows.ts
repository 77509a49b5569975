/** Pages of so many rows: growing makes one and copies none. */
const ROWS_PER_PAGE = 1_024;

/** Rows of numbers, all of one width. A row that was given back is given out again. */
export class NumberRows {
  private readonly pages: Float64Array[] = [];
  private readonly free: number[] = [];
  private count = 0;

  constructor(private readonly width: number) {}

  /** A row that nobody has; what stands in it is left over. */
  take(): number {
    const row = this.free.pop() ?? this.count++;
    if (row >= this.pages.length * ROWS_PER_PAGE)
      this.pages.push(new Float64Array(ROWS_PER_PAGE * this.width));
    return row;
  }

  giveBack(row: number): void {
    this.free.push(row);
  }

  /** The array that a row lies in. */
  pageOf(row: number): Float64Array {
    const page = this.pages[Math.floor(row / ROWS_PER_PAGE)];
    if (!page) throw new RangeError(`there is no row ${row}`);
    return page;
  }

  /** Where in its page a row begins. */
  placeOf(row: number): number {
    return (row % ROWS_PER_PAGE) * this.width;
  }
}
