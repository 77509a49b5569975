import type Database from 'better-sqlite3';
import { micros, type Micros } from '../../money/micros';
import type {
  MoneyBackRecord,
  PaymentClaim,
  PaymentRecord,
  PaymentSource,
  TopUpCharges,
  UseLine,
} from '../../payment/payment';
import type { StoredLine } from '../../ledger/statement';
import { ENERGY_USE } from '../../payment/top-up-uses';
import { readLines } from './meter-prices';

interface PaymentRow {
  payment_key: number;
  channel: string;
  reference: string;
  stated_account: string;
  account_id: string;
  amount_micros: number;
  source: PaymentSource;
  payer: string;
  taken_by: string;
  fee_micros: number;
  tax_ppm: number;
  tax_code: string;
  paid_ms: number | null;
  received_ms: number;
  verified_ms: number | null;
  credited_ms: number | null;
  acknowledged_ms: number | null;
  problem: string | null;
  receipt_number: number | null;
  balance_micros: number | null;
  receipt: string | null;
  lines: string | null;
  hash: Buffer | null;
}

/** A payment with what only the ledger has to know of it. */
export interface StoredPayment extends PaymentRecord {
  paymentKey: number;
  charges: TopUpCharges;
}

export interface StoredMoneyBack extends MoneyBackRecord {
  paymentKey: number;
}

const PAYMENT = `SELECT payment.*, transfer.lines, batch.hash
  FROM payment LEFT JOIN transfer USING (transfer_key) LEFT JOIN batch USING (batch)`;
const MONEY_BACK = `SELECT money_back.kind, money_back.reference, channel, payment.reference AS paymentReference,
    account_id AS accountId, money_back.amount_micros AS amountMicros, reason, asked_by AS askedBy, asked_ms AS askedMs,
    settled_by AS settledBy, state, payment_key AS paymentKey
  FROM money_back JOIN payment USING (payment_key)`;

/** The rows of payments and of money that goes back: reads them, and takes them from step to step. */
export class PaymentBook {
  private readonly selectOne;
  private readonly selectByNumber;
  private readonly selectToCredit;
  private readonly selectHeld;
  private readonly selectHasPaid;
  private readonly insertPayment;
  private readonly assignPayment;
  private readonly creditPayment;
  private readonly acknowledgePayment;
  private readonly selectMoneyBack;
  private readonly selectWaiting;
  private readonly sumMoneyBack;
  private readonly insertMoneyBack;
  private readonly settleMoneyBack;

