import type { BillingRule } from './billing-period';

/**
 * A tariff is data. Rates are whole micros per kWh and never negative, except where a component says so; energy is
 * whole Wh; dates are local dates of the tariff's zone. Components are priced in the order of the list.
 */
export interface Tariff {
  tariffId: string;
  version: number;
  timeZone: string;
  billing: BillingRule;
  /** 'YYYY-MM-DD' */
  holidays: string[];
  /** Each season lasts from its 'MM-DD' to the next one's, over the new year too. None: the year is one. */
  seasons: { name: string; from: string }[];
  components: Component[];
}

export type Component = EnergyComponent | FreeUnits | StandingComponent | PercentageComponent;
export type ComponentKind = Component['kind'];

/** What costs by the kWh. */
export type EnergyComponent = Flat | Slabs | TimeOfUse | PriceFeed | Lifeline | FuelSurcharge;
export type StandingComponent = StandingDay | StandingMonth;
export type PercentageComponent = Rebate | Tax;

export interface Flat {
  kind: 'flat';
  id: string;
  rateMicrosPerKwh: number;
}

/** Rates by how much the meter has used since the billing period began. */
export interface Slabs {
  kind: 'slabs';
  id: string;
  /** Rising limits; the last slab is "and above" and has none. */
  slabs: { uptoWh: number | null; rateMicrosPerKwh: number }[];
  /** A meter that starts within a period gets the part of each limit that its days are of the period's. */
  prorate: boolean;
}

/** Rates by the hour of the wall clock. */
export interface TimeOfUse {
  kind: 'timeOfUse';
  id: string;
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
export interface PriceFeed {
  kind: 'priceFeed';
  id: string;
  /** A price holds until the next one, but never longer than this. */
  holdsMs: number;
  /** The rate where the series has no price. */
  fallbackMicrosPerKwh: number;
}

/** A block of each billing period at its own rate, for meters that are entitled to it. */
export interface Lifeline {
  kind: 'lifeline';
  id: string;
  uptoWh: number;
  rateMicrosPerKwh: number;
  /** The rate above the block, and for meters that are not entitled to it. */
  fallbackMicrosPerKwh: number;
}

/** Joins or leaves the price of every kWh from a day on. The rate may be negative. */
export interface FuelSurcharge {
  kind: 'fuelSurcharge';
  id: string;
  rateMicrosPerKwh: number;
  fromDate: string;
}

/** The first Wh of each billing period cost nothing in the named energy components. */
export interface FreeUnits {
  kind: 'freeUnits';
  id: string;
  freeWh: number;
  of: string[];
  /** Only for meters that are entitled to a lifeline block. */
  lifelineOnly: boolean;
}

/** Once for every local day that has begun, at zero use and while the meter is offline too. */
interface StandingDay {
  kind: 'standingDay';
  id: string;
  amountMicros: number;
  /** The amount is per kW of sanctioned load; a day's charge is rounded down to whole micros. */
  perKw: boolean;
}

interface StandingMonth {
  kind: 'standingMonth';
  id: string;
  amountMicros: number;
  /** As for a day: the charge of a whole period is rounded down to whole micros. */
  perKw: boolean;
  /** In equal parts by its days, so that a meter pays only for days it had; else whole, when the period begins. */
  spread: boolean;
}

interface Rebate {
  kind: 'rebate';
  id: string;
  ppm: number;
  /** Earlier components. */
  of: string[];
}

interface Tax {
  kind: 'tax';
  id: string;
  ppm: number;
  /** Earlier components, earlier taxes too. */
  of: string[];
  /** Where the money belongs: the account `tax:<code>`. */
  code: string;
}
