import type { Component } from '../tariff/tariff';
import { showNumber } from './tariff-fields';

/** A component in one line: which sentence of the catalogue says it, and with which values. */
export interface ComponentSummary {
  name: 'rate' | 'rates' | 'percent' | 'factors' | 'amount' | 'power' | 'units' | 'export' | 'banked';
  values: Record<string, string | number>;
}

export function componentSummary(component: Component): ComponentSummary {
  switch (component.kind) {
    case 'flat':
    case 'fuelSurcharge':
      return rates([component]);
    case 'slabs':
      return rates(component.slabs);
    case 'timeOfUse':
      return rates(component.periods);
    case 'priceFeed':
      return rates([{ rateMicrosPerKwh: component.fallbackMicrosPerKwh }]);
    case 'lifeline':
      return rates([component, { rateMicrosPerKwh: component.fallbackMicrosPerKwh }]);
    case 'freeUnits':
      return { name: 'units', values: { kwh: showNumber('thousandth', component.freeWh) } };
    case 'standingDay':
    case 'standingMonth':
    case 'minimum':
      return { name: 'amount', values: { amount: showNumber('amount', component.amountMicros) } };
    case 'demand':
      return { name: 'power', values: { amount: showNumber('amount', component.rateMicrosPerKw) } };
    case 'powerFactor':
      return { name: 'factors', values: { count: component.table.length } };
    case 'exportCredit':
      return { name: component.settle === 'banked' ? 'banked' : 'export', values: {} };
    case 'rebate':
    case 'tax':
      return { name: 'percent', values: { percent: showNumber('percent', component.ppm) } };
  }
}

function rates(all: readonly { rateMicrosPerKwh: number }[]): ComponentSummary {
  const values = all.map(({ rateMicrosPerKwh }) => rateMicrosPerKwh);
  const shown = (value: unknown): string => showNumber('amount', value);
  const isReadable = values.every((value) => typeof value === 'number');
  const [low, high] = isReadable
    ? [Math.min(...values), Math.max(...values)]
    : [values[0], values[values.length - 1]];
  if (low === high) return { name: 'rate', values: { rate: shown(low) } };
  return { name: 'rates', values: { count: values.length, low: shown(low), high: shown(high) } };
}
