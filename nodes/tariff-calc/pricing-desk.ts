import { asList, type PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Reading, Segment } from '../lib/meter/reading';
import type { Site } from '../lib/site/site';
import type { Charge } from '../lib/tariff/charge';
import { NoPrice } from '../lib/tariff/no-price';
import { showValue } from '../lib/text/show-value';

/** A reason names a tariff's dates; past this many they are said again. */
const MAX_MENTIONED = 100;

/** Puts prices on readings that are on their way to the ledger. */
export class PricingDesk {
  private readonly mentioned = new Set<string>();

  constructor(
    private readonly site: Site,
    /** The tariff of meters that have none yet. */
    private readonly tariffId: string,
    /** Hears why readings are held. */
    private readonly onHeld: (error: Error) => void,
  ) {}

  /**
   * Adds a charge for each segment. A reading that does not follow its meter's last one goes back to the ingest, and one
   * whose tariff has no price for it yet is held, so the message may come out with fewer readings, or not at all.
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
    let unpriced: Unpriced | null = null;
    for (let index = 0; index < segments.length; index += 1) {
      const reading = readings[index];
      const segment = segments[index];
      if (!reading || !segment) continue;
      // What was read later has no price either; a late reading is in a stretch that has one.
      const missing = segment.isLate === true ? undefined : unpriced?.ofMeters.get(reading.meterId);
      const charge = missing ?? this.chargeFor(message, readings, reading, segment);
      if (charge instanceof NoPrice) addUnpriced((unpriced ??= newUnpriced()), reading, charge);
      else if (charge) charges.push(charge);
      else (outOfStep ??= new Set()).add(reading);
    }
    const rest = without(message, [outOfStep, unpriced?.readings], readings, segments, accounts);
    if (rest.prepaid) rest.prepaid.charge = charges;
    if (unpriced !== null)
      for (const [reading, missing] of unpriced.readings) this.hold(message, reading, missing);
    if (outOfStep !== null)
      this.sendBack(message, [...outOfStep], asList(rest.payload as Reading | Reading[]));
    return charges.length > 0 ? rest : null;
  }

  /** What a reading costs, or what its tariff lacks to say so. For any other fault all of the message goes back. */
  private chargeFor(
    message: PrepaidMessage,
    all: readonly Reading[],
    reading: Reading,
    segment: Segment,
  ): Charge | NoPrice | undefined {
    try {
      const meterId = meterIdOf(reading);
      return this.site.prices.charge(meterId, segment, this.tariffId);
    } catch (error) {
      if (error instanceof NoPrice) return error;
      this.site.giveBack(message, all);
      throw error;
    }
  }

  private priceOne(message: PrepaidMessage, segment: Segment): PrepaidMessage | null {
    const reading = message.payload as Reading;
    const charge = this.chargeFor(message, [reading], reading, segment);
    if (charge instanceof NoPrice) this.hold(message, reading, charge);
    else if (charge) {
      (message.prepaid ??= {}).charge = charge;
      return message;
    } else this.sendBack(message, [reading]);
    return null;
  }

  /**
   * Writes down that a reading waits for a price: each of them, since the hour of use may make its price. Its sender has
   * done its part then. It is taken when the tariff has a price for it.
   */
  private hold(message: PrepaidMessage, reading: Reading, missing: NoPrice): void {
    const { site } = this;
    const { meterId, atMs } = reading;
    const reason = missing.message;
    const refusal = {
      kind: 'held',
      cause: 'no-price',
      field: 'atMs',
      value: String(atMs),
      reason,
      meterId,
    } as const;
    site.forgetMeter(meterId);
    const content = JSON.stringify(reading);
    site.submit({ type: 'refusal', refusal, source: message.topic ?? '', content }, (error, result) => {
      const isStored = error === null && result?.outcome === 'recorded';
      site.receipts.settle(message.prepaid?.receipt, 1, isStored ? 'durable' : 'failed');
      if (isStored) this.mention(meterId, 'is held', reason);
      else this.mention(meterId, 'is not stored', error?.message ?? `too many readings are held, ${reason}`);
    });
  }

  /** What is wrong is said once, and not for every reading. */
  private mention(meterId: string, became: string, why: string): void {
    if (this.mentioned.has(why)) return;
    if (this.mentioned.size >= MAX_MENTIONED) this.mentioned.clear();
    this.mentioned.add(why);
    this.onHeld(new RangeError(`the reading of ${meterId} ${became}: ${why}`));
  }

  private sendBack(
    message: PrepaidMessage,
    readings: readonly Reading[],
    rest: readonly Reading[] = [],
  ): void {
    if (this.site.takeAgain(message, readings)) return;
    // None of the message goes on then, so its sender has to send all of it again.
    this.site.giveBack(message, [...readings, ...rest]);
    throw new Error(
      `the reading of ${readings[0]?.meterId ?? 'a meter'} does not follow the last one in the ledger; it is billed with the next reading`,
    );
  }
}

/** A flow may have changed anything in a message on its way here. */
function meterIdOf({ meterId }: { readonly meterId?: unknown }): string {
  if (typeof meterId === 'string') return meterId;
  throw new RangeError(`payload.meterId must be the id of a meter, got ${showValue(meterId)}`);
}

/** Readings of one message that have no price yet. */
interface Unpriced {
  readings: Map<Reading, NoPrice>;
  ofMeters: Map<string, NoPrice>;
}

const newUnpriced = (): Unpriced => ({ readings: new Map(), ofMeters: new Map() });

function addUnpriced({ readings, ofMeters }: Unpriced, reading: Reading, missing: NoPrice): void {
  readings.set(reading, missing);
  ofMeters.set(reading.meterId, missing);
}

/** The same message when nothing is dropped. */
function without(
  message: PrepaidMessage,
  drops: readonly ({ has: (reading: Reading) => boolean } | null | undefined)[],
  readings: readonly Reading[],
  segments: readonly Segment[],
  accounts: readonly string[],
): PrepaidMessage {
  if (drops.every((dropped) => !dropped)) return message;
  const isKept = (_: unknown, index: number): boolean => {
    const reading = readings[index];
    return reading !== undefined && !drops.some((dropped) => dropped?.has(reading));
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
