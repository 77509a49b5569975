import type { Tariff } from '../tariff/tariff';
import { COMPONENT_KINDS, newHourlyRates, withComponent } from './tariff-edit';
import { GRID_HOURS } from './tariff-grid';

/**
 * Whether a dialog can show this tariff: its lists are lists and its objects have their fields, whatever is in them.
 * Values may be wrong, since showing what is wrong with them is what the dialog is for.
 */
export function isShowable(value: unknown): value is Tariff {
  if (!hasShape(value, EMPTY)) return false;
  const { billing, components } = value as Tariff;
  const rule = BILLING_SHAPES.find(({ kind }) => kind === billing.kind);
  return hasShape(billing, rule) && components.every(isShowableComponent);
}

const EMPTY: Tariff = {
  tariffId: '',
  version: 1,
  timeZone: '',
  billing: { kind: 'month', anchorDay: 1 },
  holidays: [''],
  seasons: [{ name: '', from: '' }],
  components: [],
};

const BILLING_SHAPES: readonly Tariff['billing'][] = [
  { kind: 'month', anchorDay: 1 },
  { kind: 'days', firstDate: '', days: 1 },
  { kind: 'list', periods: [{ fromDate: '', label: '' }], endDate: '' },
];

const EXPORT_SHAPES: Record<string, object> = {
  own: { kind: '', rateMicrosPerKwh: 0 },
  same: { kind: '', as: '' },
  timeOfUse: newHourlyRates(1),
};

const COMPONENT_SHAPES = COMPONENT_KINDS.map(
  (kind) => withComponent({ ...EMPTY, components: [] }, kind).components[0],
);

function isShowableComponent(component: unknown): boolean {
  if (typeof component !== 'object' || component === null || !('kind' in component)) return false;
  const { kind } = component;
  if (kind === 'exportCredit') return isShowableExport(component);
  const shape = COMPONENT_SHAPES.find((candidate) => candidate?.kind === kind);
  return shape !== undefined && hasShape(component, shape) && hasWholeGrids(component);
}

function isShowableExport(component: object): boolean {
  if (!('settle' in component)) return false;
  if (component.settle === 'banked') return hasShape(component, { id: '', of: [''] });
  if (!hasShape(component, { id: '', price: { kind: '' } })) return false;
  const { price } = component as unknown as { price: { kind: string } };
  const shape = Object.hasOwn(EXPORT_SHAPES, price.kind) && EXPORT_SHAPES[price.kind];
  return shape !== false && hasShape(price, shape) && hasWholeGrids(price);
}

/** Painting counts on seven days of 24 hours and one of a holiday. */
function hasWholeGrids(rates: object): boolean {
  if (!('grids' in rates)) return true;
  const grids = rates.grids as { week: unknown[][]; holiday: unknown[] }[];
  const isDay = (hours: unknown[]): boolean => hours.length === GRID_HOURS;
  return (
    grids.length > 0 &&
    grids.every(({ week, holiday }) => week.length === 7 && week.every(isDay) && isDay(holiday))
  );
}

/** Lists have elements like the first one of the sample's; objects have the sample's fields; anything else passes. */
function hasShape(value: unknown, sample: unknown): boolean {
  if (Array.isArray(sample)) {
    const [first] = sample as unknown[];
    return Array.isArray(value) && (first === undefined || value.every((item) => hasShape(item, first)));
  }
  if (typeof sample !== 'object' || sample === null) return typeof value !== 'object' || value === null;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(sample).every(
    ([field, part]) => field in value && hasShape((value as Record<string, unknown>)[field], part),
  );
}
