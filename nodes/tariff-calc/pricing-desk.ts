import { asList, type PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Reading, Segment } from '../lib/meter/reading';
import type { Site } from '../lib/site/site';
import type { Charge } from '../lib/tariff/charge';

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
    const charges: Charge[] = [];
    let outOfStep: Set<Reading> | null = null;
    try {
      for (let index = 0; index < segments.length; index += 1) {
        const reading = readings[index];
        const segment = segments[index];
        if (!reading || !segment) continue;
        const charge = this.site.prices.charge(reading.meterId, segment, this.tariffId);
        if (charge) charges.push(charge);
        else (outOfStep ??= new Set()).add(reading);
      }
    } catch (error) {
      this.site.giveBack(message, readings);
      throw error;
    }
    const rest = outOfStep === null ? message : without(message, outOfStep, readings, segments, accounts);
    if (rest.prepaid) rest.prepaid.charge = charges;
    if (outOfStep !== null) this.sendBack(message, [...outOfStep]);
    return charges.length > 0 ? rest : null;
  }

  private priceOne(message: PrepaidMessage, segment: Segment): PrepaidMessage | null {
    const reading = message.payload as Reading;
    let charge: Charge | undefined;
    try {
      charge = this.site.prices.charge(reading.meterId, segment, this.tariffId);
    } catch (error) {
      this.site.giveBack(message, [reading]);
      throw error;
    }
    if (!charge) {
      this.sendBack(message, [reading]);
      return null;
    }
    (message.prepaid ??= {}).charge = charge;
    return message;
  }

  private sendBack(message: PrepaidMessage, readings: readonly Reading[]): void {
    if (this.site.takeAgain(message, readings)) return;
    this.site.giveBack(message, readings);
    throw new Error(
      `the reading of ${readings[0]?.meterId ?? 'a meter'} does not follow the last one in the ledger; it is billed with the next reading`,
    );
  }
}

function without(
  message: PrepaidMessage,
  dropped: ReadonlySet<Reading>,
  readings: readonly Reading[],
  segments: readonly Segment[],
  accounts: readonly string[],
): PrepaidMessage {
  const isKept = (_: unknown, index: number): boolean => {
    const reading = readings[index];
    return reading !== undefined && !dropped.has(reading);
  };
  return {
    ...message,
    payload: readings.filter(isKept),
    prepaid: {
      ...message.prepaid,
      segment: segments.filter(isKept),
      accountId: accounts.filter(isKept),
    },
  };
}
