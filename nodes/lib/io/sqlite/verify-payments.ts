import type Database from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { ARREARS, debtBook } from '../../ledger/book-names';
import type { PaymentRecord } from '../../payment/payment';
import { isCodeOf, sealOf } from '../../payment/receipt-seal';
import { ENERGY_USE } from '../../payment/top-up-uses';
import { showValue } from '../../text/show-value';
import { TRANSFER_KIND } from './books';
import { PaymentBook } from './payment-book';
import { moneyBackId } from './post-money-back';
import { bookOfUse, topUpId, useId } from './post-top-up';

interface NamedTransfer {
  transfer_key: number;
  amount_micros: number;
  kind: number;
  from_name: string;
  to_name: string;
}

/** Looks transfers up by the caller's id. */
function transferFinder(db: Database.Database): (id: string) => NamedTransfer | undefined {
  const select = db.prepare<[string], NamedTransfer>(
    `SELECT transfer_key, amount_micros, kind, payer.name AS from_name, payee.name AS to_name FROM transfer
     JOIN book AS payer ON payer.book_key = debit JOIN book AS payee ON payee.book_key = credit WHERE id = ?`,
  );
  return (id) => select.get(id);
}

/** Every payment that is credited has a top-up, and every top-up one payment and one receipt number. */
export function findWrongPayment(db: Database.Database): string | null {
  const stray = db
    .prepare<[], { id: string }>(
      `SELECT id FROM transfer LEFT JOIN payment USING (transfer_key)
       WHERE kind = ${TRANSFER_KIND.topUp} AND payment_key IS NULL LIMIT 1`,
    )
    .get();
  if (stray) return `${stray.id} has no payment`;
  const payments = new PaymentBook(db);
  const find = transferFinder(db);
  const count = db
    .prepare<[], number>('SELECT count(*) FROM payment WHERE credited_ms IS NOT NULL')
    .pluck()
    .get();
  for (let number = 1; number <= (count ?? 0); number += 1) {
    const payment = payments.byNumber(number);
    if (!payment) return `receipt ${number} is missing`;
    const fault = topUpFault(payment, find) ?? receiptFault(payment);
    if (fault !== null) return `receipt ${number}: ${fault}`;
  }
  return null;
}

function topUpFault(
  { channel, reference, accountId, amountMicros, uses }: PaymentRecord,
  find: (id: string) => NamedTransfer | undefined,
): string | null {
  const id = topUpId(channel, reference);
  const topUp = find(id);
  if (!topUp) return `there is no ${id}`;
  if (topUp.amount_micros !== amountMicros)
    return `the payment is of ${amountMicros} micros, its top-up of ${topUp.amount_micros}`;
  const customer = `customer:${accountId}`;
  if (topUp.to_name !== customer) return `the payment is of ${customer}, its top-up of ${topUp.to_name}`;
  const sum = uses.reduce((total, use) => total + use.amountMicros, 0);
  if (sum !== amountMicros) return `its lines add up to ${sum} micros, the top-up is ${amountMicros}`;
  for (const use of uses) {
    if (use.component === ENERGY_USE) continue;
    const moved = find(useId(use.component, id));
    const isRight =
      moved?.amount_micros === use.amountMicros &&
      moved.from_name === customer &&
      moved.to_name === bookOfUse(accountId, use.component);
    if (!isRight) return `nothing moved its ${use.amountMicros} micros of ${use.component}`;
  }
  return null;
}

/** A receipt that was issued still says what the ledger says, and its seal holds. */
function receiptFault(payment: PaymentRecord): string | null {
  const { receipt, receiptNumber, creditedMs, balanceMicros, ledgerHash } = payment;
  if (receipt === null) return null;
  if (receiptNumber === null || creditedMs === null || balanceMicros === null || ledgerHash === null)
    return 'was issued and is not credited';
  const stored = JSON.parse(receipt) as { code?: unknown };
  const seal = sealOf({ ...payment, number: receiptNumber, creditedMs, balanceMicros, ledgerHash }, (text) =>
    createHash('sha256').update(text).digest('hex'),
  );
  const { code } = stored;
  return typeof code === 'string' && isCodeOf(seal, code)
    ? null
    : `its code ${showValue(code)} is not that of what the ledger says`;
}

/** No more goes back than was paid; each has its transfer, and above a limit its second person. */
export function findWrongMoneyBack(db: Database.Database): string | null {
  const tooMuch = db
    .prepare<[], { reference: string; back: number; amount_micros: number }>(
      `SELECT payment.reference, sum(money_back.amount_micros) AS back, payment.amount_micros
       FROM money_back JOIN payment USING (payment_key) WHERE state = 'done'
       GROUP BY payment_key HAVING back > payment.amount_micros LIMIT 1`,
    )
    .get();
  if (tooMuch)
    return `of payment ${tooMuch.reference}, ${tooMuch.back} micros went back, and ${tooMuch.amount_micros} were paid`;
  const stray = db
    .prepare<[], { id: string }>(
      `SELECT id FROM transfer WHERE kind IN (${TRANSFER_KIND.reversal}, ${TRANSFER_KIND.refund})
         AND NOT EXISTS (SELECT 1 FROM money_back WHERE state = 'done' AND id = 'money-back:' || reference) LIMIT 1`,
    )
    .get();
  if (stray) return `nobody asked for ${stray.id}`;
  const find = transferFinder(db);
  const done = db
    .prepare<[], { reference: string; kind: 'reversal' | 'refund'; amount_micros: number; name: string }>(
      `SELECT money_back.reference, kind, money_back.amount_micros, 'customer:' || account_id AS name
       FROM money_back JOIN payment USING (payment_key) WHERE state = 'done'`,
    )
    .all();
  for (const { reference, kind, amount_micros, name } of done) {
    const moved = find(moneyBackId(reference));
    const isRight =
      moved?.amount_micros === amount_micros &&
      moved.kind === TRANSFER_KIND[kind] &&
      moved.from_name === name;
    if (!isRight) return `${kind} ${reference} of ${amount_micros} micros has no transfer of its own`;
  }
  return null;
}

/** A debt begins with what was owed, is paid off from there, and never turns into credit. */
export function findWrongDebt(db: Database.Database): string | null {
  const stray = db
    .prepare<[], { id: string }>(
      `SELECT id FROM transfer WHERE kind = ${TRANSFER_KIND.debt}
         AND NOT EXISTS (SELECT 1 FROM debt WHERE book_key IN (debit, credit)) LIMIT 1`,
    )
    .get();
  if (stray) return `${stray.id} belongs to no debt`;
  const debts = db
    .prepare<
      [],
      { account_id: string; code: string; principal_micros: number; name: string; balance_micros: number }
    >(
      `SELECT account_id, code, principal_micros, book.name, balance_micros
       FROM debt JOIN account USING (account_key) JOIN book USING (book_key)`,
    )
    .all();
  const find = transferFinder(db);
  for (const { account_id, code, principal_micros, name, balance_micros } of debts) {
    const title = `debt ${code} of account ${account_id}`;
    if (name !== debtBook(account_id, code)) return `${title} has the book ${name}`;
    const opened = find(name);
    if (opened?.amount_micros !== principal_micros || opened.to_name !== ARREARS)
      return `${title} was opened with ${opened?.amount_micros ?? 'no'} micros, and says ${principal_micros}`;
    if (balance_micros > 0 || balance_micros < -principal_micros)
      return `${title} stands at ${balance_micros} micros`;
  }
  return null;
}
