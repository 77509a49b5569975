import type Database from 'better-sqlite3';
import { isDeepStrictEqual } from 'node:util';
import type { Registration } from '../../ledger/account';
import type {
  NoticesHandedPosting,
  PostingResult,
  RefusalPosting,
  RegisterPosting,
  RelayProgressPosting,
  RelayReportPosting,
} from '../../ledger/posting';
import { customerAccount } from '../../ledger/book-names';
import { refuse } from '../../ledger/refusals';
import type { Books } from './books';
import type { LiveAccounts } from './live-accounts';
import type { Batch } from './commit-batch';

const RECORDED: PostingResult = { outcome: 'recorded' };
/** Rejected messages are kept for looking at, not for billing: the newest of them suffice. */
const MAX_REJECTED = 10_000;
/** Held readings wait for a person and are never thrown away; beyond this many the ledger takes no more. */
const MAX_HELD = 100_000;
const MAX_CONTENT_LENGTH = 500;

interface RegisteredRow {
  meter_key: number;
  meter_id: string;
  account_id: string;
  name: string;
  phone: string;
  language: string;
  is_protected: number;
  dialect: string;
}

function registrationOf(row: RegisteredRow): Registration {
  return {
    accountId: row.account_id,
    name: row.name,
    meterId: row.meter_id,
    phone: row.phone,
    language: row.language,
    isProtected: row.is_protected === 1,
    relayDialect: row.dialect,
  };
}

