import { SALES_ENERGY, SALES_STANDING, taxBook } from '../ledger/book-names';
import type { ComponentKey, RestUnit } from './carry-over';
import { isStandingComponent } from './standing-charge';
import type { Component, ComponentKind, FreeUnits } from './tariff';

/** All but free units, which only make other components cheaper. */
export type ChargedComponent = Exclude<Component, FreeUnits>;

const UNITS: Record<Exclude<ComponentKind, 'freeUnits'>, RestUnit> = {
  flat: 'nano',
  slabs: 'nano',
  timeOfUse: 'nano',
  priceFeed: 'nano',
  lifeline: 'nano',
  fuelSurcharge: 'nano',
  exportCredit: 'nano',
  standingDay: 'whole',
  standingMonth: 'whole',
  minimum: 'whole',
  demand: 'whole',
  powerFactor: 'ppm',
  rebate: 'ppm',
  tax: 'ppm',
};

export function isCharged(component: Component): component is ChargedComponent {
  return component.kind !== 'freeUnits';
}

/** Under which book the ledger keeps a component's money, and in which unit its rest waits. */
export function keyOf(component: ChargedComponent): ComponentKey {
  return [bookFor(component), UNITS[component.kind], component.id];
}

function bookFor(component: ChargedComponent): string {
  if (component.kind === 'tax') return taxBook(component.code);
  return isStandingComponent(component) ? SALES_STANDING : SALES_ENERGY;
}
