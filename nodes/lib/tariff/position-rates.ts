import type { LocalDays } from '../time/local-days';
import type { Block, EnergyRule, Stretch } from './energy-rule';
import type { ComponentKind, Flat, Lifeline, Slabs, Tariff } from './tariff';

/** Rates that do not change with time: they hold as long as the billing period does. */
const always = (blocks: readonly Block[]): Stretch => ({ toMs: Infinity, blocks });

export function flatRule({ rateMicrosPerKwh }: Pick<Flat, 'rateMicrosPerKwh'>): EnergyRule {
  const stretch = always([{ uptoWh: Infinity, rateMicrosPerKwh }]);
  return () => stretch;
}

/** What has a price for every kWh by itself. */
const WHOLE_PRICES: ReadonlySet<ComponentKind> = new Set(['flat', 'slabs', 'timeOfUse', 'priceFeed']);

export function lifelineRule(lifeline: Lifeline, { components }: Tariff): EnergyRule {
  const { uptoWh, rateMicrosPerKwh, fallbackMicrosPerKwh } = lifeline;
  // A bill does not name a block for energy that another component prices alone.
  const isLeftToOthers = fallbackMicrosPerKwh === 0 && components.some(({ kind }) => WHOLE_PRICES.has(kind));
  const fallback = isLeftToOthers ? [] : [{ uptoWh: Infinity, rateMicrosPerKwh: fallbackMicrosPerKwh }];
  const entitled = always([{ uptoWh, rateMicrosPerKwh }, ...fallback]);
  const others = always(fallback);
  return (_atMs, { isLifeline }) => (isLifeline ? entitled : others);
}

export function slabsRule({ slabs, prorate }: Slabs, _tariff: Tariff, days: LocalDays): EnergyRule {
  const blocks = slabs.map(({ uptoWh, rateMicrosPerKwh }) => ({
    uptoWh: uptoWh ?? Infinity,
    rateMicrosPerKwh,
  }));
  const whole = always(blocks);
  if (!prorate) return () => whole;
  return (_atMs, _terms, { hadFromMs, periodFromMs, periodToMs }) => {
    if (hadFromMs <= periodFromMs) return whole;
    const toDay = days.dayAt(periodToMs).dayNumber;
    const daysHad = toDay - days.dayAt(hadFromMs).dayNumber;
    const allDays = toDay - days.dayAt(periodFromMs).dayNumber;
    return always(blocks.map((block) => ({ ...block, uptoWh: partOf(block.uptoWh, daysHad, allDays) })));
  };
}

/** Whole Wh, rounded down. A limit is at most 10¹² Wh, so the product stays exact. */
function partOf(limitWh: number, days: number, allDays: number): number {
  return Math.floor((limitWh * days) / allDays);
}
