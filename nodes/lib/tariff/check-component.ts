import type { ComponentKind } from './tariff';
import type { FieldProblems, Fields } from './field-problems';
import {
  MAX_COMPONENTS,
  MAX_FEED_HOLD_MS,
  MAX_POWER_FACTOR_ROWS,
  MAX_PPM,
  MAX_RATE_MICROS_PER_KWH,
  MAX_REGISTER_WH,
  MAX_SLABS,
  MAX_STANDING_MICROS,
  MAX_TIME_OF_USE_PERIODS,
} from './tariff-limits';

interface CheckContext {
  problems: FieldProblems;
  /** Where the component is, such as `components[2]`. */
  at: string;
  /** Kinds of the components before this one, by their ids. */
  earlier: ReadonlyMap<string, string>;
  /** The same of all components, to tell a later one from an unknown one, and of those that cost by the kWh. */
  all: ReadonlyMap<string, string>;
  energy: ReadonlyMap<string, string>;
  gridCount: number;
  /** Whether a component before this one banks exports. */
  isBanked: boolean;
}

type CheckKind = (component: Fields, context: CheckContext) => void;

const HOURS = 24;
const ENERGY_KINDS = new Set(['flat', 'slabs', 'timeOfUse', 'priceFeed', 'lifeline', 'fuelSurcharge']);

/** One check for each kind. A kind that is not here does not exist. */
const CHECKS: Record<ComponentKind, CheckKind> = {
  flat: (component, context) => rate(component, context, 'rateMicrosPerKwh'),
  slabs: checkSlabs,
  timeOfUse: checkTimeOfUse,
  priceFeed: (component, context) => {
    context.problems.whole(`${context.at}.holdsMs`, component['holdsMs'], 1, MAX_FEED_HOLD_MS);
    rate(component, context, 'fallbackMicrosPerKwh');
  },
  lifeline: (component, context) => {
    context.problems.whole(`${context.at}.uptoWh`, component['uptoWh'], 1, MAX_REGISTER_WH);
    rate(component, context, 'rateMicrosPerKwh');
    rate(component, context, 'fallbackMicrosPerKwh');
  },
  fuelSurcharge: (component, context) => {
    rate(component, context, 'rateMicrosPerKwh', -MAX_RATE_MICROS_PER_KWH);
    context.problems.date(`${context.at}.fromDate`, component['fromDate']);
  },
  freeUnits: checkFreeUnits,
  standingDay: checkStanding,
  standingMonth: (component, context) => {
    checkStanding(component, context);
    context.problems.flag(`${context.at}.spread`, component['spread']);
  },
  minimum: (component, context) => {
    checkStanding(component, context);
    checkEarlierEnergy(component, context);
  },
  demand: checkDemand,
  powerFactor: (component, context) => {
    checkEarlierEnergy(component, context);
    checkPowerFactorTable(component, context);
  },
  exportCredit: checkExportCredit,
  rebate: checkPercentage,
  tax: (component, context) => {
    checkPercentage(component, context);
    context.problems.text(`${context.at}.code`, component['code']);
  },
};

/** Checks what belongs to the component's kind; the id is checked where all ids are known. */
export function checkComponent(component: Fields, context: CheckContext): void {
  const { kind, label } = component;
  if (label !== undefined) context.problems.text(`${context.at}.label`, label);
  if (typeof kind === 'string' && Object.hasOwn(CHECKS, kind))
    CHECKS[kind as ComponentKind](component, context);
  else context.problems.add(`${context.at}.kind`, `one of ${Object.keys(CHECKS).join(', ')}`, kind);
}

function rate(component: Fields, { problems, at }: CheckContext, field: string, min = 0): void {
  problems.whole(`${at}.${field}`, component[field], min, MAX_RATE_MICROS_PER_KWH);
}

