import { NameIndex } from './name-index';

/** Stands for a meter that has no number. */
export const NO_NUMBER = -1;

/** A register of a million meters with some to spare; it is also what their index holds before it doubles. */
const MAX_METERS = 1 << 20;

/**
 * Gives meters numbers, so that whatever is kept of them can lie in plain arrays, and their names are kept once. Past
 * its bound a number goes on to another meter: one that was not heard for a while. Whoever keeps something under the
 * number is told, and reads it again from the ledger should the meter come back.
 */
export class MeterNumbers {
  private readonly ids: string[] = [];
  private readonly byId = new NameIndex(this.ids);
  /** Whether a meter was heard since the hand came by last. */
  private readonly isRecent: Uint8Array;
  private hand = 0;
  private readonly hearers = new Set<(number: number) => void>();
  /** A reading is asked for many times in a row. */
  private lastId = '';
  private lastNumber = NO_NUMBER;

  constructor(private readonly maxMeters = MAX_METERS) {
    this.isRecent = new Uint8Array(maxMeters);
  }

  get size(): number {
    return this.byId.size;
  }

  find(meterId: string): number {
    if (meterId === this.lastId) return this.lastNumber;
    const number = this.isNext(meterId) ? this.lastNumber + 1 : this.byId.find(meterId);
    if (number === undefined) return NO_NUMBER;
    this.isRecent[number] = 1;
    this.lastId = meterId;
    this.lastNumber = number;
    return number;
  }

  /** The number of a meter, which gets one if it has none. */
  take(meterId: string): number {
    const known = this.find(meterId);
    if (known !== NO_NUMBER) return known;
    const number = this.ids.length < this.maxMeters ? this.ids.length : this.free();
    const id = ownCopy(meterId);
    this.ids[number] = id;
    this.byId.add(number);
    this.isRecent[number] = 1;
    this.lastId = id;
    this.lastNumber = number;
    return number;
  }

  idOf(number: number): string {
    return this.ids[number] ?? '';
  }

  /** `take` for a meter that had this number once, and has it still unless it was not heard for long. */
  takeAgain(meterId: string, number: number): number {
    if (number === NO_NUMBER || this.ids[number] !== meterId) return this.take(meterId);
    this.isRecent[number] = 1;
    return number;
  }

  /** Tells of each number whose meter is forgotten. Returns the way to stop hearing. */
  onForgotten(hear: (number: number) => void): () => void {
    this.hearers.add(hear);
    return () => this.hearers.delete(hear);
  }

  /** A gateway lists its meters in the same order each time, so they got their numbers in it. */
  private isNext(meterId: string): boolean {
    const next = this.lastNumber + 1;
    return next < this.ids.length && this.ids[next] === meterId;
  }

  /** Goes round like the hand of a clock and takes the number of the first meter that was not heard since last time. */
  private free(): number {
    while (this.isRecent[this.hand] === 1) {
      this.isRecent[this.hand] = 0;
      this.hand = (this.hand + 1) % this.maxMeters;
    }
    const number = this.hand;
    this.hand = (this.hand + 1) % this.maxMeters;
    this.byId.delete(number);
    this.lastId = '';
    this.lastNumber = NO_NUMBER;
    for (const hear of this.hearers) hear(number);
    return number;
  }
}

/** A text that was cut out of a topic would keep the whole topic in memory. */
function ownCopy(text: string): string {
  return Array.from(text).join('');
}

/** Room for at least so many numbers: twice as much each time, so that a million cost few copies. */
export function roomFor(number: number, before: number): number {
  let room = Math.max(FIRST_ROOM, before);
  while (room <= number) room *= 2;
  return room;
}

const FIRST_ROOM = 256;

/** A longer array with the same beginning; the rest is `empty`. */
export function longerFloats(before: Float64Array, room: number, empty = 0): Float64Array {
  const after = new Float64Array(room);
  after.set(before);
  if (empty !== 0) after.fill(empty, before.length);
  return after;
}

export function longerBytes(before: Uint8Array, room: number): Uint8Array {
  const after = new Uint8Array(room);
  after.set(before);
  return after;
}

export function longerWholes(before: Int32Array, room: number): Int32Array {
  const after = new Int32Array(room);
  after.set(before);
  return after;
}
