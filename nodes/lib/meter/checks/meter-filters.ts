import { longerWholes, MeterNumbers, NO_NUMBER, roomFor } from '../meter-numbers';
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
  /** Looking for replays takes 280 bytes more per meter, once one has measured voltage, current and power together. */
  findsReplays: boolean;
  /** Filters cost memory; meters beyond this many are read and billed like all others, and not filtered. */
  maxMeters: number;
}

export const DEFAULT_FILTER_LIMITS: FilterLimits = {
  confidence: 0.999,
  findsReplays: true,
  maxMeters: 250_000,
};

interface Page {
  small: Float32Array;
  large: Float64Array;
  /** Empty until a meter of the page says something that could be replayed. */
  whole: Int32Array;
}

/** Arrays of this many meters: growing allocates one and copies none. */
const METERS_PER_PAGE = 256;
const NONE: readonly CheckVerdict[] = [];
const NO_WHOLE = new Int32Array();

/** What is kept of a filter over a restart: plain numbers, for JSON. */
export type SavedFilter = readonly number[];

/**
 * The filters of all meters. They smooth for display and raise flags; a register is never touched. Readings have to
 * come in the order of time; an older one changes nothing.
 */
export class MeterFilters {
  /** The place of each meter's filter, by the meter's number; one more than it is, so that 0 is none. */
  private places: Int32Array = new Int32Array();
  private count = 0;
  private readonly free: number[] = [];
  private readonly pages: Page[] = [];
  private readonly gate: number;
  private readonly wholeNumbers: number;
  private readonly view: FilterSlot;

  constructor(
    private readonly limits: FilterLimits = DEFAULT_FILTER_LIMITS,
    private readonly numbers = new MeterNumbers(),
  ) {
    this.gate = chiSquareLimit(limits.confidence);
    this.wholeNumbers = limits.findsReplays ? WHOLE_NUMBERS : 0;
    const empty = { small: new Float32Array(), large: new Float64Array(), whole: NO_WHOLE };
    this.view = { ...empty, smallAt: 0, largeAt: 0, wholeAt: limits.findsReplays ? 0 : null };
  }

  /** How many meters are filtered. */
  get size(): number {
    return this.count - this.free.length;
  }

  /** Flags that came up with this reading, and events for those that are over. Usually none. */
  observe(reading: Reading, meterClass: MeterClass = METER_CLASSES['single-phase']): readonly CheckVerdict[] {
    const slot = this.slotOf(reading.meterId) ?? this.enter(reading.meterId);
    if (slot === null) return NONE;
    const { voltageV, currentA, powerW } = reading;
    if (voltageV !== undefined && currentA !== undefined && powerW !== undefined) this.makeRoomForMarks(slot);
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
    const slot = this.slotOf(meterId);
    return slot === null ? null : estimate(this.look(slot));
  }

  /** The flags that are up. */
  alarmsOf(meterId: string): AlarmName[] {
    const slot = this.slotOf(meterId);
    if (slot === null) return [];
    const alarms = estimate(this.look(slot)).alarms;
    return ALARMS.filter(({ bit }) => (alarms & bit) !== 0).map(({ name }) => name);
  }

  save(meterId: string): SavedFilter | null {
    const slot = this.slotOf(meterId);
    if (slot === null) return null;
    this.makeRoomForMarks(slot);
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
    const slot = this.slotOf(meterId) ?? this.enter(meterId);
    if (slot === null) return false;
    this.makeRoomForMarks(slot);
    const { small, smallAt, large, largeAt, whole, wholeAt } = this.look(slot);
    large.set(numbers.slice(0, LARGE_NUMBERS), largeAt);
    small.set(numbers.slice(LARGE_NUMBERS, LARGE_NUMBERS + SMALL_NUMBERS), smallAt);
    if (wholeAt !== null) whole.set(numbers.slice(LARGE_NUMBERS + SMALL_NUMBERS), wholeAt);
    return true;
  }

  forget(meterId: string): void {
    const number = this.numbers.find(meterId);
    if (number !== NO_NUMBER) this.drop(number);
  }

  private slotOf(meterId: string): number | null {
    const place = this.places[this.numbers.find(meterId)] ?? 0;
    return place === 0 ? null : place - 1;
  }

  /** The meter of this number is forgotten. */
  drop(number: number): void {
    const place = this.places[number] ?? 0;
    if (place === 0) return;
    this.places[number] = 0;
    this.free.push(place - 1);
  }

  /** Null when there is no more room. */
  private enter(meterId: string): number | null {
    if (this.size >= this.limits.maxMeters) return null;
    const number = this.numbers.take(meterId);
    if (number >= this.places.length)
      this.places = longerWholes(this.places, roomFor(number, this.places.length));
    const slot = this.free.pop() ?? this.count++;
    if (slot >= this.pages.length * METERS_PER_PAGE) this.pages.push(newPage());
    this.places[number] = slot + 1;
    const { small, smallAt, large, largeAt } = this.look(slot);
    small.fill(0, smallAt, smallAt + SMALL_NUMBERS);
    large.fill(0, largeAt, largeAt + LARGE_NUMBERS);
    return slot;
  }

  /** Most meters say nothing that could be replayed, so the larger part of a filter is made when it is needed. */
  private makeRoomForMarks(slot: number): void {
    const page = this.pages[Math.floor(slot / METERS_PER_PAGE)];
    if (page?.whole === NO_WHOLE && this.wholeNumbers > 0)
      page.whole = new Int32Array(METERS_PER_PAGE * this.wholeNumbers);
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

function newPage(): Page {
  return {
    small: new Float32Array(METERS_PER_PAGE * SMALL_NUMBERS),
    large: new Float64Array(METERS_PER_PAGE * LARGE_NUMBERS),
    whole: NO_WHOLE,
  };
}
