export type Range = readonly [from: number, to: number];

/** How a set is written down: everything below `below`, and these ranges above it. */
export interface WrittenRanges {
  below: number;
  ranges: Range[];
}

/**
 * A set of whole numbers that fills up from below, such as sequence numbers that have arrived. Numbers that come in
 * order take no room; the gaps between them are what is remembered.
 */
export class RangeSet {
  private floor: number;
  private readonly above: [number, number][];

  constructor({ below, ranges }: WrittenRanges = { below: 1, ranges: [] }) {
    this.floor = below;
    this.above = [];
    for (const [from, to] of ranges) this.add(from, to);
  }

  /** Everything below is in the set. */
  get below(): number {
    return this.floor;
  }

  get rangeCount(): number {
    return this.above.length;
  }

  covers(from: number, to: number): boolean {
    if (to < this.floor) return true;
    const start = Math.max(from, this.floor);
    return this.above.some(([first, last]) => first <= start && to <= last);
  }

  has(value: number): boolean {
    return this.covers(value, value);
  }

  add(from: number, to: number): void {
    if (to < this.floor || to < from) return;
    let first = from;
    let last = to;
    const start = this.above.findIndex((range) => range[1] + 1 >= first);
    const at = start === -1 ? this.above.length : start;
    let joined = 0;
    for (const [begin, end] of this.above.slice(at)) {
      if (begin > last + 1) break;
      first = Math.min(first, begin);
      last = Math.max(last, end);
      joined += 1;
    }
    const isFromFloor = first <= this.floor;
    if (isFromFloor) this.floor = last + 1;
    this.above.splice(at, joined, ...(isFromFloor ? [] : [[first, last] as [number, number]]));
  }

  /** Takes everything below as being in the set. */
  raise(below: number): void {
    if (below > this.floor) this.add(this.floor, below - 1);
  }

  /** Takes the oldest gaps as filled until no more than so many are left to remember. */
  forgetGaps(most: number): void {
    for (let [oldest] = this.above; oldest && this.above.length > most; [oldest] = this.above)
      this.raise(oldest[0]);
  }

  write(mostRanges = Infinity): WrittenRanges {
    return { below: this.floor, ranges: this.above.slice(0, mostRanges).map(([from, to]) => [from, to]) };
  }
}
