import type Database from 'better-sqlite3';
import { audienceOf } from '../../notice/notice-rules';
import type { Notice, NoticeKind } from '../../notice/notice';
import type { Figures } from '../../policy/account-situation';
import type { Batch } from './commit-batch';
import type { LiveAccount } from './live-accounts';

/** Words a notice. Given from outside, since wording needs the site's currency, time zone and own texts. */
export type ComposeNotice = (kind: NoticeKind, language: string, figures: Figures) => string;

/** Who in the office gets what is for staff, and in which language. */
export interface Office {
  phone: string;
  language: string;
}

/** Who is told, as they are now. */
interface Customer {
  name: string;
  phone: string;
  language: string;
}

const NO_OFFICE: Office = { phone: '', language: 'en' };

/** Keeps what is to be told, in the transaction that is the reason for it. */
export class NoticeBook {
  private readonly insertNotice;
  private readonly selectCustomer;

  constructor(
    db: Database.Database,
    private readonly compose: ComposeNotice,
    private readonly office: Office = NO_OFFICE,
  ) {
    this.insertNotice = db
      .prepare<(string | number | null)[], number>(
        `INSERT INTO notice (kind, account_key, period, send_to, language, text, figures, at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING notice_id`,
      )
      .pluck();
    this.selectCustomer = db.prepare<[number], Customer>(
      'SELECT name, phone, language FROM account JOIN customer USING (customer_key) WHERE account_key = ?',
    );
  }

  /**
   * Words and keeps a notice about an account; of the kind `office` it goes to staff, and `figures.rule` says what
   * happened. The text is made now: what is told later is what was so at the time.
   */
  add(batch: Batch, account: LiveAccount, kind: NoticeKind, figures: Figures): Notice {
    const notice = this.insert(batch, account, kind, null, figures);
    if (!notice) throw new Error('the ledger did not store a notice');
    return notice;
  }

  /** The notice of a kind for a period, about an account or about all of them; undefined when there is one already. */
  addOnce(
    batch: Batch,
    account: LiveAccount | null,
    kind: NoticeKind,
    period: string,
    figures: Figures,
  ): Notice | undefined {
    return this.insert(batch, account, kind, period, figures);
  }

  private insert(
    batch: Batch,
    account: LiveAccount | null,
    kind: NoticeKind,
    period: string | null,
    figures: Figures,
  ): Notice | undefined {
    const customer = account ? this.selectCustomer.get(account.accountKey) : undefined;
    const { phone, language } = audienceOf(kind) === 'office' || !customer ? this.office : customer;
    const data = account ? { balanceMicros: account.balanceMicros, ...figures } : figures;
    const accountId = account?.accountId ?? '';
    const text = this.compose(kind, language, { accountId, ...data });
    const noticeId = this.insertNotice.get(
      kind,
      account?.accountKey ?? null,
      period,
      phone,
      language,
      text,
      JSON.stringify(data),
      batch.nowMs,
    );
    if (noticeId === undefined) return undefined;
    return {
      noticeId,
      kind,
      accountId,
      name: customer?.name ?? '',
      to: phone,
      language,
      text,
      atMs: batch.nowMs,
      data,
    };
  }
}
