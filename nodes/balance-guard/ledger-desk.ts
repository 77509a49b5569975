import type { PricedReading, TopUpRequest } from '../lib/ledger/guard-input';
import type { ChainRefused, Committed, PostingResult, PriceRefused } from '../lib/ledger/posting';
import { asList, type PrepaidMessage } from '../lib/meter/prepaid-message';
import type { Notice } from '../lib/notice/notice';
import type { SupplyGuard } from '../lib/policy/supply-guard';
import type { RelayIntent } from '../lib/relay/relay-intent';
import type { Site } from '../lib/site/site';
import { accountPayload, type AccountPayload } from './account-payload';

/** What one message led to, once everything in it is durable. */
export interface DeskResult {
  accounts: AccountPayload[];
  relays: RelayIntent[];
  notices: Notice[];
  /** The first thing that went wrong; the rest of the message was dealt with all the same. */
  error: Error | null;
}

/** Brings messages to the ledger, waits for the commit, and settles receipts by what became of each reading. */
export class LedgerDesk {
  billed = 0;

  constructor(
    private readonly site: Site,
    private readonly guard: SupplyGuard,
  ) {}

  /** A message that no guard can take: its readings are not on their way, and its sender shall send again. */
  refuse(message: PrepaidMessage): void {
    this.site.giveBack(message, asList(message.payload));
  }

  async takeTopUp(message: PrepaidMessage, topUp: TopUpRequest): Promise<DeskResult> {
    const { receipts } = this.site;
    const receipt = message.prepaid?.receipt;
    try {
      const result = await this.site.post({ type: 'topUp', ...topUp, guard: this.guard });
      receipts.settle(receipt, 1, 'durable');
      const done = newResult();
      this.collect(done, result, '');
      return done;
    } catch (error) {
      receipts.settle(receipt, 1, 'failed');
      throw error;
    }
  }

  takeReadings(message: PrepaidMessage, readings: readonly PricedReading[]): Promise<DeskResult> {
    return new Promise((resolve) => {
      const done = newResult();
      const outOfStep: OutOfStep[] = [];
      let open = readings.length;
      let notBilled = 0;
      let durable = 0;
      const fail = (priced: PricedReading, error: Error): void => {
        notBilled += 1;
        this.failReading(done, message, priced, error);
      };
      for (const priced of readings) {
        const { reading, segment, charge } = priced;
        this.site.submit({ type: 'charge', reading, segment, charge, guard: this.guard }, (error, result) => {
          if (error) fail(priced, error);
          else if (result?.outcome === 'chain' || result?.outcome === 'price') {
            this.site.chain.rewind(reading.meterId, result.head);
            if (result.outcome === 'price') this.site.prices.forget(reading.meterId);
            outOfStep.push({ ...priced, result });
          } else if (result?.outcome === 'refused') {
            // A setting is wrong, such as a price without a version of its own. The energy is billed once it is right.
            const { field, value, reason } = result;
            fail(priced, new RangeError(`${field} "${value}": ${reason}`));
          } else if (result) {
            // A late reading changes what pricing has to go on from.
            if (segment.isLate === true) this.site.prices.forget(reading.meterId);
            this.collect(done, result, reading.meterId);
            durable += 1;
          }
          open -= 1;
          if (open > 0) return;
          // The sender is answered when the last one has ended, so all of them are settled at once.
          if (durable > 0) this.site.receipts.settle(message.prepaid?.receipt, durable, 'durable');
          notBilled += this.sendBack(done, message, outOfStep);
          if (done.error && readings.length > 1)
            done.error = faultOfMany(notBilled, readings.length, done.error);
          resolve(done);
        });
      }
    });
  }

  private collect(done: DeskResult, result: PostingResult, meterId: string): void {
    if (result.outcome === 'refused')
      throw new RangeError(`topUp.${result.field} "${result.value}": ${result.reason}`);
    if (!isCommitted(result)) return;
    if (meterId !== '') this.billed += 1;
    done.accounts.push(accountPayload(this.site, result.account, meterId));
    // Nearly every reading leads to neither, and spreading an empty list is not free.
    if (result.relays.length > 0) done.relays.push(...result.relays);
    if (result.notices.length > 0) done.notices.push(...result.notices);
  }

  /** Nothing was written. The chain asks the ledger again, and the sender is told to repeat itself. */
  private failReading(
    done: DeskResult,
    message: PrepaidMessage,
    { reading }: PricedReading,
    error: Error,
  ): void {
    this.site.giveBack(message, [reading]);
    done.error ??= error;
  }

  /**
   * Readings whose segment or price is not the ledger's go back to the ingest, which cuts new segments. Returns how many
   * it does not take.
   */
  private sendBack(done: DeskResult, message: PrepaidMessage, outOfStep: readonly OutOfStep[]): number {
    const [first] = outOfStep;
    if (!first) return 0;
    const readings = outOfStep.map(({ reading }) => reading);
    if (this.site.takeAgain(message, readings)) return 0;
    this.site.giveBack(message, readings);
    done.error ??= faultOf(first);
    return readings.length;
  }
}

/** A reading that the ledger would take otherwise than it came. */
interface OutOfStep extends PricedReading {
  result: ChainRefused | PriceRefused;
}

function faultOf({ reading, charge, result }: OutOfStep): Error {
  if (result.outcome === 'chain')
    return new Error(
      `the reading of ${reading.meterId} does not follow the last one in the ledger; it is billed with the next reading`,
    );
  return new RangeError(
    `charge.amountMicros must be what the ledger comes to, ${result.amountMicros}: change prices in tariff-calc, got ${charge.amountMicros}`,
  );
}

/** A frame has one error, however many of its readings it is about. */
function faultOfMany(notBilled: number, total: number, first: Error): Error {
  return new Error(`${notBilled} of ${total} readings are not billed: ${first.message}`, { cause: first });
}

export function newResult(): DeskResult {
  return { accounts: [], relays: [], notices: [], error: null };
}

function isCommitted(result: PostingResult): result is Committed {
  return result.outcome === 'committed' || result.outcome === 'repeated';
}
