import type { BillingRule } from './billing-period';

/**
 * A tariff is data. Rates are whole micros per kWh and never negative, except where a component says so; energy is
 * whole Wh; dates are local dates of the tariff's zone. Components are priced in the order of the list.
 */
export interface Tariff {
  tariffId: string;
  version: number;
  /** What people call it; the id is what the books know. */
  name?: string;
  timeZone: string;
  billing: BillingRule;
  /** 'YYYY-MM-DD' */
  holidays: string[];
  /** Each season lasts from its 'MM-DD' to the next one's, over the new year too. None: the year is one. */
  seasons: { name: string; from: string }[];
  components: Component[];
}

export type Component =
  | EnergyComponent
  | FreeUnits
  | StandingComponent
  | Minimum
  | Demand
  | PowerFactor
  | ExportCredit
  | PercentageComponent;
export type ComponentKind = Component['kind'];

/** What costs by the kWh. */
export type EnergyComponent = Flat | Slabs | TimeOfUse | PriceFeed | Lifeline | FuelSurcharge;
export type StandingComponent = StandingDay | StandingMonth;
export type PercentageComponent = Rebate | Tax;

/** What all components have. */
interface Named {
  id: string;
  /** How a bill calls it; without one it is called by its id. */
  label?: string;
}

export interface Flat extends Named {
  kind: 'flat';
  rateMicrosPerKwh: number;
}

/** Rates by how much the meter has used since the billing period began. */
export interface Slabs extends Named {
  kind: 'slabs';
  /** Rising limits; the last slab is "and above" and has none. */
  slabs: { uptoWh: number | null; rateMicrosPerKwh: number }[];
  /** A meter that starts within a period gets the part of each limit that its days are of the period's. */
  prorate: boolean;
}

/** Rates by the hour of the wall clock. */
export interface TimeOfUse extends Named, HourlyRates {
  kind: 'timeOfUse';
}

export interface HourlyRates {
  periods: { name: string; rateMicrosPerKwh: number }[];
  /** One grid for each season, in the order of the seasons; one for the year when there are none. */
  grids: TimeOfUseGrid[];
}

/** Each hour names its period by its place in the list. */
interface TimeOfUseGrid {
  /** Monday to Sunday, 24 hours each. */
  week: number[][];
  /** 24 hours of a holiday, whatever its weekday. */
  holiday: number[];
}

/** Rates that arrive as a series of prices. A price of the series may be negative. */
export interface PriceFeed extends Named {
  kind: 'priceFeed';
  /** A price holds until the next one, but never longer than this. */
  holdsMs: number;
  /** The rate where the series has no price. */
  fallbackMicrosPerKwh: number;
}

/** A block of each billing period at its own rate, for meters that are entitled to it. */
export interface Lifeline extends Named {
  kind: 'lifeline';
  uptoWh: number;
  rateMicrosPerKwh: number;
  /** The rate above the block, and for meters that are not entitled to it. */
  fallbackMicrosPerKwh: number;
}

/** Joins or leaves the price of every kWh from a day on. The rate may be negative. */
export interface FuelSurcharge extends Named {
  kind: 'fuelSurcharge';
  rateMicrosPerKwh: number;
  fromDate: string;
}

/** The first Wh of each billing period cost nothing in the named energy components. */
export interface FreeUnits extends Named {
  kind: 'freeUnits';
  freeWh: number;
  of: string[];
  /** Only for meters that are entitled to a lifeline block. */
  lifelineOnly: boolean;
}

/** Once for every local day that has begun, at zero use and while the meter is offline too. */
interface StandingDay extends Named {
  kind: 'standingDay';
  amountMicros: number;
  /** The amount is per kW of sanctioned load; a day's charge is rounded down to whole micros. */
  perKw: boolean;
}

interface StandingMonth extends Named {
  kind: 'standingMonth';
  amountMicros: number;
  /** As for a day: the charge of a whole period is rounded down to whole micros. */
  perKw: boolean;
  /** In equal parts by its days, so that a meter pays only for days it had; else whole, when the period begins. */
  spread: boolean;
}

/** What a billing period comes to at least; what is missing is charged when the register has passed its end. */
export interface Minimum extends Named {
  kind: 'minimum';
  amountMicros: number;
  /** The amount is per kW of sanctioned load. */
  perKw: boolean;
  /** Earlier energy components, which count towards it. */
  of: string[];
}

/** A charge on the highest average of a billing period, made as the highest rises. */
export interface Demand extends Named {
  kind: 'demand';
  /** Windows begin with the quarter or half hours of UTC. */
  windowMinutes: 15 | 30;
  unit: 'W' | 'VA';
  /** Per kW or kVA and billing period. */
  rateMicrosPerKw: number;
}

/** A surcharge or rebate by the average power factor of a billing period, made when the register has passed its end. */
export interface PowerFactor extends Named {
  kind: 'powerFactor';
  /** Earlier energy components. */
  of: string[];
  /** Rising; a row holds up to the next one. Below zero is a rebate. */
  table: { fromThousandths: number; ppm: number }[];
}

/** What a meter gives back to the grid is either paid for, or banked to make later use free. */
export type ExportCredit = PaidExport | BankedExport;

export interface PaidExport extends Named {
  kind: 'exportCredit';
  settle: 'paid';
  price: ExportPrice;
}

export type ExportPrice =
  | { kind: 'own'; rateMicrosPerKwh: number }
  /** What the named energy component would ask, at the position that the exported energy has reached by itself. */
  | { kind: 'same'; as: string }
  | ({ kind: 'timeOfUse' } & HourlyRates);

export interface BankedExport extends Named {
  kind: 'exportCredit';
  settle: 'banked';
  /** The energy components in which offset energy costs nothing and does not count. */
  of: string[];
  /** What is left at the end of a billing period is paid out at this rate; null keeps it for ever. */
  leftoverMicrosPerKwh: number | null;
}

interface Rebate extends Named {
  kind: 'rebate';
  ppm: number;
  /** Earlier components. */
  of: string[];
}

interface Tax extends Named {
  kind: 'tax';
  ppm: number;
  /** Earlier components, earlier taxes too. */
  of: string[];
  /** Where the money belongs: the account `tax:<code>`. */
  code: string;
}
