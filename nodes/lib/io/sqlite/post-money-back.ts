import type Database from 'better-sqlite3';
import type { MoneyBackPosting, PostingResult, Refused, SettleMoneyBackPosting } from '../../ledger/posting';
import { cashAccount } from '../../ledger/book-names';
import { refuse } from '../../ledger/refusals';
import { subtractMicros, ZERO_MICROS, type Micros } from '../../money/micros';
import type { MoneyBackKind } from '../../payment/payment';
import { ENERGY_USE } from '../../payment/top-up-uses';
import type { SupplyGuard } from '../../policy/supply-guard';
import { TRANSFER_KIND, type Books } from './books';
import type { Batch } from './commit-batch';
import type { LiveAccount, LiveAccounts } from './live-accounts';
import type { NoticeBook } from './notice-book';
import type { PaymentBook, StoredMoneyBack, StoredPayment } from './payment-book';
import type { DecisionPoster } from './post-decision';
import { placeOf, topUpId, useId } from './post-top-up';

const RECORDED: PostingResult = { outcome: 'recorded' };

export const moneyBackId = (reference: string): string => `money-back:${reference}`;

/** Money on its way back to the payer: never more than was paid, with a reason, and for much of it by two persons. */
export class MoneyBackPoster {
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly books: Books,
    private readonly payments: PaymentBook,
    private readonly decisions: DecisionPoster,
    private readonly notices: NoticeBook,
  ) {
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  ask(batch: Batch, { request, secondPersonAboveMicros, guard }: MoneyBackPosting): PostingResult {
    const { kind, reference, channel, paymentReference, reason, by } = request;
    const payment = this.payments.find(channel, paymentReference);
    if (!payment) return refuse('payment', paymentReference, 'there is no such payment');
    const account = this.live.account(payment.accountId);
    if (payment.creditedMs === null || !account)
      return refuse('payment', paymentReference, 'is not credited, so there is nothing to give back');
    const earlier = this.payments.moneyBack(reference);
    if (earlier) return this.repeat(account, payment, earlier, request);
    const leftMicros = subtractMicros(payment.amountMicros, this.payments.goneBack(payment.paymentKey));
    const amountMicros = request.amountMicros ?? leftMicros;
    const refusal = amountFault(kind, amountMicros, leftMicros, account.balanceMicros);
    if (refusal) return refusal;
    if (reason.trim() === '') return refuse('reason', reason, 'must be given');
    if (by.trim() === '') return refuse('by', by, 'must be the person who asks for it');
    const state = amountMicros > secondPersonAboveMicros ? 'waiting' : 'done';
    const { accountId } = payment;
    const asked = {
      kind,
      reference,
      channel,
      paymentReference,
      accountId,
      amountMicros,
      reason,
      askedBy: by,
    };
    this.payments.insertBack(batch.nowMs, payment, { ...asked, state });
    this.note(batch, by, `${kind} ${state}`, accountId, amountMicros, `${paymentReference}: ${reason}`);
    return state === 'waiting' ? RECORDED : this.give(batch, account, payment, asked, guard);
  }

  settle(batch: Batch, { reference, verdict, by, guard }: SettleMoneyBackPosting): PostingResult {
    const back = this.payments.moneyBack(reference);
    if (!back) return refuse('reference', reference, 'nobody asked for this');
    const payment = this.payments.find(back.channel, back.paymentReference);
    const account = this.live.account(back.accountId);
    if (!payment || !account) throw new Error(`money back ${reference} has no payment or no account`);
    const wanted = verdict === 'approve' ? 'done' : 'declined';
    if (back.state === wanted && back.settledBy === by) return this.decisions.recall(account);
    if (back.state !== 'waiting') return refuse('reference', reference, `is ${back.state} already`);
    if (by.trim() === '') return refuse('by', by, 'must be the person who settles it');
    if (by.trim().toLowerCase() === back.askedBy.trim().toLowerCase())
      return refuse('by', by, 'must be another person than the one who asked');
    if (wanted === 'done') {
      const refusal = amountFault(back.kind, back.amountMicros, back.amountMicros, account.balanceMicros);
      if (refusal) return refusal;
    }
    this.payments.settleBack(batch.nowMs, reference, wanted, by);
    this.note(batch, by, `${back.kind} ${wanted}`, account.accountId, back.amountMicros, reference);
    return wanted === 'declined' ? RECORDED : this.give(batch, account, payment, back, guard);
  }

  private repeat(
    account: LiveAccount,
    payment: StoredPayment,
    earlier: StoredMoneyBack,
    request: MoneyBackPosting['request'],
  ): PostingResult {
    const same =
      earlier.paymentKey === payment.paymentKey &&
      earlier.kind === request.kind &&
      (request.amountMicros === null || earlier.amountMicros === request.amountMicros);
    if (!same) return refuse('reference', request.reference, 'was used before for something else');
    return earlier.state === 'waiting' ? RECORDED : this.decisions.recall(account);
  }

  private give(
    batch: Batch,
    account: LiveAccount,
    payment: StoredPayment,
    { kind, reference, amountMicros }: Pick<StoredMoneyBack, 'kind' | 'reference' | 'amountMicros'>,
    guard: SupplyGuard | null,
  ): PostingResult {
    // A payment that never was good never paid a debt or a fee either. Of a part of it nobody can say which part.
    if (kind === 'reversal' && amountMicros === payment.amountMicros) this.undoUses(batch, account, payment);
    this.books.moveNamed(batch, account, {
      id: moneyBackId(reference),
      bookKey: this.books.bookKey(cashAccount(payment.channel)),
      changeMicros: subtractMicros(ZERO_MICROS, amountMicros),
      kind: TRANSFER_KIND[kind],
      ref: reference,
      lines: null,
    });
    const told = this.notices.add(batch, account, 'money-back', { amountMicros });
    const committed = this.decisions.afterChange(batch, account, guard);
    return { ...committed, notices: [told, ...committed.notices] };
  }

  private undoUses(batch: Batch, account: LiveAccount, payment: StoredPayment): void {
    const id = topUpId(payment.channel, payment.reference);
    for (const { component, amountMicros } of payment.uses) {
      if (component === ENERGY_USE) continue;
      this.books.moveNamed(batch, account, {
        id: `undo:${useId(component, id)}`,
        changeMicros: amountMicros,
        ref: payment.reference,
        ...placeOf(this.books, payment.accountId, {
          component,
          amountMicros: subtractMicros(ZERO_MICROS, amountMicros),
        }),
      });
    }
  }

  private note(
    batch: Batch,
    by: string,
    action: string,
    accountId: string,
    amount: Micros,
    detail: string,
  ): void {
    this.insertAudit.run(batch.nowMs, by, action, accountId, `${amount}, ${detail}`);
  }
}

/** A reversal may leave the account below zero, since the money never was there. A refund is credit that is left. */
function amountFault(
  kind: MoneyBackKind,
  amountMicros: Micros,
  leftMicros: Micros,
  balanceMicros: Micros,
): Refused | null {
  if (leftMicros <= 0) return refuse('amount', amountMicros, 'has gone back already, all of it');
  if (amountMicros <= 0) return refuse('amount', amountMicros, 'must be more than zero');
  if (amountMicros > leftMicros)
    return refuse('amount', amountMicros, `is more than the ${leftMicros} that are left of the payment`);
  if (kind === 'refund' && amountMicros > balanceMicros)
    return refuse('amount', amountMicros, `is more than the balance of ${balanceMicros}`);
  return null;
}
