/**
 * A map that keeps what was used last, at most `most` entries and at least half as many. It has two halves: what is used
 * moves to the younger one, and when that is full the older one is dropped. So no entry has to be looked for that could
 * go; deleting the first key of a long map again and again would take longer the more were deleted.
 */
export class RecentMap<Key, Value> {
  private young = new Map<Key, Value>();
  private old = new Map<Key, Value>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.young.size + this.old.size;
  }

  get(key: Key): Value | undefined {
    const value = this.young.get(key);
    if (value !== undefined || this.old.size === 0) return value;
    const older = this.old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  has(key: Key): boolean {
    return this.young.has(key) || this.old.has(key);
  }

  set(key: Key, value: Value): void {
    this.old.delete(key);
    this.young.set(key, value);
    if (this.young.size * 2 < this.most) return;
    this.old = this.young;
    this.young = new Map();
  }

  delete(key: Key): void {
    this.young.delete(key);
    this.old.delete(key);
  }

  /**
   * Puts all of it into new tables. One that stays for long is old to V8, however much comes and goes in it, and each
   * young collection then has to look through it.
   */
  renew(): void {
    this.young = new Map(this.young);
    this.old = new Map(this.old);
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }

  *[Symbol.iterator](): Generator<[Key, Value]> {
    yield* this.old;
    yield* this.young;
  }
}
