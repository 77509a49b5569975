import { KeyedRows } from '../meter/keyed-rows';
import type { QuietBounds } from './quiet-bounds';
import type { SupplyGuard } from './supply-guard';

/** Where each number of an account's bounds stands. What may still be spent and used is counted down. */
const STAMP = 0;
const UNTIL_MS = 1;
const ABOVE_MICROS = 2;
const AT_MOST_MICROS = 3;
const LEFT_MICROS = 4;
const LEFT_WH = 5;
const AT_MOST_W = 6;
const PERIOD_FROM_MS = 7;
const NUMBERS = 8;
const GUARDS_PER_ERA = 1_000_000;
const NO_STAMP = 0;

/** A reading as far as it can end the quiet of its account. */
export interface QuietReading {
  nowMs: number;
  balanceMicros: number;
  amountMicros: number;
  usedWh: number;
  powerW: number | null;
  periodFromMs: number;
}

/**
 * The bounds of all accounts as rows of numbers, since a million of them are kept in memory and each reading asks for one.
 * An account's key is the number of its row.
 */
export class QuietShelf {
  private readonly rows = new KeyedRows(NUMBERS);
  private readonly guards = new WeakMap<SupplyGuard, number>();
  private guardCount = 0;
  private lastGuard: SupplyGuard | null = null;
  private lastStamp = NO_STAMP;
  private era = 1;

  keep(accountKey: number, guard: SupplyGuard, bounds: QuietBounds): void {
    const page = this.rows.pageFor(accountKey);
    const at = this.rows.placeOf(accountKey);
    page[at + STAMP] = this.stampOf(guard);
    page[at + UNTIL_MS] = bounds.untilMs;
    page[at + ABOVE_MICROS] = bounds.aboveMicros;
    page[at + AT_MOST_MICROS] = bounds.atMostMicros;
    page[at + LEFT_MICROS] = bounds.belowSpentMicros;
    page[at + LEFT_WH] = bounds.belowUsedWh;
    page[at + AT_MOST_W] = bounds.atMostW;
    page[at + PERIOD_FROM_MS] = bounds.periodFromMs;
  }

  /** The next reading of this account has to be decided on. */
  end(accountKey: number): void {
    const page = this.rows.pageOf(accountKey);
    if (page) page[this.rows.placeOf(accountKey) + STAMP] = NO_STAMP;
  }

  /** What all accounts depend on has changed. */
  endAll(): void {
    this.era += 1;
    this.lastGuard = null;
  }

  /** Whether a reading lies within the bounds that this very guard left. It counts what the reading used. */
  holds(accountKey: number, guard: SupplyGuard, reading: QuietReading): boolean {
    const page = this.rows.pageOf(accountKey);
    const at = this.rows.placeOf(accountKey);
    if (page?.[at + STAMP] !== this.stampOf(guard)) return false;
    const { nowMs, balanceMicros, amountMicros, usedWh, powerW, periodFromMs } = reading;
    const leftMicros = (page[at + LEFT_MICROS] ?? 0) - amountMicros;
    const leftWh = (page[at + LEFT_WH] ?? 0) - usedWh;
    page[at + LEFT_MICROS] = leftMicros;
    page[at + LEFT_WH] = leftWh;
    return (
      nowMs < (page[at + UNTIL_MS] ?? 0) &&
      balanceMicros > (page[at + ABOVE_MICROS] ?? 0) &&
      balanceMicros <= (page[at + AT_MOST_MICROS] ?? 0) &&
      leftMicros > 0 &&
      leftWh > 0 &&
      // Money that comes back could bring an account back over a line of a limit of its own.
      (amountMicros >= 0 || leftMicros === Infinity) &&
      (powerW === null || powerW <= (page[at + AT_MOST_W] ?? 0)) &&
      periodFromMs <= (page[at + PERIOD_FROM_MS] ?? 0)
    );
  }

  private stampOf(guard: SupplyGuard): number {
    if (guard === this.lastGuard) return this.lastStamp;
    let number = this.guards.get(guard);
    if (number === undefined) {
      number = this.guardCount += 1;
      this.guards.set(guard, number);
    }
    this.lastGuard = guard;
    this.lastStamp = this.era * GUARDS_PER_ERA + number;
    return this.lastStamp;
  }
}
