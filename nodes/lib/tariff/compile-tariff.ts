import { localDays, type LocalDays } from '../time/local-days';
import { billingPeriods, type BillingPeriods } from './billing-period';
import { checkTariff } from './check-tariff';
import { energyRule, isEnergyComponent, type EnergyRule } from './energy-rule';
import { isStandingComponent, standingRule, type StandingRule } from './standing-charge';
import type { FreeUnits, Tariff } from './tariff';

/** `index` is a component's place in the tariff, where its rest is kept too. */
interface Part {
  index: number;
  id: string;
}

export interface EnergyPart extends Part {
  stretchAt: EnergyRule;
  /** How much of a billing period costs nothing, for most meters and for those entitled to a lifeline block. */
  freeWh: number;
  lifelineFreeWh: number;
}

export interface StandingPart extends Part {
  chargeOn: StandingRule;
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
  energy: EnergyPart[];
  standing: StandingPart[];
  percentages: PercentagePart[];
}

/** Throws what `checkTariff` finds first. Later changes to the given object have no effect. */
export function compileTariff(given: Tariff): CompiledTariff {
  const [problem] = checkTariff(given);
  if (problem !== undefined) throw new RangeError(problem);
  const tariff = structuredClone(given);
  const days = localDays(tariff.timeZone);
  const compiled: CompiledTariff = {
    tariff,
    days,
    periods: billingPeriods(tariff.billing, days),
    energy: [],
    standing: [],
    percentages: [],
  };
  for (const [index, component] of tariff.components.entries()) {
    const { id } = component;
    if (isEnergyComponent(component)) {
      const free = freeUnitsOf(id, tariff);
      compiled.energy.push({
        index,
        id,
        stretchAt: energyRule(component, tariff, days),
        freeWh: mostFree(free.filter(({ lifelineOnly }) => !lifelineOnly)),
        lifelineFreeWh: mostFree(free),
      });
    } else if (isStandingComponent(component)) {
      compiled.standing.push({ index, id, chargeOn: standingRule(component) });
    } else if (component.kind !== 'freeUnits') {
      const of = component.of.map((name) => tariff.components.findIndex((other) => other.id === name));
      const signedPpm = component.kind === 'rebate' ? -component.ppm : component.ppm;
      compiled.percentages.push({ index, id, signedPpm, of });
    }
  }
  return compiled;
}

function freeUnitsOf(id: string, { components }: Tariff): FreeUnits[] {
  return components.filter((component) => component.kind === 'freeUnits').filter(({ of }) => of.includes(id));
}

/** Each counts from the start of the period, so the largest covers the others. */
function mostFree(all: FreeUnits[]): number {
  return Math.max(0, ...all.map(({ freeWh }) => freeWh));
}
