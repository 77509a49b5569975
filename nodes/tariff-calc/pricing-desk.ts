import { asList, type PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Reading, Segment } from '../lib/meter/reading';
import type { Site } from '../lib/site/site';
import type { Charge } from '../lib/tariff/charge';

/** A reading of a message whose price is known. */
interface PricedItem {
  reading: Reading;
  segment: Segment;
  accountId: string;
  charge: Charge;
}

/** Puts prices on readings that are on their way to the ledger. */
export class PricingDesk {
  constructor(
    private readonly site: Site,
    /** The tariff of meters that have none yet. */
    private readonly tariffId: string,
  ) {}

  /**
   * Adds a charge for each segment. A reading that does not follow its meter's last one goes back to the ingest, so the
   * message may come out with fewer readings, or not at all. When a price cannot be found, all of it goes back to its
   * sender.
   */
  price(message: PrepaidMessage): PrepaidMessage | null {
    const { prepaid } = message;
    if (prepaid?.segment !== undefined && !Array.isArray(prepaid.segment))
      return this.priceOne(message, prepaid.segment);
    const readings = asList(message.payload as Reading | Reading[] | undefined);
    const segments = asList(prepaid?.segment);
    const accounts = asList(prepaid?.accountId);
    if (segments.length !== readings.length) {
      this.site.giveBack(message, readings);
      throw new RangeError(
        `msg.prepaid.segment must have one segment for each of the ${readings.length} readings, got ${segments.length}`,
      );
    }
    const priced: PricedItem[] = [];
    const outOfStep: Reading[] = [];
    for (const [index, segment] of segments.entries()) {
      const reading = readings[index];
      if (!reading) continue;
      const charge = this.chargeOrGiveBack(message, readings, reading, segment);
      if (charge) priced.push({ reading, segment, accountId: accounts[index] ?? '', charge });
      else outOfStep.push(reading);
    }
    const rest = outOfStep.length === 0 ? message : withOnly(message, priced);
    if (rest.prepaid) rest.prepaid.charge = priced.map(({ charge }) => charge);
    if (outOfStep.length > 0) this.sendBack(message, outOfStep);
    return priced.length > 0 ? rest : null;
  }

  private priceOne(message: PrepaidMessage, segment: Segment): PrepaidMessage | null {
    const reading = message.payload as Reading;
    const charge = this.chargeOrGiveBack(message, [reading], reading, segment);
    if (!charge) {
      this.sendBack(message, [reading]);
      return null;
    }
    (message.prepaid ??= {}).charge = charge;
    return message;
  }

  private chargeOrGiveBack(
    message: PrepaidMessage,
    all: readonly Reading[],
    reading: Reading,
    segment: Segment,
  ): Charge | undefined {
    try {
      return this.site.prices.charge(reading.meterId, segment, this.tariffId);
    } catch (error) {
      this.site.giveBack(message, all);
      throw error;
    }
  }

  private sendBack(message: PrepaidMessage, readings: readonly Reading[]): void {
    if (this.site.takeAgain(message, readings)) return;
    this.site.giveBack(message, readings);
    throw new Error(
      `the reading of ${readings[0]?.meterId ?? 'a meter'} does not follow the last one in the ledger; it is billed with the next reading`,
    );
  }
}

function withOnly(message: PrepaidMessage, items: readonly PricedItem[]): PrepaidMessage {
  return {
    ...message,
    payload: items.map(({ reading }) => reading),
    prepaid: {
      ...message.prepaid,
      segment: items.map(({ segment }) => segment),
      accountId: items.map(({ accountId }) => accountId),
    },
  };
}
