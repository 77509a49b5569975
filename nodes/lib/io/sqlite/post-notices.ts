import type Database from 'better-sqlite3';
import type {
  CalendarNoticePosting,
  ChangeContactPosting,
  NoticePosting,
  NoticesHandedPosting,
  NoticeStepPosting,
  PlanNoticesPosting,
  SummaryPosting,
  WeekUsePosting,
} from '../../ledger/notice-posting';
import type { PostingResult } from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import type { CalendarKind } from '../../notice/notice-calendar';
import type { Batch } from './commit-batch';
import type { LiveAccounts } from './live-accounts';
import type { NoticeBook } from './notice-book';
import { DUE_COLUMNS } from './notice-shelf';

const RECORDED: PostingResult = { outcome: 'recorded' };

interface ContactRow {
  customer_key: number;
  language: string;
  email: string;
  channel: string | null;
  is_opted_out: number;
}

/** Writes what becomes of notices, and makes those that come with the calendar. */
export class NoticePoster {
  private readonly handNotice;
  private readonly insertDelivery;
  private readonly updateDelivery;
  private readonly selectContact;
  private readonly updateContact;
  private readonly insertAudit;
  private readonly putOff;
  private readonly upsertUse;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly notices: NoticeBook,
  ) {
    this.handNotice = db.prepare(
      'UPDATE notice SET handed_at_ms = ? WHERE notice_id = ? AND handed_at_ms IS NULL',
    );
    this.insertDelivery = db.prepare(
      `INSERT INTO notice_delivery (notice_id, state, not_before_ms, channel, attempt, tries, reason, changed_ms)
       SELECT notice_id, ?, ?, ?, ?, ?, ?, ? FROM notice WHERE notice_id = ? ON CONFLICT DO NOTHING`,
    );
    this.updateDelivery = db.prepare(
      `UPDATE notice_delivery SET state = ?, not_before_ms = ?, channel = ?, attempt = ?, tries = ?, reason = ?,
         changed_ms = ?
       WHERE notice_id = ? AND state = ? AND attempt = ? AND tries = ?`,
    );
    this.selectContact = db.prepare<[string], ContactRow>(
      `SELECT customer_key, language, email, channel, is_opted_out FROM customer JOIN account USING (customer_key)
       WHERE account_id = ?`,
    );
    this.updateContact = db.prepare(
      'UPDATE customer SET language = ?, email = ?, channel = ?, is_opted_out = ? WHERE customer_key = ?',
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
    const putOff = (kind: CalendarKind): Database.Statement<[number, number, number]> =>
      db.prepare(
        `UPDATE account SET ${DUE_COLUMNS[kind]} = ? WHERE account_key = ? AND ${DUE_COLUMNS[kind]} = ?`,
      );
    this.putOff = { statement: putOff('statement'), tip: putOff('tip') };
    this.upsertUse = db.prepare(
      `INSERT INTO week_use (account_key, week, tariff_id, used_wh, before_wh) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET week = excluded.week, tariff_id = excluded.tariff_id, used_wh = excluded.used_wh,
         before_wh = excluded.before_wh`,
    );
  }

  post(batch: Batch, posting: NoticePosting): PostingResult {
    switch (posting.type) {
      case 'noticesHanded':
        return this.handed(batch, posting);
      case 'changeContact':
        return this.changeContact(batch, posting);
      case 'planNotices':
        return this.plan(batch, posting);
      case 'noticeStep':
        return this.step(batch, posting);
      case 'calendarNotice':
        return this.calendarNotice(batch, posting);
      case 'weekUse':
        return this.weekUse(posting);
      case 'summary':
        return this.summary(batch, posting);
    }
  }

  private handed(batch: Batch, { noticeIds }: NoticesHandedPosting): PostingResult {
    for (const noticeId of noticeIds) this.handNotice.run(batch.nowMs, noticeId);
    return RECORDED;
  }

  private changeContact(batch: Batch, { accountId, change, by }: ChangeContactPosting): PostingResult {
    const row = this.selectContact.get(accountId);
    if (!row) return refuse('accountId', accountId, 'must be an account');
    const language = change.language ?? row.language;
    const email = change.email ?? row.email;
    const channel = change.channel === undefined ? row.channel : change.channel;
    const optedOut = change.isOptedOut === undefined ? row.is_opted_out : Number(change.isOptedOut);
    this.updateContact.run(language, email, channel, optedOut, row.customer_key);
    this.insertAudit.run(batch.nowMs, by, 'change contact', accountId, JSON.stringify(change));
    return RECORDED;
  }

  private plan(batch: Batch, { plans }: PlanNoticesPosting): PostingResult {
    for (const { noticeId, delivery } of plans) {
      const { state, notBeforeMs, channel, attempt, tries, reason } = delivery;
      this.insertDelivery.run(state, notBeforeMs, channel, attempt, tries, reason, batch.nowMs, noticeId);
      this.handNotice.run(batch.nowMs, noticeId);
    }
    return RECORDED;
  }

  private step(batch: Batch, { noticeId, before, after }: NoticeStepPosting): PostingResult {
    const { changes } = this.updateDelivery.run(
      after.state,
      after.notBeforeMs,
      after.channel,
      after.attempt,
      after.tries,
      after.reason,
      batch.nowMs,
      noticeId,
      before.state,
      before.attempt,
      before.tries,
    );
    return changes === 1 ? RECORDED : refuse('noticeId', noticeId, `must be ${before.state} still`);
  }

  private calendarNotice(batch: Batch, posting: CalendarNoticePosting): PostingResult {
    const { accountId, kind, dueMs, nextMs, notice } = posting;
    const account = this.live.account(accountId);
    if (!account) return refuse('accountId', accountId, 'must be an account');
    const { changes } = this.putOff[kind].run(nextMs, account.accountKey, dueMs);
    if (changes !== 1) return refuse('dueMs', dueMs, `must be when the ${kind} of ${accountId} is due`);
    if (notice === null) return RECORDED;
    const made = this.notices.addOnce(batch, account, kind, notice.period, notice.figures);
    return made ? { outcome: 'recorded', notices: [made] } : RECORDED;
  }

  private weekUse({ accountId, week, tariffId, usedWh, beforeWh }: WeekUsePosting): PostingResult {
    const account = this.live.account(accountId);
    if (!account) return refuse('accountId', accountId, 'must be an account');
    this.upsertUse.run(account.accountKey, week, tariffId, usedWh, beforeWh);
    return RECORDED;
  }

  private summary(batch: Batch, { period, figures }: SummaryPosting): PostingResult {
    const made = this.notices.addOnce(batch, null, 'summary', period, figures);
    return made ? { outcome: 'recorded', notices: [made] } : RECORDED;
  }
}
