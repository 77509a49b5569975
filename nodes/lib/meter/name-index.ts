const FIRST_SLOTS = 1 << 9;
/** An empty slot has no number; the others have one more than theirs, so that zeros are empty. */
const EMPTY = 0;

/**
 * Finds the number of a name in a list of names. A table of V8 follows its links through memory, from name to name: with
 * a million names each step waits for memory, and each reading asks several times. This one looks at one short row of
 * numbers, and then at the one name that it is.
 */
export class NameIndex {
  /** Slot by slot a hash and a number. A name stands in the slot of its hash, or in the first free one behind it. */
  private slots = new Int32Array(2 * FIRST_SLOTS);
  private mask = FIRST_SLOTS - 1;
  private count = 0;

  constructor(private readonly names: readonly string[]) {}

  get size(): number {
    return this.count;
  }

  /** Undefined for a name that is not here. */
  find(name: string): number | undefined {
    const hash = hashOf(name);
    const { slots, names } = this;
    for (let at = hash & this.mask; ; at = (at + 1) & this.mask) {
      const next = slots[2 * at + 1] ?? EMPTY;
      if (next === EMPTY) return undefined;
      if (slots[2 * at] === hash && names[next - 1] === name) return next - 1;
    }
  }

  /** To be called once for a name, when it stands in the list. */
  add(number: number): void {
    this.count += 1;
    if (2 * this.count > this.mask + 1) this.grow();
    this.put(hashOf(this.names[number] ?? ''), number + 1);
  }

  /** To be called while the name still stands in the list. */
  delete(number: number): void {
    const { slots, mask } = this;
    let gap = hashOf(this.names[number] ?? '') & mask;
    while (slots[2 * gap + 1] !== number + 1) {
      if (slots[2 * gap + 1] === EMPTY) return;
      gap = (gap + 1) & mask;
    }
    this.count -= 1;
    // Whoever stands behind only because this slot was taken moves up, or it would not be found any more.
    for (let at = (gap + 1) & mask; slots[2 * at + 1] !== EMPTY; at = (at + 1) & mask) {
      const home = (slots[2 * at] ?? 0) & mask;
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      slots.copyWithin(2 * gap, 2 * at, 2 * at + 2);
      gap = at;
    }
    slots[2 * gap + 1] = EMPTY;
  }

  private put(hash: number, number: number): void {
    const { slots, mask } = this;
    let at = hash & mask;
    while (slots[2 * at + 1] !== EMPTY) at = (at + 1) & mask;
    slots[2 * at] = hash;
    slots[2 * at + 1] = number;
  }

  private grow(): void {
    const before = this.slots;
    this.slots = new Int32Array(2 * before.length);
    this.mask = before.length - 1;
    for (let at = 0; at < before.length; at += 2) {
      const number = before[at + 1] ?? EMPTY;
      if (number !== EMPTY) this.put(before[at] ?? 0, number);
    }
  }
}

/** FNV-1a, with its bits mixed once more: names that end in a count would stand in a few long rows. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
