import { isEnergyKind } from '../tariff/check-component';
import type { Component, ComponentKind, HourlyRates, Tariff } from '../tariff/tariff';
import { GRID_HOURS, withoutPeriod } from './tariff-grid';

type Grid = HourlyRates['grids'][number];

const HOUR_MS = 3_600_000;

/** How a component of each kind begins. `base` is what it may refer to: the energy components before it. */
const NEW_COMPONENTS: Record<ComponentKind, (id: string, base: string[], grids: number) => Component> = {
  flat: (id) => ({ kind: 'flat', id, rateMicrosPerKwh: 0 }),
  slabs: (id) => ({
    kind: 'slabs',
    id,
    slabs: [
      { uptoWh: 100_000, rateMicrosPerKwh: 0 },
      { uptoWh: null, rateMicrosPerKwh: 0 },
    ],
    prorate: false,
  }),
  timeOfUse: (id, _base, grids) => ({ kind: 'timeOfUse', id, ...newHourlyRates(grids) }),
  priceFeed: (id) => ({ kind: 'priceFeed', id, holdsMs: HOUR_MS, fallbackMicrosPerKwh: 0 }),
  lifeline: (id) => ({
    kind: 'lifeline',
    id,
    uptoWh: 30_000,
    rateMicrosPerKwh: 0,
    fallbackMicrosPerKwh: 0,
  }),
  fuelSurcharge: (id) => ({ kind: 'fuelSurcharge', id, rateMicrosPerKwh: 0, fromDate: '' }),
  freeUnits: (id, of) => ({ kind: 'freeUnits', id, freeWh: 20_000, of, lifelineOnly: false }),
  standingDay: (id) => ({ kind: 'standingDay', id, amountMicros: 0, perKw: false }),
  standingMonth: (id) => ({ kind: 'standingMonth', id, amountMicros: 0, perKw: false, spread: true }),
  minimum: (id, of) => ({ kind: 'minimum', id, amountMicros: 0, perKw: false, of }),
  demand: (id) => ({ kind: 'demand', id, windowMinutes: 30, unit: 'W', rateMicrosPerKw: 0 }),
  powerFactor: (id, of) => ({ kind: 'powerFactor', id, of, table: [{ fromThousandths: 0, ppm: 0 }] }),
  exportCredit: (id) => ({
    kind: 'exportCredit',
    id,
    settle: 'paid',
    price: { kind: 'own', rateMicrosPerKwh: 0 },
  }),
  rebate: (id, of) => ({ kind: 'rebate', id, ppm: 20_000, of }),
  tax: (id, of) => ({ kind: 'tax', id, ppm: 50_000, of, code: id }),
};

/** In the order in which a menu shows them: by the kWh, by time, by power, of other amounts. */
export const COMPONENT_KINDS = Object.keys(NEW_COMPONENTS) as ComponentKind[];

/** A component at the end of the tariff, with an id that is not in use. */
export function withComponent(tariff: Tariff, kind: ComponentKind): Tariff {
  const base = tariff.components.filter((component) => isEnergyKind(component.kind)).map(({ id }) => id);
  const made = NEW_COMPONENTS[kind](freeId(kind, tariff), base, tariff.seasons.length);
  return { ...tariff, components: [...tariff.components, made] };
}

function freeId(kind: string, { components }: Tariff): string {
  const taken = new Set(components.map(({ id }) => id));
  let id = kind;
  for (let number = 2; taken.has(id); number += 1) id = `${kind}${number}`;
  return id;
}

/** Other components forget the removed one. One that has nothing left to refer to is not removed but found fault with. */
export function withoutComponent(tariff: Tariff, index: number): Tariff {
  const removed = tariff.components[index]?.id;
  const components = tariff.components.filter((_, at) => at !== index);
  return { ...tariff, components: components.map((other) => referringTo(other, removed, null)) };
}

/** Other components go on referring to it. */
export function withComponentId(tariff: Tariff, index: number, id: string): Tariff {
  const old = tariff.components[index]?.id;
  const isShared = tariff.components.filter((component) => component.id === old).length > 1;
  const components = tariff.components.map((component, at) => {
    if (at === index) return { ...component, id };
    return isShared ? component : referringTo(component, old, id);
  });
  return { ...tariff, components };
}

function referringTo(component: Component, old: string | undefined, id: string | null): Component {
  if (component.kind === 'exportCredit' && component.settle === 'paid') {
    const { price } = component;
    if (price.kind !== 'same' || price.as !== old || id === null) return component;
    return { ...component, price: { kind: 'same', as: id } };
  }
  if (!('of' in component) || old === undefined || !component.of.includes(old)) return component;
  const of = component.of.flatMap((name) => (name !== old ? [name] : id === null ? [] : [id]));
  return { ...component, of };
}

/** A new season starts with the hours of the one before it, in every component that goes by the hour. */
export function withSeason(tariff: Tariff, season: Tariff['seasons'][number]): Tariff {
  const isFirst = tariff.seasons.length === 0;
  const seasons = [...tariff.seasons, season];
  if (isFirst) return { ...tariff, seasons };
  const more = (rates: HourlyRates): Grid[] => [...rates.grids, copyOf(rates.grids.at(-1) ?? newGrid())];
  return { ...tariff, seasons, components: withGrids(tariff, more) };
}

/** Without seasons the year is one, and keeps the hours of the season that went last. */
export function withoutSeason(tariff: Tariff, index: number): Tariff {
  const seasons = tariff.seasons.filter((_, at) => at !== index);
  if (seasons.length === 0) return { ...tariff, seasons };
  const fewer = (rates: HourlyRates): Grid[] => rates.grids.filter((_, at) => at !== index);
  return { ...tariff, seasons, components: withGrids(tariff, fewer) };
}

function withGrids(tariff: Tariff, gridsOf: (rates: HourlyRates) => Grid[]): Component[] {
  return tariff.components.map((component) => {
    if (component.kind === 'timeOfUse') return { ...component, grids: gridsOf(component) };
    if (component.kind !== 'exportCredit' || component.settle !== 'paid') return component;
    const { price } = component;
    return price.kind === 'timeOfUse'
      ? { ...component, price: { ...price, grids: gridsOf(price) } }
      : component;
  });
}

/** Two periods, so that there is something to paint with; the names are for the utility to change. */
export function newHourlyRates(gridCount: number): HourlyRates {
  return {
    periods: [
      { name: '1', rateMicrosPerKwh: 0 },
      { name: '2', rateMicrosPerKwh: 0 },
    ],
    grids: Array.from({ length: Math.max(1, gridCount) }, newGrid),
  };
}

export function withoutHourlyPeriod<T extends HourlyRates>(rates: T, index: number): T {
  const periods = rates.periods.filter((_, at) => at !== index);
  return { ...rates, periods, grids: rates.grids.map((grid) => withoutPeriod(grid, index)) };
}

function newGrid(): Grid {
  const day = (): number[] => Array<number>(GRID_HOURS).fill(0);
  return { week: Array.from({ length: 7 }, day), holiday: day() };
}

function copyOf({ week, holiday }: Grid): Grid {
  return { week: week.map((hours) => [...hours]), holiday: [...holiday] };
}