/** Writes everything that moves no money: customers and meters, refused readings, what relays did, notices handed over. */
export class RecordPoster {
  private readonly upsertAccount;
  private readonly selectRegistered;
  private readonly insertMeter;
  private readonly upsertRelay;
  private readonly insertAudit;
  private readonly insertRefusal;
  private readonly dropRejected;
  private readonly reportRelay;
  private readonly progressRelay;
  private readonly expireRelays;
  private readonly handNotice;
  private readonly countHeld;
  private heldCount: number;

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly books: Books,
  ) {
    this.upsertAccount = db.prepare(
      `INSERT INTO account (account_key, account_id, name, phone, language, is_protected) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (account_key) DO UPDATE SET name = excluded.name, phone = excluded.phone,
         language = excluded.language, is_protected = excluded.is_protected`,
    );
    this.selectRegistered = db.prepare<[string], RegisteredRow>(
      `SELECT meter_key, meter_id, account_id, name, phone, language, is_protected, dialect
       FROM meter JOIN account USING (account_key) JOIN relay USING (meter_key) WHERE meter_id = ?`,
    );
    this.insertMeter = db.prepare('INSERT INTO meter (meter_id, account_key) VALUES (?, ?)');
    this.upsertRelay = db.prepare(
      `INSERT INTO relay (meter_key, dialect) VALUES (?, ?)
       ON CONFLICT (meter_key) DO UPDATE SET dialect = excluded.dialect`,
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
    this.insertRefusal = db.prepare<(string | number)[], { refusal_id: number; times: number }>(
      `INSERT INTO refusal (kind, at_ms, source, meter_id, field, value, reason, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET times = times + 1, at_ms = excluded.at_ms, source = excluded.source,
         content = excluded.content
       RETURNING refusal_id, times`,
    );
    this.dropRejected = db.prepare("DELETE FROM refusal WHERE refusal_id <= ? AND kind = 'rejected'");
    this.reportRelay = db.prepare(
      `UPDATE relay SET reported = @reported, reported_ms = @nowMs,
         state = CASE WHEN desired = @reported AND state <> 'idle' THEN 'confirmed'
           WHEN desired <> @reported AND state = 'confirmed' THEN 'issued' ELSE state END
       WHERE meter_key = (SELECT meter_key FROM meter WHERE meter_id = @meterId)`,
    );
    // A command that is no longer the current one must not touch the state of its successor.
    this.progressRelay = db.prepare(
      `UPDATE relay SET state = ?, tries = ?
       WHERE meter_key = (SELECT meter_key FROM meter WHERE meter_id = ?) AND command_id = ? AND state <> 'confirmed'`,
    );
    this.expireRelays = db.prepare(
      `UPDATE relay SET state = 'expired', desired = 'on'
       WHERE meter_key IN (SELECT meter_key FROM meter WHERE account_key = ?)`,
    );
    this.handNotice = db.prepare(
      'UPDATE notice SET handed_at_ms = ? WHERE notice_id = ? AND handed_at_ms IS NULL',
    );
    this.countHeld = db.prepare<[], number>("SELECT count(*) FROM refusal WHERE kind = 'held'").pluck();
    this.heldCount = this.countHeld.get() ?? 0;
  }

  /** Counts again what is stored. A rolled-back transaction took its rows away. */
  forget(): void {
    this.heldCount = this.countHeld.get() ?? 0;
  }

  register(batch: Batch, { registration, by }: RegisterPosting): PostingResult {
    const { accountId, meterId, name, phone, language, isProtected, relayDialect } = registration;
    const stored = this.selectRegistered.get(meterId);
    if (stored && stored.account_id !== accountId)
      return refuse('meterId', meterId, 'belongs to another account');
    // Saying again what is known is no change, and so not worth a line in the audit.
    if (stored && isDeepStrictEqual(registrationOf(stored), registration)) return RECORDED;
    // What is remembered of the account and its meter no longer holds.
    this.live.flush();
    this.live.forget();
    const accountKey = this.books.bookKey(customerAccount(accountId));
    this.upsertAccount.run(accountKey, accountId, name, phone, language, isProtected ? 1 : 0);
    const meterKey = stored?.meter_key ?? Number(this.insertMeter.run(meterId, accountKey).lastInsertRowid);
    // A new meter starts with the light on: a cut needs a decision of its own.
    this.upsertRelay.run(meterKey, relayDialect);
    const action = stored ? 'change account' : 'open account';
    this.insertAudit.run(batch.nowMs, by, action, accountId, JSON.stringify(registration));
    return RECORDED;
  }

  refusal(batch: Batch, { refusal, source, content }: RefusalPosting): PostingResult {
    if (refusal.kind === 'held' && this.heldCount >= MAX_HELD) {
      return refuse('held', this.heldCount, 'too many readings are held: settle them first');
    }
    const { kind, meterId = '', field, value, reason } = refusal;
    const shortened = content.slice(0, MAX_CONTENT_LENGTH);
    const stored = this.insertRefusal.get(
      kind,
      batch.nowMs,
      source,
      meterId,
      field,
      value,
      reason,
      shortened,
    );
    if (!stored) throw new Error('the ledger did not store a refusal');
    if (kind === 'rejected') this.dropRejected.run(stored.refusal_id - MAX_REJECTED);
    else if (stored.times === 1) this.heldCount += 1;
    return RECORDED;
  }

  relayReport(batch: Batch, { meterId, reported }: RelayReportPosting): PostingResult {
    const { changes } = this.reportRelay.run({ reported, nowMs: batch.nowMs, meterId });
    return changes > 0 ? RECORDED : refuse('meterId', meterId, 'no relay is registered for this meter');
  }

  relayProgress(_batch: Batch, { state, tries, meterId, commandId }: RelayProgressPosting): PostingResult {
    const { changes } = this.progressRelay.run(state, tries, meterId, commandId);
    if (state === 'expired' && changes > 0) this.takeBackCut(meterId);
    return RECORDED;
  }

  /** A cut that did not reach the relay in time is taken back, so that the next reading decides from what holds then. */
  private takeBackCut(meterId: string): void {
    const account = this.live.meter(meterId)?.account;
    if (!account) return;
    this.live.changeSupply(account, { ...account, supply: 'on' });
    this.expireRelays.run(account.accountKey);
  }

  noticesHanded(batch: Batch, { noticeIds }: NoticesHandedPosting): PostingResult {
    for (const noticeId of noticeIds) this.handNotice.run(batch.nowMs, noticeId);
    return RECORDED;
  }
}
