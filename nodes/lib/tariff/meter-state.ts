import { ZERO_MICROS, type Micros } from '../money/micros';
import type { ApparentEnergy } from './apparent-energy';
import type { ComponentKey, RetiredComponent } from './carry-over';
import type { DemandWindow } from './demand-window';
import { pieceAt, type MeterPlan } from './meter-plan';

/**
 * What pricing remembers of a meter between two segments: a few numbers that can be stored as JSON. They depend on the
 * register curve and on the days charged, not on the steps in which these were reached.
 */
export interface MeterState {
  /** The tariff that the register has reached; the lists below are in the order of its components. */
  tariffId: string;
  version: number;
  components: readonly ComponentKey[];
  /** What is too small to charge yet: of the register, and of the days. Kept for ever, so that nothing drifts. */
  rests: readonly number[];
  dayRests: readonly number[];
  /** All that was ever charged. */
  totals: readonly Micros[];
  /** What energy had come to when the billing period began. */
  periodTotals: readonly Micros[];
  /** The same of components that the tariff does not have, ordered by their keys. */
  retired: readonly RetiredComponent[];
  /** When the meter's first segment began. */
  startMs: number;
  /** The billing period that the register has reached, and the register when it began. */
  periodFromMs: number;
  periodToMs: number;
  periodStartWh: number;
  /** Since when the meter has had this period: later than its begin when the meter or the billing rule is newer. */
  hadFromMs: number;
  /** The first day that has not paid its standing charges yet. */
  nextDay: number;
  /** The highest averages of this billing period and the windows that are not over yet, ordered by length and unit. */
  demand: readonly DemandWindow[];
  /** Energy with a known power factor in this billing period, and the same as apparent energy. */
  knownWh: number;
  known: Readonly<ApparentEnergy>;
  /** The export register where it was last known, and what was exported in this billing period. */
  exportWh: number | null;
  exportedWh: number;
  /** Exported energy that waits to offset use, and the use that was offset in this billing period. */
  bankWh: number;
  offsetWh: number;
}

/**
 * The state at a meter's first reading. `periodStartWh` is given when the meter had the billing period before it too,
 * and is the register when the period began.
 */
export function newMeterState(
  plan: MeterPlan,
  atMs: number,
  registerWh: number,
  periodStartWh?: number,
  exportWh?: number,
): MeterState {
  const { tariff, components, periods, days } = pieceAt(plan, atMs).tariff;
  const { fromMs, toMs } = periods.at(atMs);
  const nothing = zeros(components.length);
  return {
    tariffId: tariff.tariffId,
    version: tariff.version,
    components,
    rests: nothing,
    dayRests: nothing,
    totals: nothing,
    periodTotals: nothing,
    retired: NONE_RETIRED,
    startMs: atMs,
    periodFromMs: fromMs,
    periodToMs: toMs,
    periodStartWh: periodStartWh ?? registerWh,
    hadFromMs: periodStartWh === undefined ? atMs : fromMs,
    nextDay: days.dayAt(atMs).dayNumber,
    demand: NO_WINDOWS,
    knownWh: 0,
    known: NOTHING_KNOWN,
    exportWh: exportWh ?? null,
    exportedWh: 0,
    bankWh: 0,
    offsetWh: 0,
  };
}

const NO_WINDOWS: readonly DemandWindow[] = [];
const NONE_RETIRED: readonly RetiredComponent[] = [];
const NOTHING_KNOWN: Readonly<ApparentEnergy> = { vah: 0, microVah: 0 };
const ZEROS: (readonly Micros[])[] = [];

/** One list of so many zeros for all meters. */
export function zeros(length: number): readonly Micros[] {
  return (ZEROS[length] ??= Array.from({ length }, () => ZERO_MICROS));
}

/** The same state, which shares what is empty with all others: a million meters are kept in memory. */
export function shareNothing(state: MeterState): MeterState {
  const { rests, dayRests, totals, periodTotals, retired, demand, known } = state;
  return {
    ...copyOfState(state),
    rests: shared(rests),
    dayRests: shared(dayRests),
    totals: shared(totals),
    periodTotals: shared(periodTotals),
    retired: retired.length === 0 ? NONE_RETIRED : retired,
    demand: demand.length === 0 ? NO_WINDOWS : demand,
    known: known.vah === 0 && known.microVah === 0 ? NOTHING_KNOWN : known,
  };
}

function shared<Count extends number>(counts: readonly Count[]): readonly Count[] {
  return counts.every((count) => count === 0)
    ? (zeros(counts.length) as readonly number[] as readonly Count[])
    : counts;
}

/** A copy to work on. Written out, since copying this many fields with a spread takes longer than pricing does. */
export function copyOfState(state: MeterState): MeterState {
  return {
    tariffId: state.tariffId,
    version: state.version,
    components: state.components,
    rests: state.rests,
    dayRests: state.dayRests,
    totals: state.totals,
    periodTotals: state.periodTotals,
    retired: state.retired,
    startMs: state.startMs,
    periodFromMs: state.periodFromMs,
    periodToMs: state.periodToMs,
    periodStartWh: state.periodStartWh,
    hadFromMs: state.hadFromMs,
    nextDay: state.nextDay,
    demand: state.demand,
    knownWh: state.knownWh,
    known: state.known,
    exportWh: state.exportWh,
    exportedWh: state.exportedWh,
    bankWh: state.bankWh,
    offsetWh: state.offsetWh,
  };
}

/** Whether two states say the same. Written out, since it is asked for every reading; what most meters never have is compared as text. */
export function isSameState(a: MeterState, b: MeterState): boolean {
  return (
    a === b ||
    (a.periodStartWh === b.periodStartWh &&
      a.nextDay === b.nextDay &&
      isSameCounts(a.totals, b.totals) &&
      isSameCounts(a.rests, b.rests) &&
      isSameCounts(a.dayRests, b.dayRests) &&
      isSameCounts(a.periodTotals, b.periodTotals) &&
      a.tariffId === b.tariffId &&
      a.version === b.version &&
      a.startMs === b.startMs &&
      a.periodFromMs === b.periodFromMs &&
      a.periodToMs === b.periodToMs &&
      a.hadFromMs === b.hadFromMs &&
      a.knownWh === b.knownWh &&
      a.known.vah === b.known.vah &&
      a.known.microVah === b.known.microVah &&
      a.exportWh === b.exportWh &&
      a.exportedWh === b.exportedWh &&
      a.bankWh === b.bankWh &&
      a.offsetWh === b.offsetWh &&
      isSameRare(a.components, b.components) &&
      isSameRare(a.demand, b.demand) &&
      isSameRare(a.retired, b.retired))
  );
}

function isSameCounts(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

function isSameRare(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && (a.length === 0 || JSON.stringify(a) === JSON.stringify(b)));
}
