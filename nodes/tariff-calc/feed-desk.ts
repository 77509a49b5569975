import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Site } from '../lib/site/site';
import type { FeedPrice } from '../lib/tariff/meter-terms';

/** Brings prices of a series to the ledger. */
export class FeedDesk {
  constructor(
    private readonly site: Site,
    private readonly tariffId: string,
  ) {}

  async add(message: PrepaidMessage, prices: readonly FeedPrice[]): Promise<PrepaidMessage> {
    const { site, tariffId } = this;
    const result = await site.post({ type: 'feedPrices', tariffId, prices });
    if (result.outcome === 'refused')
      throw new RangeError(`${result.field} "${result.value}" ${result.reason}`);
    site.prices.forgetAll();
    message.payload = { kind: 'prices', tariffId, count: prices.length };
    return message;
  }
}