  constructor(db: Database.Database) {
    this.selectOne = db.prepare<[string, string], PaymentRow>(
      `${PAYMENT} WHERE channel = ? AND reference = ?`,
    );
    this.selectByNumber = db.prepare<[number], PaymentRow>(`${PAYMENT} WHERE receipt_number = ?`);
    this.selectToCredit = db.prepare<[number, number], PaymentRow>(
      `${PAYMENT} WHERE credited_ms IS NULL AND problem IS NULL AND received_ms < ? ORDER BY received_ms LIMIT ?`,
    );
    this.selectHeld = db.prepare<[number], PaymentRow>(
      `${PAYMENT} WHERE credited_ms IS NULL AND problem IS NOT NULL ORDER BY received_ms LIMIT ?`,
    );
    this.selectHasPaid = db
      .prepare<[string], number>(
        'SELECT EXISTS (SELECT 1 FROM payment WHERE account_id = ? AND credited_ms IS NOT NULL)',
      )
      .pluck();
    this.insertPayment = db.prepare(
      `INSERT INTO payment (channel, reference, stated_account, account_id, amount_micros, source, payer, taken_by,
         fee_micros, tax_ppm, tax_code, paid_ms, received_ms, verified_ms, problem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.assignPayment = db.prepare(
      'UPDATE payment SET account_id = ?, problem = NULL, verified_ms = ? WHERE payment_key = ?',
    );
    this.creditPayment = db.prepare(
      `UPDATE payment SET credited_ms = ?, transfer_key = ?, balance_micros = ?,
         receipt_number = (SELECT coalesce(max(receipt_number), 0) + 1 FROM payment) WHERE payment_key = ?`,
    );
    this.acknowledgePayment = db.prepare(
      'UPDATE payment SET acknowledged_ms = ?, receipt = ? WHERE payment_key = ? AND acknowledged_ms IS NULL',
    );
    this.selectMoneyBack = db.prepare<[string], StoredMoneyBack>(
      `${MONEY_BACK} WHERE money_back.reference = ?`,
    );
    this.selectWaiting = db.prepare<[number], StoredMoneyBack>(
      `${MONEY_BACK} WHERE state = 'waiting' ORDER BY money_back_key LIMIT ?`,
    );
    this.sumMoneyBack = db
      .prepare<[number], number>(
        `SELECT coalesce(sum(amount_micros), 0) FROM money_back WHERE payment_key = ? AND state <> 'declined'`,
      )
      .pluck();
    this.insertMoneyBack = db.prepare(
      `INSERT INTO money_back (reference, kind, payment_key, amount_micros, reason, asked_by, asked_ms, settled_ms, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.settleMoneyBack = db.prepare(
      'UPDATE money_back SET state = ?, settled_by = ?, settled_ms = ? WHERE reference = ?',
    );
  }

  find(channel: string, reference: string): StoredPayment | undefined {
    const row = this.selectOne.get(channel, reference);
    return row && paymentOf(row);
  }

  byNumber(receiptNumber: number): StoredPayment | undefined {
    const row = this.selectByNumber.get(receiptNumber);
    return row && paymentOf(row);
  }

  toCredit(beforeMs: number, limit: number): StoredPayment[] {
    return this.selectToCredit.all(beforeMs, limit).map(paymentOf);
  }

  held(limit: number): StoredPayment[] {
    return this.selectHeld.all(limit).map(paymentOf);
  }

  hasPaid(accountId: string): boolean {
    return this.selectHasPaid.get(accountId) === 1;
  }

  /** A payment that nothing is in the way of is verified the moment it is stored. */
  insert(nowMs: number, claim: PaymentClaim): void {
    const { channel, reference, accountId, amountMicros, source, payer, by, paidMs, charges, problem } =
      claim;
    this.insertPayment.run(
      channel,
      reference,
      accountId,
      accountId,
      amountMicros,
      source,
      payer,
      by,
      charges.feeMicros,
      charges.taxPpm,
      charges.taxCode,
      paidMs,
      nowMs,
      problem === null ? nowMs : null,
      problem,
    );
  }

  assign(nowMs: number, paymentKey: number, accountId: string): void {
    this.assignPayment.run(accountId, nowMs, paymentKey);
  }

  credit(nowMs: number, paymentKey: number, transferKey: number, balanceMicros: Micros): void {
    this.creditPayment.run(nowMs, transferKey, balanceMicros, paymentKey);
  }

  acknowledge(nowMs: number, paymentKey: number, receipt: string): void {
    this.acknowledgePayment.run(nowMs, receipt, paymentKey);
  }

  moneyBack(reference: string): StoredMoneyBack | undefined {
    const row = this.selectMoneyBack.get(reference);
    return row && moneyBackOf(row);
  }

  waitingMoneyBack(limit: number): StoredMoneyBack[] {
    return this.selectWaiting.all(limit).map(moneyBackOf);
  }

  /** What has gone back of a payment, and what waits to. */
  goneBack(paymentKey: number): Micros {
    return micros(this.sumMoneyBack.get(paymentKey) ?? 0);
  }

  insertBack(
    nowMs: number,
    payment: StoredPayment,
    back: Omit<MoneyBackRecord, 'askedMs' | 'settledBy'>,
  ): void {
    const { reference, kind, amountMicros, reason, askedBy, state } = back;
    const settledMs = state === 'waiting' ? null : nowMs;
    this.insertMoneyBack.run(
      reference,
      kind,
      payment.paymentKey,
      amountMicros,
      reason,
      askedBy,
      nowMs,
      settledMs,
      state,
    );
  }

  settleBack(nowMs: number, reference: string, state: 'done' | 'declined', by: string): void {
    this.settleMoneyBack.run(state, by, nowMs, reference);
  }
}

function paymentOf(row: PaymentRow): StoredPayment {
  const amountMicros = micros(row.amount_micros);
  return {
    paymentKey: row.payment_key,
    channel: row.channel,
    reference: row.reference,
    statedAccount: row.stated_account,
    accountId: row.account_id,
    amountMicros,
    source: row.source,
    payer: row.payer,
    by: row.taken_by,
    charges: { feeMicros: micros(row.fee_micros), taxPpm: row.tax_ppm, taxCode: row.tax_code },
    paidMs: row.paid_ms,
    receivedMs: row.received_ms,
    verifiedMs: row.verified_ms,
    creditedMs: row.credited_ms,
    acknowledgedMs: row.acknowledged_ms,
    problem: row.problem,
    receiptNumber: row.receipt_number,
    uses: row.credited_ms === null ? [] : readUses(row.lines, amountMicros),
    balanceMicros: row.balance_micros === null ? null : micros(row.balance_micros),
    ledgerHash: row.hash === null ? null : row.hash.toString('hex'),
    receipt: row.receipt,
  };
}

function moneyBackOf(row: StoredMoneyBack): StoredMoneyBack {
  return { ...row, amountMicros: micros(row.amountMicros) };
}

/** A top-up that is all energy has no lines of its own. */
function readUses(lines: string | null, amountMicros: Micros): UseLine[] {
  if (lines === null) return [{ component: ENERGY_USE, amountMicros }];
  return readLines(lines).map(([component, , , amount]) => ({ component, amountMicros: micros(amount) }));
}

export function writeUses(uses: readonly UseLine[]): string | null {
  if (uses.length === 1 && uses[0]?.component === ENERGY_USE) return null;
  const lines = uses.map(({ component, amountMicros }): StoredLine => [component, 0, 0, amountMicros]);
  return JSON.stringify(lines);
}
