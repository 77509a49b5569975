import type Database from 'better-sqlite3';
import type { OpenDebtPosting, PostingResult } from '../../ledger/posting';
import { ARREARS, debtBook } from '../../ledger/book-names';
import { refuse } from '../../ledger/refusals';
import { micros, ZERO_MICROS } from '../../money/micros';
import { checkDebtPlan, WEEK_MS, type Debt, type DebtPlan } from '../../payment/debt-plan';
import { errorText } from '../../text/to-error';
import { TRANSFER_KIND, type Books } from './books';
import type { Batch } from './commit-batch';
import type { LiveAccount, LiveAccounts } from './live-accounts';

interface DebtRow {
  code: string;
  book_key: number;
  principal_micros: number;
  opened_ms: number;
  share_ppm: number | null;
  instalment_micros: number | null;
  every_days: number | null;
  weekly_cap_micros: number | null;
  balance_micros: number;
}

const RECORDED: PostingResult = { outcome: 'recorded' };
const MAX_CODE_LENGTH = 32;
/** More debts than this are not paid off any faster, and every top-up looks at all of them. */
const MAX_DEBTS = 20;

/** What accounts owe besides their balances: opens debts, and says what of them is due. */
export class DebtBook {
  private readonly selectDebts;
  private readonly selectPaid;
  private readonly selectAccount;
  private readonly insertDebt;
  private readonly changePlan;
  private readonly insertAudit;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly books: Books,
  ) {
    this.selectDebts = db.prepare<[number], DebtRow>(
      `SELECT code, book_key, principal_micros, opened_ms, share_ppm, instalment_micros, every_days, weekly_cap_micros,
         balance_micros FROM debt JOIN book USING (book_key) WHERE account_key = ? ORDER BY code`,
    );
    // The kind stands in the text, so that SQLite finds the index that holds this kind alone.
    this.selectPaid = db
      .prepare<[number, number], number>(
        `SELECT coalesce(sum(amount_micros), 0) FROM transfer
         WHERE credit = ? AND at_ms > ? AND kind = ${TRANSFER_KIND.debt}`,
      )
      .pluck();
    this.selectAccount = db
      .prepare<[string], number>('SELECT account_key FROM account WHERE account_id = ?')
      .pluck();
    this.insertDebt = db.prepare(
      `INSERT INTO debt (account_key, code, book_key, principal_micros, opened_ms, share_ppm, instalment_micros,
         every_days, weekly_cap_micros) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.changePlan = db.prepare(
      `UPDATE debt SET share_ppm = ?, instalment_micros = ?, every_days = ?, weekly_cap_micros = ?
       WHERE account_key = ? AND code = ?`,
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  /** The debts of an account as they stand within a batch. */
  ofAccount(batch: Batch, { accountKey }: LiveAccount): Debt[] {
    return this.selectDebts
      .all(accountKey)
      .map((row) => this.debtOf(row, this.books.sharedBalance(batch, row.book_key), batch.nowMs));
  }

  read(accountId: string, nowMs: number): Debt[] {
    const accountKey = this.selectAccount.get(accountId);
    if (accountKey === undefined) return [];
    return this.selectDebts.all(accountKey).map((row) => this.debtOf(row, row.balance_micros, nowMs));
  }

  open(batch: Batch, { accountId, code, amountMicros, plan, by }: OpenDebtPosting): PostingResult {
    const account = this.live.account(accountId);
    if (!account) return refuse('accountId', accountId, 'there is no such account');
    if (code.trim() === '' || code.length > MAX_CODE_LENGTH)
      return refuse('code', code, `must be text of 1 to ${MAX_CODE_LENGTH} characters`);
    if (amountMicros <= ZERO_MICROS) return refuse('amount', amountMicros, 'must be more than zero');
    try {
      checkDebtPlan(plan);
    } catch (error) {
      return refuse('plan', plan.kind, errorText(error));
    }
    const known = this.selectDebts.all(account.accountKey);
    const earlier = known.find((row) => row.code === code);
    if (earlier && earlier.principal_micros !== amountMicros)
      return refuse('code', code, `names a debt of ${earlier.principal_micros} micros already`);
    if (earlier) this.changePlan.run(...columnsOf(plan), account.accountKey, code);
    else if (known.length >= MAX_DEBTS)
      return refuse('code', code, `an account can have ${MAX_DEBTS} debts at most`);
    else this.openNew(batch, account, { code, amountMicros, plan });
    const action = earlier ? 'debt plan' : 'debt';
    this.insertAudit.run(batch.nowMs, by, action, accountId, JSON.stringify({ code, amountMicros, plan }));
    return RECORDED;
  }

  private openNew(
    batch: Batch,
    { accountId, accountKey }: LiveAccount,
    { code, amountMicros, plan }: Pick<OpenDebtPosting, 'code' | 'amountMicros' | 'plan'>,
  ): void {
    const name = debtBook(accountId, code);
    const bookKey = this.books.bookKey(name);
    this.books.moveShared(batch, {
      id: name,
      ref: code,
      kind: TRANSFER_KIND.debt,
      fromKey: bookKey,
      toKey: this.books.bookKey(ARREARS),
      amountMicros,
    });
    this.insertDebt.run(accountKey, code, bookKey, amountMicros, batch.nowMs, ...columnsOf(plan));
  }

  private debtOf(row: DebtRow, balanceMicros: number, nowMs: number): Debt {
    return {
      code: row.code,
      principalMicros: micros(row.principal_micros),
      outstandingMicros: micros(-balanceMicros),
      openedMs: row.opened_ms,
      paidThisWeekMicros: micros(this.selectPaid.get(row.book_key, nowMs - WEEK_MS) ?? 0),
      plan: planOf(row),
    };
  }
}

function planOf(row: DebtRow): DebtPlan {
  const { share_ppm, instalment_micros, every_days, weekly_cap_micros } = row;
  const weeklyCapMicros = weekly_cap_micros === null ? null : micros(weekly_cap_micros);
  if (share_ppm !== null) return { kind: 'share', sharePpm: share_ppm, weeklyCapMicros };
  if (instalment_micros === null || every_days === null)
    throw new Error(`debt ${row.code} has no plan, although the ledger requires one`);
  return {
    kind: 'instalments',
    instalmentMicros: micros(instalment_micros),
    everyDays: every_days,
    weeklyCapMicros,
  };
}

type PlanColumns = [
  sharePpm: number | null,
  instalment: number | null,
  everyDays: number | null,
  cap: number | null,
];

function columnsOf(plan: DebtPlan): PlanColumns {
  return plan.kind === 'share'
    ? [plan.sharePpm, null, null, plan.weeklyCapMicros]
    : [null, plan.instalmentMicros, plan.everyDays, plan.weeklyCapMicros];
}
