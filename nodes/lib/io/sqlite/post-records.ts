import type Database from 'better-sqlite3';
import type { NoticesHandedPosting, PostingResult, RefusalPosting } from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import type { Batch } from './commit-batch';

const RECORDED: PostingResult = { outcome: 'recorded' };
/** Rejected messages are kept for looking at, not for billing: the newest of them suffice. */
const MAX_REJECTED = 10_000;
/** Held readings wait for a person and are never thrown away; beyond this many the ledger takes no more. */
const MAX_HELD = 100_000;
const MAX_CONTENT_LENGTH = 2_000;

/** Writes what moves no money: refused readings, notices handed over. */
export class RecordPoster {
  private readonly insertRefusal;
  private readonly dropRejected;
  private readonly handNotice;
  private readonly countHeld;
  private heldCount: number;

  constructor(db: Database.Database) {
    this.insertRefusal = db.prepare<(string | number)[], { refusal_id: number; times: number }>(
      `INSERT INTO refusal (kind, cause, at_ms, source, meter_id, field, value, reason, content)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (meter_id, kind, cause, field, value) WHERE settled_as IS NULL DO UPDATE SET times = times + 1,
         at_ms = excluded.at_ms, source = excluded.source, reason = excluded.reason, content = excluded.content
       RETURNING refusal_id, times`,
    );
    this.dropRejected = db.prepare("DELETE FROM refusal WHERE refusal_id <= ? AND kind = 'rejected'");
    this.handNotice = db.prepare(
      'UPDATE notice SET handed_at_ms = ? WHERE notice_id = ? AND handed_at_ms IS NULL',
    );
    this.countHeld = db
      .prepare<[], number>("SELECT count(*) FROM refusal WHERE kind = 'held' AND settled_as IS NULL")
      .pluck();
    this.heldCount = this.countHeld.get() ?? 0;
  }

  /** A held reading was settled by a person. */
  countSettled(): void {
    this.heldCount -= 1;
  }

  /** Counts again what is stored. A rolled-back transaction took its rows away. */
  forget(): void {
    this.heldCount = this.countHeld.get() ?? 0;
  }

  refusal(batch: Batch, { refusal, source, content }: RefusalPosting): PostingResult {
    if (refusal.kind === 'held' && this.heldCount >= MAX_HELD) {
      return refuse('held', this.heldCount, 'too many readings are held: settle them first');
    }
    const { kind, cause = 'other', meterId = '', field, value, reason } = refusal;
    const shortened = content.slice(0, MAX_CONTENT_LENGTH);
    const stored = this.insertRefusal.get(
      kind,
      cause,
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

  noticesHanded(batch: Batch, { noticeIds }: NoticesHandedPosting): PostingResult {
    for (const noticeId of noticeIds) this.handNotice.run(batch.nowMs, noticeId);
    return RECORDED;
  }
}
