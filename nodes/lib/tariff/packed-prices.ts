import { longerWholes, roomFor } from '../meter/meter-numbers';
import type { Micros } from '../money/micros';
import type { ComponentKey } from './carry-over';
import type { MeterPlan } from './meter-plan';
import { zeros, type MeterState } from './meter-state';
import { NumberRows } from '../meter/number-rows';

/** What pricing has to know of a meter. */
export interface PlannedState {
  state: MeterState;
  plan: MeterPlan;
}

/** What is the same for all meters of a tariff in a billing period. */
interface Frame {
  tariffId: string;
  version: number;
  components: readonly ComponentKey[];
  periodFromMs: number;
  periodToMs: number;
}

/** Every meter has these, in this order. */
const START_MS = 0;
const HAD_FROM_MS = 1;
const PERIOD_START_WH = 2;
const NEXT_DAY = 3;
const COMMON = 4;
/** Those that know their power factor or feed back have these behind them. */
const KNOWN_WH = 4;
const VAH = 5;
const MICRO_VAH = 6;
const EXPORT_WH = 7;
const EXPORTED_WH = 8;
const BANK_WH = 9;
const OFFSET_WH = 10;
const WITH_MORE = 11;
/** Rests, rests of days, totals and totals of the period; one of each for every component. */
const LISTS = 4;

/** Meters share one frame for each tariff and month; past this, all are dropped and found again. */
const MAX_FRAMES = 1_000;
const NO_DEMAND: MeterState['demand'] = [];
const NONE_RETIRED: MeterState['retired'] = [];

/**
 * States of pricing as rows of numbers: a million of them as objects would fill a small machine. A state that holds
 * more than numbers, such as a measured demand, has no row.
 */
export class PackedPrices {
  private frames: Frame[] = [];
  private readonly plans: (MeterPlan | undefined)[] = [];
  /** By the numbers of meters; one more than the frame's place, so that 0 is a meter without a row. */
  private frameOf: Int32Array = new Int32Array();
  private rowOf: Int32Array = new Int32Array();
  private widthOf: Int32Array = new Int32Array();
  /** By width: a tariff of three components has longer rows than one of two. */
  private rows: (NumberRows | undefined)[] = [];

  private has(meter: number): boolean {
    return (this.frameOf[meter] ?? 0) > 0;
  }

  /** False for a state that holds more than numbers; then the meter has no row. */
  put(meter: number, { plan, state }: PlannedState): boolean {
    const count = state.components.length;
    if (!isPackable(state, count)) {
      this.drop(meter);
      return false;
    }
    const frame = this.frameFor(meter, state);
    const hasMore = hasMoreThanCommon(state);
    const common = hasMore ? WITH_MORE : COMMON;
    const width = common + LISTS * count;
    if (meter >= this.frameOf.length) this.grow(roomFor(meter, this.frameOf.length));
    if (!this.has(meter) || this.widthOf[meter] !== width) {
      this.drop(meter);
      this.widthOf[meter] = width;
      this.rowOf[meter] = this.rowsOf(width).take();
    }
    this.frameOf[meter] = frame + 1;
    this.plans[meter] = plan;
    const row = this.rowOf[meter] ?? 0;
    const rows = this.rowsOf(width);
    const all = rows.pageOf(row);
    const at = rows.placeOf(row);
    all[at + START_MS] = state.startMs;
    all[at + HAD_FROM_MS] = state.hadFromMs;
    all[at + PERIOD_START_WH] = state.periodStartWh;
    all[at + NEXT_DAY] = state.nextDay;
    if (hasMore) putMore(all, at, state);
    let place = at + common;
    place = putList(all, place, count, state.rests);
    place = putList(all, place, count, state.dayRests);
    place = putList(all, place, count, state.totals);
    putList(all, place, count, state.periodTotals);
    return true;
  }

  get(meter: number): PlannedState | undefined {
    const frame = this.frames[(this.frameOf[meter] ?? 0) - 1];
    const plan = this.plans[meter];
    if (!frame || !plan) return undefined;
    const row = this.rowOf[meter] ?? 0;
    const width = this.widthOf[meter] ?? 0;
    const rows = this.rowsOf(width);
    const all = rows.pageOf(row);
    const at = rows.placeOf(row);
    const count = frame.components.length;
    const common = width - LISTS * count;
    const hasMore = common === WITH_MORE;
    const lists = at + common;
    const exportWh = hasMore ? numberAt(all, at + EXPORT_WH) : NaN;
    const state: MeterState = {
      tariffId: frame.tariffId,
      version: frame.version,
      components: frame.components,
      rests: numbersAt(all, lists, count),
      dayRests: numbersAt(all, lists + count, count),
      totals: numbersAt(all, lists + 2 * count, count) as readonly Micros[],
      periodTotals: numbersAt(all, lists + 3 * count, count) as readonly Micros[],
      retired: NONE_RETIRED,
      startMs: numberAt(all, at + START_MS),
      periodFromMs: frame.periodFromMs,
      periodToMs: frame.periodToMs,
      periodStartWh: numberAt(all, at + PERIOD_START_WH),
      hadFromMs: numberAt(all, at + HAD_FROM_MS),
      nextDay: numberAt(all, at + NEXT_DAY),
      demand: NO_DEMAND,
      knownWh: hasMore ? numberAt(all, at + KNOWN_WH) : 0,
      known: hasMore
        ? { vah: numberAt(all, at + VAH), microVah: numberAt(all, at + MICRO_VAH) }
        : NOTHING_KNOWN,
      exportWh: Number.isNaN(exportWh) ? null : exportWh,
      exportedWh: hasMore ? numberAt(all, at + EXPORTED_WH) : 0,
      bankWh: hasMore ? numberAt(all, at + BANK_WH) : 0,
      offsetWh: hasMore ? numberAt(all, at + OFFSET_WH) : 0,
    };
    return { state, plan };
  }

