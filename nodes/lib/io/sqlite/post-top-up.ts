import type Database from 'better-sqlite3';
import type { PostingResult, TopUpPosting } from '../../ledger/posting';
import { cashAccount, debtBook, SALES_FEES } from '../../ledger/book-names';
import { refuse } from '../../ledger/refusals';
import { subtractMicros, ZERO_MICROS } from '../../money/micros';
import { NO_CHARGES, type PaymentClaim, type UseLine } from '../../payment/payment';
import { ENERGY_USE, FEE_USE, usesOfTopUp } from '../../payment/top-up-uses';
import { TRANSFER_KIND, type Books } from './books';
import type { LiveAccount, LiveAccounts } from './live-accounts';
import type { Batch } from './commit-batch';
import type { DebtBook } from './debt-book';
import { writeUses, type PaymentBook, type StoredPayment } from './payment-book';
import type { DecisionPoster } from './post-decision';

/** Writes received money, and at once what it is used for. */
export class TopUpPoster {
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly books: Books,
    private readonly payments: PaymentBook,
    private readonly debts: DebtBook,
    private readonly decisions: DecisionPoster,
  ) {
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  topUp(batch: Batch, posting: TopUpPosting): PostingResult {
    const account = this.live.account(posting.accountId);
    if (!account) return refuse('accountId', posting.accountId, 'there is no such account');
    const payment = this.paymentFor(batch, posting);
    if (payment.accountId !== posting.accountId || payment.amountMicros !== posting.amountMicros)
      return refuse('reference', posting.reference, 'was used before for another payment');
    if (payment.creditedMs !== null) return this.decisions.recall(account);
    if (payment.problem !== null)
      return refuse('reference', posting.reference, `waits for a person: ${payment.problem}`);
    this.credit(batch, account, payment);
    this.insertAudit.run(
      batch.nowMs,
      posting.by,
      'top-up',
      posting.accountId,
      `${posting.amountMicros} by ${posting.channel}`,
    );
    return this.decisions.afterChange(batch, account, posting.guard, { received: posting.amountMicros });
  }

  /** Money that nobody told of before is received and verified by the flow that brings it. */
  private paymentFor(batch: Batch, posting: TopUpPosting): StoredPayment {
    const { channel, reference } = posting;
    const known = this.payments.find(channel, reference);
    if (known) return known;
    this.payments.insert(batch.nowMs, claimOf(posting));
    const stored = this.payments.find(channel, reference);
    if (!stored) throw new Error('the ledger did not store a payment');
    return stored;
  }

  private credit(batch: Batch, account: LiveAccount, payment: StoredPayment): void {
    const { channel, reference, amountMicros, charges, paymentKey } = payment;
    const id = topUpId(channel, reference);
    const uses = usesOfTopUp(amountMicros, charges, this.debts.ofAccount(batch, account), batch.nowMs);
    const transferKey = this.books.moveNamed(batch, account, {
      id,
      bookKey: this.books.bookKey(cashAccount(channel)),
      changeMicros: amountMicros,
      kind: TRANSFER_KIND.topUp,
      ref: reference,
      lines: writeUses(uses),
    });
    for (const use of uses) {
      if (use.component === ENERGY_USE) continue;
      this.books.moveNamed(batch, account, {
        id: useId(use.component, id),
        changeMicros: subtractMicros(ZERO_MICROS, use.amountMicros),
        ref: reference,
        ...placeOf(this.books, account.accountId, use),
      });
    }
    this.payments.credit(batch.nowMs, paymentKey, transferKey, account.balanceMicros);
  }
}

/** The reference stays as the caller wrote it; the channel is escaped, so that no two payments share an id. */
export const topUpId = (channel: string, reference: string): string =>
  `top-up:${encodeURIComponent(channel)}:${reference}`;

/** Each use of a top-up is a transfer of its own. */
export const useId = (component: string, topUp: string): string => `use:${component}:${topUp}`;

/** Where the money of a use goes, and the line of it. More is money that the customer paid. */
export function placeOf(
  books: Books,
  accountId: string,
  { component, amountMicros }: UseLine,
): { bookKey: number; kind: number; lines: string } {
  const lines = JSON.stringify([[component, 0, 0, amountMicros]]);
  const name = bookOfUse(accountId, component);
  return { bookKey: books.bookKey(name), kind: kindOfUse(component), lines };
}

/** The shared account that a use is paid to. */
export function bookOfUse(accountId: string, component: string): string {
  if (component === FEE_USE) return SALES_FEES;
  // A tax is named like its book.
  return component.startsWith('debt:') ? debtBook(accountId, component.slice('debt:'.length)) : component;
}

function kindOfUse(component: string): number {
  if (component === FEE_USE) return TRANSFER_KIND.fee;
  return component.startsWith('debt:') ? TRANSFER_KIND.debt : TRANSFER_KIND.tax;
}

function claimOf({ channel, reference, accountId, amountMicros, by }: TopUpPosting): PaymentClaim {
  return {
    channel,
    reference,
    accountId,
    amountMicros,
    source: 'flow',
    payer: '',
    by,
    paidMs: null,
    charges: NO_CHARGES,
    problem: null,
  };
}
