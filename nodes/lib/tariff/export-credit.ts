import type { LocalDays } from '../time/local-days';
import { energyRule, isEnergyComponent, type EnergyRule } from './energy-rule';
import { flatRule } from './position-rates';
import type { ExportPrice, Tariff } from './tariff';
import { timeOfUseRule } from './time-of-use';

/** What an exported kWh earns, as a rate of its own or as that of an energy component. */
export function exportRule(price: ExportPrice, tariff: Tariff, days: LocalDays): EnergyRule {
  switch (price.kind) {
    case 'own':
      return flatRule(price);
    case 'timeOfUse':
      return timeOfUseRule(price, tariff, days);
    case 'same': {
      const same = tariff.components.find(({ id }) => id === price.as);
      if (same && isEnergyComponent(same)) return energyRule(same, tariff, days);
      throw new RangeError(`the export price must be as an energy component's, got "${price.as}"`);
    }
  }
}
