import type { LocalDays } from '../time/local-days';
import type { MeterState } from './meter-state';
import type { MeterTerms } from './meter-terms';
import { fuelSurchargeRule } from './fuel-surcharge';
import { flatRule, lifelineRule, slabsRule } from './position-rates';
import { priceFeedRule } from './price-feed';
import type { EnergyComponent, Tariff } from './tariff';
import { timeOfUseRule } from './time-of-use';

/** A rate up to a position, counted from the register at the start of the billing period. */
export interface Block {
  uptoWh: number;
  rateMicrosPerKwh: number;
}

/** Until `toMs` these rates apply. What lies above the last block costs nothing here; most last ones have no end. */
export interface Stretch {
  toMs: number;
  blocks: readonly Block[];
}

/** The stretch that holds a moment. An answer is good within the meter's present billing period only. */
export type EnergyRule = (atMs: number, terms: MeterTerms, state: MeterState) => Stretch;

type RulesByKind = {
  [Kind in EnergyComponent['kind']]: (
    component: Extract<EnergyComponent, { kind: Kind }>,
    tariff: Tariff,
    days: LocalDays,
  ) => EnergyRule;
};

const RULES: RulesByKind = {
  flat: flatRule,
  slabs: slabsRule,
  lifeline: lifelineRule,
  timeOfUse: timeOfUseRule,
  priceFeed: priceFeedRule,
  fuelSurcharge: fuelSurchargeRule,
};

export function energyRule<Kind extends EnergyComponent['kind']>(
  component: Extract<EnergyComponent, { kind: Kind }> & { kind: Kind },
  tariff: Tariff,
  days: LocalDays,
): EnergyRule {
  return RULES[component.kind](component, tariff, days);
}

export function isEnergyComponent(component: { kind: string }): component is EnergyComponent {
  return Object.hasOwn(RULES, component.kind);
}
