/** Pages of so many rows: growing makes one and copies none. */
const ROWS_PER_PAGE = 8_192;

/**
 * Rows of numbers, all of one width, by keys that a ledger gives out one after another. A million of them are kept in
 * memory, and each reading asks for some. A row that was never written is all zeros.
 */
export class KeyedRows {
  private readonly pages: (Float64Array | undefined)[] = [];

  constructor(private readonly width: number) {}

  /** The array that a key's row lies in; undefined while no key near it has one. */
  pageOf(key: number): Float64Array | undefined {
    return this.pages[Math.floor(key / ROWS_PER_PAGE)];
  }

  /** The same, made where there is none yet. */
  pageFor(key: number): Float64Array {
    return (this.pages[Math.floor(key / ROWS_PER_PAGE)] ??= new Float64Array(ROWS_PER_PAGE * this.width));
  }

  /** Where in its page a row begins. */
  placeOf(key: number): number {
    return (key % ROWS_PER_PAGE) * this.width;
  }

  clear(): void {
    this.pages.length = 0;
  }
}