  drop(meter: number): void {
    if (!this.has(meter)) return;
    this.frameOf[meter] = 0;
    this.plans[meter] = undefined;
    this.rowsOf(this.widthOf[meter] ?? 0).giveBack(this.rowOf[meter] ?? 0);
  }

  clear(): void {
    this.frameOf.fill(0);
    this.plans.fill(undefined);
    this.rows = [];
    this.frames = [];
  }

  private grow(room: number): void {
    this.frameOf = longerWholes(this.frameOf, room);
    this.rowOf = longerWholes(this.rowOf, room);
    this.widthOf = longerWholes(this.widthOf, room);
    while (this.plans.length < room) this.plans.push(undefined);
  }

  private rowsOf(width: number): NumberRows {
    while (this.rows.length <= width) this.rows.push(undefined);
    return (this.rows[width] ??= new NumberRows(width));
  }

  private frameFor(meter: number, state: MeterState): number {
    const before = (this.frameOf[meter] ?? 0) - 1;
    if (isFrameOf(this.frames[before], state)) return before;
    // The newest are at the end, and nearly every meter is in one of them.
    const found = this.frames.findLastIndex((frame) => isFrameOf(frame, state));
    if (found !== -1) return found;
    if (this.frames.length >= MAX_FRAMES) this.clear();
    const { tariffId, version, components, periodFromMs, periodToMs } = state;
    return this.frames.push({ tariffId, version, components, periodFromMs, periodToMs }) - 1;
  }
}

const NOTHING_KNOWN: MeterState['known'] = Object.freeze({ vah: 0, microVah: 0 });

function isFrameOf(frame: Frame | undefined, state: MeterState): boolean {
  return (
    frame?.periodFromMs === state.periodFromMs &&
    frame.periodToMs === state.periodToMs &&
    frame.version === state.version &&
    frame.tariffId === state.tariffId &&
    frame.components === state.components
  );
}

/** Demand and components of former tariffs are lists of their own. */
function isPackable(
  { demand, retired, rests, dayRests, totals, periodTotals }: MeterState,
  count: number,
): boolean {
  return (
    demand.length === 0 &&
    retired.length === 0 &&
    rests.length === count &&
    dayRests.length === count &&
    totals.length === count &&
    periodTotals.length === count
  );
}

function hasMoreThanCommon({ knownWh, exportWh, exportedWh, bankWh, offsetWh }: MeterState): boolean {
  return knownWh !== 0 || exportWh !== null || exportedWh !== 0 || bankWh !== 0 || offsetWh !== 0;
}

function putMore(all: Float64Array, at: number, state: MeterState): void {
  all[at + KNOWN_WH] = state.knownWh;
  all[at + VAH] = state.known.vah;
  all[at + MICRO_VAH] = state.known.microVah;
  all[at + EXPORT_WH] = state.exportWh ?? NaN;
  all[at + EXPORTED_WH] = state.exportedWh;
  all[at + BANK_WH] = state.bankWh;
  all[at + OFFSET_WH] = state.offsetWh;
}

const numberAt = (all: Float64Array, at: number): number => all[at] ?? 0;

function putList(all: Float64Array, at: number, count: number, list: readonly number[]): number {
  for (let index = 0; index < count; index += 1) all[at + index] = list[index] ?? 0;
  return at + count;
}

/** A list of just the length it has, since one that grows takes room for many more; what is all zeros is one for all. */
function numbersAt(all: Float64Array, at: number, count: number): readonly number[] {
  let isNothing = true;
  for (let index = at; index < at + count; index += 1) if (all[index] !== 0) isNothing = false;
  if (isNothing) return zeros(count);
  if (count === 1) return [numberAt(all, at)];
  if (count === 2) return [numberAt(all, at), numberAt(all, at + 1)];
  return Array.from(all.subarray(at, at + count));
}
