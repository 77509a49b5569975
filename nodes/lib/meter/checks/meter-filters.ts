import type { Reading } from '../reading';
import { ALARMS, alarmVerdict, type AlarmName } from './alarms';
import { chiSquareLimit } from './chi-square';
import { filterMeter, estimate, type Estimate } from './filter-meter';
import { LARGE_NUMBERS, SMALL_NUMBERS, WHOLE_NUMBERS, type FilterSlot } from './filter-state';
import { METER_CLASSES, type MeterClass } from './meter-class';
import type { CheckVerdict } from './verdict';

export interface FilterLimits {
  /** How sure the gate has to be that an innovation is no noise. */
  confidence: number;
  /** Looking for replays takes 280 bytes more per meter. */
  findsReplays: boolean;
}

export const DEFAULT_FILTER_LIMITS: FilterLimits = { confidence: 0.999, findsReplays: true };

interface Page {
  small: Float32Array;
  large: Float64Array;
  whole: Int32Array;
}

/** Arrays of this many meters: growing allocates one and copies none. */
const METERS_PER_PAGE = 256;
const NONE: readonly CheckVerdict[] = [];

/** What is kept of a filter over a restart: plain numbers, for JSON. */
export type SavedFilter = readonly number[];

/**
 * The filters of all meters. They smooth for display and raise flags; a register is never touched. Readings have to
 * come in the order of time; an older one changes nothing.
 */
export class MeterFilters {
  private readonly slots = new Map<string, number>();
  private readonly free: number[] = [];
  private readonly pages: Page[] = [];
  private readonly gate: number;
  private readonly wholeNumbers: number;
  private readonly view: FilterSlot;

  constructor(limits: FilterLimits = DEFAULT_FILTER_LIMITS) {
    this.gate = chiSquareLimit(limits.confidence);
    this.wholeNumbers = limits.findsReplays ? WHOLE_NUMBERS : 0;
    const empty = { small: new Float32Array(), large: new Float64Array(), whole: new Int32Array() };
    this.view = { ...empty, smallAt: 0, largeAt: 0, wholeAt: limits.findsReplays ? 0 : null };
  }

  /** Flags that came up with this reading, and events for those that are over. Usually none. */
  observe(reading: Reading, meterClass: MeterClass = METER_CLASSES['single-phase']): readonly CheckVerdict[] {
    const slot = this.slots.get(reading.meterId) ?? this.enter(reading.meterId);
    const view = this.look(slot);
    const changed = filterMeter(view, reading, this.gate, meterClass);
    if (changed === 0) return NONE;
    const found: CheckVerdict[] = [];
    ALARMS.forEach((alarm) => {
      if ((changed & alarm.bit) !== 0) found.push(alarmVerdict(alarm, view, reading));
    });
    return found;
  }

  /** What the meter's values are without their noise; null for a meter that was never seen. */
  estimateOf(meterId: string): Estimate | null {
    const slot = this.slots.get(meterId);
    return slot === undefined ? null : estimate(this.look(slot));
  }

  /** The flags that are up. */
  alarmsOf(meterId: string): AlarmName[] {
    const slot = this.slots.get(meterId);
    if (slot === undefined) return [];
    const alarms = estimate(this.look(slot)).alarms;
    return ALARMS.filter(({ bit }) => (alarms & bit) !== 0).map(({ name }) => name);
  }

  save(meterId: string): SavedFilter | null {
    const slot = this.slots.get(meterId);
    if (slot === undefined) return null;
    const { small, smallAt, large, largeAt, whole, wholeAt } = this.look(slot);
    return [
      ...large.subarray(largeAt, largeAt + LARGE_NUMBERS),
      ...small.subarray(smallAt, smallAt + SMALL_NUMBERS),
      ...(wholeAt === null ? [] : whole.subarray(wholeAt, wholeAt + WHOLE_NUMBERS)),
    ];
  }

  /** Whether the numbers were of this version and shape. If not, the filter begins anew and nothing else is lost. */
  restore(meterId: string, saved: unknown): boolean {
    const isWhole =
      Array.isArray(saved) &&
      saved.length === LARGE_NUMBERS + SMALL_NUMBERS + this.wholeNumbers &&
      saved.every((value) => typeof value === 'number' && Number.isFinite(Math.fround(value)));
    if (!isWhole) return false;
    const numbers = saved as number[];
    const { small, smallAt, large, largeAt, whole, wholeAt } = this.look(
      this.slots.get(meterId) ?? this.enter(meterId),
    );
    large.set(numbers.slice(0, LARGE_NUMBERS), largeAt);
    small.set(numbers.slice(LARGE_NUMBERS, LARGE_NUMBERS + SMALL_NUMBERS), smallAt);
    if (wholeAt !== null) whole.set(numbers.slice(LARGE_NUMBERS + SMALL_NUMBERS), wholeAt);
    return true;
  }

  forget(meterId: string): void {
    const slot = this.slots.get(meterId);
    if (slot === undefined) return;
    this.slots.delete(meterId);
    this.free.push(slot);
  }

  private enter(meterId: string): number {
    const slot = this.free.pop() ?? this.slots.size;
    if (slot >= this.pages.length * METERS_PER_PAGE) this.pages.push(this.newPage());
    this.slots.set(meterId, slot);
    const { small, smallAt, large, largeAt } = this.look(slot);
    small.fill(0, smallAt, smallAt + SMALL_NUMBERS);
    large.fill(0, largeAt, largeAt + LARGE_NUMBERS);
    return slot;
  }

  private newPage(): Page {
    return {
      small: new Float32Array(METERS_PER_PAGE * SMALL_NUMBERS),
      large: new Float64Array(METERS_PER_PAGE * LARGE_NUMBERS),
      whole: new Int32Array(METERS_PER_PAGE * this.wholeNumbers),
    };
  }

  /** One object that is pointed at a meter, so that looking allocates nothing. */
  private look(slot: number): FilterSlot {
    const page = this.pages[Math.floor(slot / METERS_PER_PAGE)];
    const place = slot % METERS_PER_PAGE;
    const { view } = this;
    // A slot is given out only when its page exists.
    if (!page) throw new RangeError(`no page for slot ${slot}`);
    view.small = page.small;
    view.large = page.large;
    view.whole = page.whole;
    view.smallAt = place * SMALL_NUMBERS;
    view.largeAt = place * LARGE_NUMBERS;
    if (view.wholeAt !== null) view.wholeAt = place * WHOLE_NUMBERS;
    return view;
  }
}
