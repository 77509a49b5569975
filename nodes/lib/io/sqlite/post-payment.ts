import type Database from 'better-sqlite3';
import type {
  AcknowledgePaymentPosting,
  AssignPaymentPosting,
  PostingResult,
  ReceivePaymentPosting,
} from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import type { Batch } from './commit-batch';
import type { LiveAccounts } from './live-accounts';
import type { PaymentBook } from './payment-book';

const RECORDED: PostingResult = { outcome: 'recorded' };

/** Takes payments from step to step before and after they are credited. */
export class PaymentPoster {
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly payments: PaymentBook,
  ) {
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** The same payment told of again is the one that is known, also when a person has assigned it meanwhile. */
  receive(batch: Batch, { claim }: ReceivePaymentPosting): PostingResult {
    const { channel, reference, accountId, amountMicros, problem } = claim;
    const known = this.payments.find(channel, reference);
    if (!known) {
      const isLost = problem === null && !this.live.account(accountId);
      this.payments.insert(batch.nowMs, isLost ? { ...claim, problem: 'there is no such account' } : claim);
      return RECORDED;
    }
    if (known.statedAccount === accountId && known.amountMicros === amountMicros) return RECORDED;
    return refuse('reference', reference, 'was used before for another payment');
  }

  assign(batch: Batch, { channel, reference, accountId, by }: AssignPaymentPosting): PostingResult {
    const payment = this.payments.find(channel, reference);
    if (!payment) return refuse('reference', reference, 'there is no such payment');
    if (payment.problem === null)
      return refuse('reference', reference, 'does not wait for a person: reverse it instead');
    if (!this.live.account(accountId)) return refuse('accountId', accountId, 'there is no such account');
    this.payments.assign(batch.nowMs, payment.paymentKey, accountId);
    const detail = `${channel} ${reference} of ${payment.amountMicros}, was ${payment.accountId}: ${payment.problem}`;
    this.insertAudit.run(batch.nowMs, by, 'assign payment', accountId, detail);
    return RECORDED;
  }

  acknowledge(batch: Batch, { channel, reference, receipt }: AcknowledgePaymentPosting): PostingResult {
    const payment = this.payments.find(channel, reference);
    if (!payment) return refuse('reference', reference, 'there is no such payment');
    if (payment.creditedMs === null) return refuse('reference', reference, 'is not credited yet');
    this.payments.acknowledge(batch.nowMs, payment.paymentKey, receipt);
    return RECORDED;
  }
}
