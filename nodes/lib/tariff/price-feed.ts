import type { EnergyRule, Stretch } from './energy-rule';
import type { FeedPrice } from './meter-terms';
import type { PriceFeed } from './tariff';
import { MAX_FEED_PRICES, MAX_RATE_MICROS_PER_KWH } from './tariff-limits';

export function priceFeedRule({ holdsMs, fallbackMicrosPerKwh }: PriceFeed): EnergyRule {
  return (atMs, { feed }) => {
    const index = lastUpTo(feed, atMs);
    const nextMs = feed[index + 1]?.fromMs ?? Infinity;
    const latest = feed[index];
    const price = latest?.microsPerKwh ?? undefined;
    const untilMs = (latest?.fromMs ?? -Infinity) + holdsMs;
    if (price === undefined || atMs >= untilMs) return single(nextMs, fallbackMicrosPerKwh);
    return single(Math.min(nextMs, untilMs), price);
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

/**
 * Prices come by message, unlike the tariff, which was checked as a whole. Throws what is wrong first; where nothing is,
 * the series can be priced with. `field` is what the series is called where it comes from.
 */
export function checkFeed(feed: readonly FeedPrice[], field = 'feed'): void {
  if (feed.length > MAX_FEED_PRICES)
    throw new RangeError(`${field} must have at most ${MAX_FEED_PRICES} prices, got ${feed.length}`);
  let earlierMs = -1;
  for (const [index, { fromMs, microsPerKwh }] of feed.entries()) {
    if (!Number.isSafeInteger(fromMs) || fromMs <= earlierMs)
      throw new RangeError(
        `${field}[${index}].fromMs must be a whole number above ${earlierMs}, got ${fromMs}`,
      );
    earlierMs = fromMs;
    if (microsPerKwh === null) continue;
    if (!Number.isSafeInteger(microsPerKwh) || Math.abs(microsPerKwh) > MAX_RATE_MICROS_PER_KWH) {
      const range = `from -${MAX_RATE_MICROS_PER_KWH} to ${MAX_RATE_MICROS_PER_KWH}`;
      throw new RangeError(
        `${field}[${index}].microsPerKwh must be null or a whole number ${range}, got ${microsPerKwh}`,
      );
    }
  }
}
