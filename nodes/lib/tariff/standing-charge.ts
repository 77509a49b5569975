import { micros, type Micros } from '../money/micros';
import type { LocalDay } from '../time/local-days';
import type { BillingPeriod } from './billing-period';
import type { MeterTerms } from './meter-terms';
import type { StandingComponent } from './tariff';
import { MAX_SANCTIONED_LOAD_W } from './tariff-limits';

/** A day that has begun, and what a standing charge may depend on. */
export interface ChargedDay {
  day: LocalDay;
  period: BillingPeriod;
  /** Whether it is the meter's first day. */
  isFirst: boolean;
  terms: MeterTerms;
}

export type StandingRule = (charged: ChargedDay) => Micros;

type RulesByKind = {
  [Kind in StandingComponent['kind']]: (
    component: Extract<StandingComponent, { kind: Kind }>,
  ) => (charged: ChargedDay, amountMicros: number) => number;
};

const RULES: RulesByKind = {
  // A day that the zone skipped has no length, and nobody lived it.
  standingDay:
    () =>
    ({ day }, amountMicros) =>
      day.toMs > day.fromMs ? amountMicros : 0,
  standingMonth: ({ spread }) => (spread ? shareOfDay : wholeAtStart),
};

export function standingRule<Kind extends StandingComponent['kind']>(
  component: Extract<StandingComponent, { kind: Kind }> & { kind: Kind },
): StandingRule {
  const chargeOf = RULES[component.kind](component);
  const { amountMicros, perKw } = component;
  return (charged) => micros(chargeOf(charged, perKw ? byLoad(amountMicros, charged.terms) : amountMicros));
}

export function isStandingComponent(component: { kind: string }): component is StandingComponent {
  return Object.hasOwn(RULES, component.kind);
}

function wholeAtStart({ day, period, isFirst }: ChargedDay, amountMicros: number): number {
  return isFirst || day.dayNumber === period.fromDay ? amountMicros : 0;
}

/** What is due by the end of this day less what was due the day before: the days of a period sum to the amount. */
function shareOfDay({ day, period }: ChargedDay, amountMicros: number): number {
  const allDays = period.toDay - period.fromDay;
  const perDay = Math.floor(amountMicros / allDays);
  const rest = amountMicros - perDay * allDays;
  const before = day.dayNumber - period.fromDay;
  return perDay + Math.floor((rest * (before + 1)) / allDays) - Math.floor((rest * before) / allDays);
}

export function byLoad(amountMicros: number, { sanctionedLoadW }: MeterTerms): number {
  if (
    !Number.isSafeInteger(sanctionedLoadW) ||
    sanctionedLoadW < 0 ||
    sanctionedLoadW > MAX_SANCTIONED_LOAD_W
  ) {
    const range = `from 0 to ${MAX_SANCTIONED_LOAD_W}`;
    throw new RangeError(`sanctionedLoadW must be a whole number ${range}, got ${sanctionedLoadW}`);
  }
  const kw = Math.floor(sanctionedLoadW / 1000);
  return micros(amountMicros * kw + Math.floor((amountMicros * (sanctionedLoadW - kw * 1000)) / 1000));
}
