import { subtractMicros, ZERO_MICROS, type Micros } from '../money/micros';
import type { MeterState } from './meter-state';

/** What a rest counts: 1/1000 micro of energy, 1/1000000 micro of a percentage, or nothing where amounts are whole. */
export type RestUnit = 'nano' | 'ppm' | 'whole';

/** A component for as long as its money and its rest mean the same, in whatever version of whatever tariff. */
export type ComponentKey = readonly [book: string, unit: RestUnit, id: string];

/** What a component has come to that the tariff in force does not have. It comes back when the component does. */
export interface RetiredComponent {
  key: ComponentKey;
  rest: number;
  dayRest: number;
  total: Micros;
  periodTotal: Micros;
}

/** The part of a meter's state that is kept per component. */
type Counts = Pick<MeterState, 'components' | 'rests' | 'dayRests' | 'totals' | 'periodTotals' | 'retired'>;

/**
 * Puts the counts in the order of other components. Nothing is dropped: counts without a place retire, and the result
 * depends on the counts and on the components only, not on the orders they had before.
 */
export function moveCounts(state: Counts, components: readonly ComponentKey[]): void {
  if (state.components === components) return;
  if (!isSameList(state.components, components)) {
    const counts = countsByName(state);
    const take = (key: ComponentKey): RetiredComponent | undefined => {
      const name = nameOf(key);
      const found = counts.get(name);
      counts.delete(name);
      return found;
    };
    const placed = components.map(take);
    state.rests = placed.map((count) => count?.rest ?? 0);
    state.dayRests = placed.map((count) => count?.dayRest ?? 0);
    state.totals = placed.map((count) => count?.total ?? ZERO_MICROS);
    state.periodTotals = placed.map((count) => count?.periodTotal ?? ZERO_MICROS);
    state.retired = retiredOf(counts);
  }
  // The tariff's own list, so that the next look is one comparison.
  state.components = components;
}

function countsByName(state: Counts): Map<string, RetiredComponent> {
  const counts = new Map<string, RetiredComponent>();
  for (const retired of state.retired) counts.set(nameOf(retired.key), retired);
  for (const [index, key] of state.components.entries()) {
    counts.set(nameOf(key), {
      key,
      rest: state.rests[index] ?? 0,
      dayRest: state.dayRests[index] ?? 0,
      total: state.totals[index] ?? ZERO_MICROS,
      periodTotal: state.periodTotals[index] ?? ZERO_MICROS,
    });
  }
  return counts;
}

function retiredOf(counts: ReadonlyMap<string, RetiredComponent>): RetiredComponent[] {
  return [...counts]
    .filter(([, { rest, dayRest, total, periodTotal }]) => rest || dayRest || total || periodTotal)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, count]) => count);
}

function isSameList(some: readonly ComponentKey[], others: readonly ComponentKey[]): boolean {
  if (some.length !== others.length) return false;
  return some.every((key, index) => key.every((text, place) => others[index]?.[place] === text));
}

function nameOf(key: ComponentKey): string {
  return JSON.stringify(key);
}

/** What the components of a meter have come to between two of its states. */
export interface ComponentChange {
  book: string;
  component: string;
  amountMicros: Micros;
}

/** The differences of the lifetime totals, in the order of `after`'s components; those without a difference are left out. */
export function changeOf(before: MeterState, after: MeterState): ComponentChange[] {
  const earlier = countsByName(before);
  const later = countsByName(after);
  for (const [name, count] of earlier)
    if (!later.has(name)) later.set(name, { ...count, total: ZERO_MICROS });
  return [...later]
    .map(([name, { key, total }]) => {
      const [book, , component] = key;
      return {
        book,
        component,
        amountMicros: subtractMicros(total, earlier.get(name)?.total ?? ZERO_MICROS),
      };
    })
    .filter(({ amountMicros }) => amountMicros !== 0);
}
