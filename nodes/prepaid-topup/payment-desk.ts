import { createHash } from 'node:crypto';
import type { PostingResult } from '../lib/ledger/posting';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import { amountProblem } from '../lib/payment/amount-rules';
import { energyFor, periodLabelAt, type PricedMeter } from '../lib/payment/energy-estimate';
import type { PaymentClaim, PaymentRecord, PaymentSource } from '../lib/payment/payment';
import { receiptFor, type Receipt } from '../lib/payment/receipt';
import type { TopUpSettings } from '../lib/payment/top-up-settings';
import type { ToldPayment } from '../lib/payment/webhook-adapters';
import { moneyFormat } from '../lib/site/money-format';
import type { Site } from '../lib/site/site';

/** What became of a payment that was told of. */
export type Taken =
  | { state: 'credited'; payment: PaymentRecord; receipt: Receipt }
  /** It waits for a person. */
  | { state: 'held'; payment: PaymentRecord; problem: string }
  /** It is kept, and nobody has credited it yet: no balance guard answered. It is tried again. */
  | { state: 'waiting'; payment: PaymentRecord };

export interface Told {
  told: ToldPayment;
  channel: string;
  source: PaymentSource;
  by: string;
}

/** A payment that is not even kept, with the reason. */
export class PaymentRefused extends RangeError {}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Keeps payments, has the balance guard credit them, and issues receipts. */
export class PaymentDesk {
  credited = 0;
  /** Payments on their way to the guard, so that the same one told of many times at once goes there once. */
  private readonly onTheWay = new Map<string, Promise<Taken>>();

  constructor(
    private readonly site: Site,
    private readonly siteName: string,
    private readonly settings: TopUpSettings,
    private readonly toGuard: (message: PrepaidMessage) => void,
  ) {}

  /**
   * Takes a payment in. With `isFace` there is somebody to give the money back to, so that a wrong one is refused;
   * otherwise the money is here already, and what is wrong with it waits for a person.
   */
  async take(told: Told, isFace: boolean): Promise<Taken> {
    const claim = this.claimOf(told);
    const { channel, reference } = claim;
    const known = this.site.store.payment(channel, reference);
    const isSame = known?.amountMicros === claim.amountMicros && known.statedAccount === claim.accountId;
    if (!isSame) {
      if (isFace && !known && claim.problem !== null) throw new PaymentRefused(claim.problem);
      orThrow(await this.site.post({ type: 'receivePayment', claim }));
    }
    return this.bringOn(this.stored(channel, reference));
  }

  /** Takes a stored payment as far as it goes. */
  bringOn(payment: PaymentRecord): Promise<Taken> {
    const { channel, reference, problem } = payment;
    if (problem !== null) return Promise.resolve({ state: 'held', payment, problem });
    const key = JSON.stringify([channel, reference]);
    const known = this.onTheWay.get(key);
    if (known) return known;
    const way = this.creditAndIssue(payment).finally(() => this.onTheWay.delete(key));
    this.onTheWay.set(key, way);
    return way;
  }

  /** The receipt as it was first issued; this is when it is, if it never was. */
  async receiptOf(payment: PaymentRecord): Promise<Receipt> {
    if (payment.receipt !== null) return JSON.parse(payment.receipt) as Receipt;
    const { channel, reference } = payment;
    const receipt = JSON.stringify(this.newReceipt(payment));
    orThrow(await this.site.post({ type: 'acknowledgePayment', channel, reference, receipt }));
    return JSON.parse(this.stored(channel, reference).receipt ?? receipt) as Receipt;
  }

  stored(channel: string, reference: string): PaymentRecord {
    const payment = this.site.store.payment(channel, reference);
    if (payment) return payment;
    throw new PaymentRefused(`reference must be that of a payment by ${channel}, got "${reference}"`);
  }

  private claimOf({ told, channel, source, by }: Told): PaymentClaim {
    const { charges, rules } = this.settings;
    const { accountId, amountMicros } = told;
    const { store } = this.site;
    const problem = store.hasAccount(accountId)
      ? amountProblem(amountMicros, !store.hasPaid(accountId), rules, charges, (amount) =>
          this.site.writeMoney(amount),
        )
      : `accountId must be an account, got "${accountId}"`;
    return { ...told, channel, source, by, charges, problem };
  }

  private async creditAndIssue(payment: PaymentRecord): Promise<Taken> {
    const { channel, reference } = payment;
    const isNew = payment.creditedMs === null;
    if (isNew) await this.askGuard(payment);
    const after = this.stored(channel, reference);
    if (after.creditedMs === null) return { state: 'waiting', payment: after };
    if (isNew) this.credited += 1;
    const receipt = await this.receiptOf(after);
    return { state: 'credited', payment: this.stored(channel, reference), receipt };
  }

  /** Ends when the guard has answered, or will not any more. What came of it is in the ledger. */
  private askGuard(payment: PaymentRecord): Promise<void> {
    return new Promise((resolve) => {
      const receipt = this.site.receipts.issue(1, this.site.monotonicMs(), () => resolve());
      if (receipt === null) resolve();
      else this.toGuard(topUpMessage(payment, receipt));
    });
  }

  private newReceipt(payment: PaymentRecord): Receipt {
    const { site, siteName } = this;
    const card = site.store.accountCard(payment.accountId);
    const meter = this.pricedMeter(card?.meterIds[0]);
    const nowMs = site.nowMs();
    return receiptFor(payment, {
      siteName,
      customerName: card?.name ?? '',
      money: moneyFormat(site.currency),
      timeZone: site.timeZone,
      periodLabel: meter ? periodLabelAt(meter.plan, nowMs) : '',
      energyFor: (amount) => (meter ? energyFor(amount, meter, nowMs) : null),
      sha256,
    });
  }

  /** The first meter of an account, once it has been read and has a tariff. */
  private pricedMeter(meterId: string | undefined): PricedMeter | null {
    const { store } = this.site;
    if (meterId === undefined || !store.knownMeter(meterId)?.head) return null;
    const { headMs = null, headWh = null, state = null, plan } = store.pricing(meterId, '') ?? {};
    if (headMs === null || headWh === null || state === null || !plan) return null;
    return { headMs, headWh, state, plan };
  }
}

function topUpMessage(payment: PaymentRecord, receipt: string): PrepaidMessage {
  const { accountId, amountMicros, reference, channel, by } = payment;
  const topUp = { accountId, amountMicros, reference, channel, ...(by === '' ? {} : { by }) };
  return { topic: accountId, payload: { topUp }, prepaid: { receipt } };
}

export function orThrow(result: PostingResult): PostingResult {
  if (result.outcome === 'refused')
    throw new PaymentRefused(`${result.field} ${result.reason}, got "${result.value}"`);
  return result;
}
