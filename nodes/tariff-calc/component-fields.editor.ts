import type { NumberKind } from '../lib/form/tariff-fields';
import type { ComponentKind } from '../lib/tariff/tariff';

/** What a component refers to: any before it, the energy components before it, or all energy components. */
export type ReferenceScope = 'earlier' | 'earlier-energy' | 'energy';

/** A field of a component's form; `field` is its name in the tariff and in the catalogue. */
export type ComponentField =
  /** The unit is a key of the catalogue; empty where the label says it. */
  | { type: 'number'; field: string; kind: NumberKind; unit: string }
  | { type: 'flag' | 'text' | 'date'; field: string }
  | { type: 'choice'; field: string; options: readonly (string | number)[] }
  | { type: 'references'; field: 'of'; scope: ReferenceScope }
  /** A form of its own. */
  | { type: 'slabs' | 'hours' | 'factors' | 'export' };

const number = (field: string, kind: NumberKind, unit: string): ComponentField => ({
  type: 'number',
  field,
  kind,
  unit,
});
const rate: ComponentField = { type: 'number', field: 'rateMicrosPerKwh', kind: 'amount', unit: '' };
const fallback = number('fallbackMicrosPerKwh', 'amount', 'per-kwh');
const percentage = number('ppm', 'percent', 'percent');
const perKw: ComponentField = { type: 'flag', field: 'perKw' };
const references = (scope: ReferenceScope): ComponentField => ({ type: 'references', field: 'of', scope });

/** The form of each kind, from top to bottom. */
export const COMPONENT_FIELDS: Record<ComponentKind, readonly ComponentField[]> = {
  flat: [rate],
  slabs: [{ type: 'slabs' }, { type: 'flag', field: 'prorate' }],
  timeOfUse: [{ type: 'hours' }],
  priceFeed: [number('holdsMs', 'hours', 'hours'), fallback],
  lifeline: [number('uptoWh', 'thousandth', 'kwh'), rate, fallback],
  fuelSurcharge: [rate, { type: 'date', field: 'fromDate' }],
  freeUnits: [
    number('freeWh', 'thousandth', 'kwh'),
    { type: 'flag', field: 'lifelineOnly' },
    references('energy'),
  ],
  standingDay: [number('amountMicros', 'amount', 'per-day'), perKw],
  standingMonth: [number('amountMicros', 'amount', 'per-period'), perKw, { type: 'flag', field: 'spread' }],
  minimum: [number('amountMicros', 'amount', 'per-period'), perKw, references('earlier-energy')],
  demand: [
    number('rateMicrosPerKw', 'amount', 'per-kw'),
    { type: 'choice', field: 'windowMinutes', options: [15, 30] },
    { type: 'choice', field: 'unit', options: ['W', 'VA'] },
  ],
  powerFactor: [{ type: 'factors' }, references('earlier-energy')],
  exportCredit: [{ type: 'export' }],
  rebate: [percentage, references('earlier')],
  tax: [percentage, { type: 'text', field: 'code' }, references('earlier')],
};
