import type { EnergyRule, Stretch } from './energy-rule';
import type { FeedPrice } from './meter-terms';
import type { PriceFeed } from './tariff';
import { MAX_RATE_MICROS_PER_KWH } from './tariff-limits';

export function priceFeedRule({ holdsMs, fallbackMicrosPerKwh }: PriceFeed): EnergyRule {
  return (atMs, { feed }) => {
    const index = lastUpTo(feed, atMs);
    const nextMs = feed[index + 1]?.fromMs ?? Infinity;
    const latest = feed[index];
    const price = latest?.microsPerKwh ?? undefined;
    const untilMs = (latest?.fromMs ?? -Infinity) + holdsMs;
    if (price === undefined || atMs >= untilMs) return single(nextMs, fallbackMicrosPerKwh);
    return single(Math.min(nextMs, untilMs), checkedPrice(price, index));
  };
}

function single(toMs: number, rateMicrosPerKwh: number): Stretch {
  return { toMs, blocks: [{ uptoWh: Infinity, rateMicrosPerKwh }] };
}

/** The place of the last price that has begun, or -1. */
function lastUpTo(feed: readonly FeedPrice[], atMs: number): number {
  let low = 0;
  let high = feed.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((feed[middle]?.fromMs ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Prices come by message, unlike the tariff, which was checked as a whole; they may be below zero. */
function checkedPrice(price: number, index: number): number {
  if (Number.isSafeInteger(price) && Math.abs(price) <= MAX_RATE_MICROS_PER_KWH) return price;
  const range = `from -${MAX_RATE_MICROS_PER_KWH} to ${MAX_RATE_MICROS_PER_KWH}`;
  throw new RangeError(`feed[${index}].microsPerKwh must be a whole number ${range}, got ${price}`);
}
