import { localDays, type LocalDays } from '../time/local-days';
import { billingPeriods, type BillingPeriods } from './billing-period';
import type { ComponentKey } from './carry-over';
import { checkTariff } from './check-tariff';
import { isCharged, keyOf, type ChargedComponent } from './component-keys';
import { energyRule, isEnergyComponent, type EnergyRule } from './energy-rule';
import { exportRule } from './export-credit';
import { isStandingComponent, standingRule, type StandingRule } from './standing-charge';
import type { BankedExport, Demand, FreeUnits, Minimum, PowerFactor, Tariff } from './tariff';

/** `index` is a component's place among those that are charged, where its rest and total are kept too. */
interface Part {
  index: number;
  id: string;
}

export interface EnergyPart extends Part {
  stretchAt: EnergyRule;
  /** How much of a billing period costs nothing, for most meters and for those entitled to a lifeline block. */
  freeWh: number;
  lifelineFreeWh: number;
  /** Whether banked exports offset it. */
  isOffset: boolean;
}

export interface PaidExportPart extends Part {
  stretchAt: EnergyRule;
}

export interface StandingPart extends Part {
  chargeOn: StandingRule;
}

export interface DemandPart extends Part {
  demand: Demand;
}

/** What is settled when a billing period ends; `of` are places of energy components. */
export interface ClosingPart extends Part {
  component: Minimum | PowerFactor | BankedExport;
  of: number[];
}

export interface PercentagePart extends Part {
  /** Below zero for a rebate. */
  signedPpm: number;
  of: number[];
}

/** A tariff that was checked and is ready to price. It keeps days it has looked up, and nothing else changes in it. */
export interface CompiledTariff {
  tariff: Tariff;
  days: LocalDays;
  periods: BillingPeriods;
  /** All that is charged, in the order of the tariff. */
  components: readonly ComponentKey[];
  energy: EnergyPart[];
  exports: PaidExportPart[];
  /** Whether exports are banked. */
  banks: boolean;
  standing: StandingPart[];
  demand: DemandPart[];
  closing: ClosingPart[];
  percentages: PercentagePart[];
  /** The account that a component's money belongs to. */
  bookOf: (componentId: string) => string;
}

/** Throws what `checkTariff` finds first. Later changes to the given object have no effect. */
export function compileTariff(given: Tariff): CompiledTariff {
  const [problem] = checkTariff(given);
  if (problem !== undefined) throw new RangeError(problem);
  const tariff = structuredClone(given);
  const days = localDays(tariff.timeZone);
  const charged = tariff.components.filter(isCharged);
  const compiled: CompiledTariff = {
    tariff,
    days,
    periods: billingPeriods(tariff.billing, days),
    components: charged.map(keyOf),
    energy: [],
    exports: [],
    banks: charged.some(isBank),
    standing: [],
    demand: [],
    closing: [],
    percentages: [],
    bookOf: bookFinder(tariff.tariffId, charged.map(keyOf)),
  };
  for (const [index, component] of charged.entries()) addPart(compiled, charged, component, index);
  return compiled;
}

function addPart(
  compiled: CompiledTariff,
  charged: readonly ChargedComponent[],
  component: ChargedComponent,
  index: number,
): void {
  const { tariff, days } = compiled;
  const { id } = component;
  const placesOf = (of: readonly string[]) =>
    of.map((name) => charged.findIndex((other) => other.id === name));
  if (isEnergyComponent(component)) {
    const free = freeUnitsOf(id, tariff);
    compiled.energy.push({
      index,
      id,
      stretchAt: energyRule(component, tariff, days),
      freeWh: mostFree(free.filter(({ lifelineOnly }) => !lifelineOnly)),
      lifelineFreeWh: mostFree(free),
      isOffset: charged.some((other) => isBank(other) && other.of.includes(id)),
    });
  } else if (isStandingComponent(component)) {
    compiled.standing.push({ index, id, chargeOn: standingRule(component) });
  } else if (component.kind === 'rebate' || component.kind === 'tax') {
    const signedPpm = component.kind === 'rebate' ? -component.ppm : component.ppm;
    compiled.percentages.push({ index, id, signedPpm, of: placesOf(component.of) });
  } else if (component.kind === 'demand') {
    compiled.demand.push({ index, id, demand: component });
  } else if (component.kind === 'exportCredit' && component.settle === 'paid') {
    compiled.exports.push({ index, id, stretchAt: exportRule(component.price, tariff, days) });
  } else {
    compiled.closing.push({ index, id, component, of: placesOf(component.of) });
  }
}

function isBank(component: ChargedComponent): component is BankedExport {
  return component.kind === 'exportCredit' && component.settle === 'banked';
}

function bookFinder(tariffId: string, components: readonly ComponentKey[]): (componentId: string) => string {
  const books = new Map(components.map(([book, , id]) => [id, book]));
  return (componentId) => {
    const book = books.get(componentId);
    if (book !== undefined) return book;
    throw new RangeError(`the tariff "${tariffId}" charges no component "${componentId}"`);
  };
}

function freeUnitsOf(id: string, { components }: Tariff): FreeUnits[] {
  return components.filter((component) => component.kind === 'freeUnits').filter(({ of }) => of.includes(id));
}

/** Each counts from the start of the period, so the largest covers the others. */
function mostFree(all: FreeUnits[]): number {
  return Math.max(0, ...all.map(({ freeWh }) => freeWh));
}