function checkSlabs(component: Fields, { problems, at }: CheckContext): void {
  problems.flag(`${at}.prorate`, component['prorate']);
  const slabs = problems.list(`${at}.slabs`, component['slabs'], 1, MAX_SLABS) ?? [];
  let reachedWh = 0;
  for (const [index, value] of slabs.entries()) {
    const field = `${at}.slabs[${index}]`;
    const slab = problems.fields(field, value);
    if (!slab) continue;
    problems.whole(`${field}.rateMicrosPerKwh`, slab['rateMicrosPerKwh'], 0, MAX_RATE_MICROS_PER_KWH);
    const uptoWh = slab['uptoWh'];
    if (index === slabs.length - 1) {
      if (uptoWh !== null)
        problems.add(`${field}.uptoWh`, 'null, since nothing above the last slab has a price', uptoWh);
    } else if (uptoWh === null) {
      problems.add(`${field}.uptoWh`, 'a limit, since only the last slab has none', uptoWh);
    } else if (typeof uptoWh === 'number' && uptoWh <= reachedWh && index > 0) {
      problems.add(`${field}.uptoWh`, `above ${reachedWh}, where the slab before it ends`, uptoWh);
    } else if (problems.whole(`${field}.uptoWh`, uptoWh, 1, MAX_REGISTER_WH)) {
      reachedWh = uptoWh;
    }
  }
}

function checkTimeOfUse(component: Fields, { problems, at, gridCount }: CheckContext): void {
  checkHourlyRates(component, problems, at, gridCount);
}

function checkHourlyRates(rates: Fields, problems: FieldProblems, at: string, gridCount: number): void {
  const periods = problems.list(`${at}.periods`, rates['periods'], 1, MAX_TIME_OF_USE_PERIODS) ?? [];
  for (const [index, value] of periods.entries()) {
    const field = `${at}.periods[${index}]`;
    const period = problems.fields(field, value);
    if (!period) continue;
    problems.text(`${field}.name`, period['name']);
    problems.whole(`${field}.rateMicrosPerKwh`, period['rateMicrosPerKwh'], 0, MAX_RATE_MICROS_PER_KWH);
  }
  const checkHours = (field: string, value: unknown) => {
    const hours = problems.list(field, value, HOURS, HOURS) ?? [];
    for (const [hour, period] of hours.entries())
      problems.whole(`${field}[${hour}]`, period, 0, Math.max(0, periods.length - 1));
  };
  const grids = problems.list(`${at}.grids`, rates['grids'], gridCount, gridCount) ?? [];
  for (const [index, value] of grids.entries()) {
    const field = `${at}.grids[${index}]`;
    const grid = problems.fields(field, value);
    if (!grid) continue;
    const week = problems.list(`${field}.week`, grid['week'], 7, 7) ?? [];
    for (const [weekday, hours] of week.entries()) checkHours(`${field}.week[${weekday}]`, hours);
    checkHours(`${field}.holiday`, grid['holiday']);
  }
}

function checkFreeUnits(component: Fields, context: CheckContext): void {
  const { problems, at } = context;
  problems.whole(`${at}.freeWh`, component['freeWh'], 1, MAX_REGISTER_WH);
  problems.flag(`${at}.lifelineOnly`, component['lifelineOnly']);
  checkEnergy(component, context);
}

function checkEnergy(component: Fields, context: CheckContext): void {
  for (const [field, id] of names(component, context)) isEnergy(context, field, id);
}

function checkEarlierEnergy(component: Fields, context: CheckContext): void {
  for (const [field, id] of names(component, context)) {
    if (isEnergy(context, field, id) && !context.earlier.has(id))
      context.problems.add(field, 'a component before this one', id);
  }
}

function isEnergy({ problems, energy }: CheckContext, field: string, id: unknown): id is string {
  if (typeof id === 'string' && energy.has(id)) return true;
  problems.add(field, 'the id of an energy component', id);
  return false;
}

function checkDemand(component: Fields, { problems, at }: CheckContext): void {
  const { windowMinutes, unit } = component;
  if (windowMinutes !== 15 && windowMinutes !== 30)
    problems.add(`${at}.windowMinutes`, '15 or 30', windowMinutes);
  if (unit !== 'W' && unit !== 'VA') problems.add(`${at}.unit`, 'one of W, VA', unit);
  problems.whole(`${at}.rateMicrosPerKw`, component['rateMicrosPerKw'], 0, MAX_STANDING_MICROS);
}

function checkPowerFactorTable(component: Fields, { problems, at }: CheckContext): void {
  const table = problems.list(`${at}.table`, component['table'], 1, MAX_POWER_FACTOR_ROWS) ?? [];
  let reached = -1;
  for (const [index, value] of table.entries()) {
    const field = `${at}.table[${index}]`;
    const row = problems.fields(field, value);
    if (!row) continue;
    problems.whole(`${field}.ppm`, row['ppm'], -MAX_PPM, MAX_PPM);
    const { fromThousandths } = row;
    if (index === 0 && fromThousandths !== 0)
      problems.add(`${field}.fromThousandths`, '0 in the first row', fromThousandths);
    else if (problems.whole(`${field}.fromThousandths`, fromThousandths, 0, 1000)) {
      if (fromThousandths <= reached)
        problems.add(
          `${field}.fromThousandths`,
          `above ${reached}, where the row before it begins`,
          fromThousandths,
        );
      reached = fromThousandths;
    }
  }
}

function checkExportCredit(component: Fields, context: CheckContext): void {
  const { problems, at, isBanked } = context;
  const { settle, leftoverMicrosPerKwh } = component;
  if (settle === 'paid') {
    checkExportPrice(component['price'], context);
  } else if (settle === 'banked') {
    if (isBanked) problems.add(`${at}.settle`, 'paid, since an earlier component banks already', settle);
    checkEnergy(component, context);
    if (leftoverMicrosPerKwh !== null) rate(component, context, 'leftoverMicrosPerKwh');
  } else problems.add(`${at}.settle`, 'one of paid, banked', settle);
}

function checkExportPrice(value: unknown, context: CheckContext): void {
  const { problems, at, gridCount } = context;
  const field = `${at}.price`;
  const price = problems.fields(field, value);
  if (!price) return;
  const { kind } = price;
  if (kind === 'own') rate(price, { ...context, at: field }, 'rateMicrosPerKwh');
  else if (kind === 'same') isEnergy(context, `${field}.as`, price['as']);
  else if (kind === 'timeOfUse') checkHourlyRates(price, problems, field, gridCount);
  else problems.add(`${field}.kind`, 'one of own, same, timeOfUse', kind);
}

function checkStanding(component: Fields, { problems, at }: CheckContext): void {
  problems.whole(`${at}.amountMicros`, component['amountMicros'], 0, MAX_STANDING_MICROS);
  problems.flag(`${at}.perKw`, component['perKw']);
}

function checkPercentage(component: Fields, context: CheckContext): void {
  const { problems, at, earlier, all } = context;
  problems.whole(`${at}.ppm`, component['ppm'], 0, MAX_PPM);
  for (const [field, id] of names(component, context)) {
    if (typeof id !== 'string' || !all.has(id)) problems.add(field, 'the id of a component', id);
    else if (!earlier.has(id)) problems.add(field, 'a component before this one', id);
    else if (earlier.get(id) === 'freeUnits') problems.add(field, 'a component that has an amount', id);
  }
}

/** The fields and values of the list `of`, each name once. */
function names(component: Fields, { problems, at }: CheckContext): [string, unknown][] {
  const of = problems.list(`${at}.of`, component['of'], 1, MAX_COMPONENTS) ?? [];
  return of
    .map((id, index): [string, unknown] => [`${at}.of[${index}]`, id])
    .filter(([field, id], index) => {
      if (of.indexOf(id) === index) return true;
      problems.add(field, 'named only once', id);
      return false;
    });
}

export function isEnergyKind(kind: string): boolean {
  return ENERGY_KINDS.has(kind);
}
