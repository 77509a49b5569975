import type Database from 'better-sqlite3';
import type { PostingResult, RefusalPosting } from '../../ledger/posting';
import { refuse } from '../../ledger/refusals';
import type { Refusal, RefusalCause } from '../../meter/reading';
import type { Batch } from './commit-batch';

const RECORDED: PostingResult = { outcome: 'recorded' };
/** Rejected messages are kept for looking at, not for billing: the newest of them suffice. */
const MAX_REJECTED = 10_000;
/** Held readings wait for a person and are never thrown away; beyond this many the ledger takes no more. */
const MAX_HELD = 100_000;
/** One device can speak of meters that do not exist for ever; what is more than this is kept as rejected. */
const MAX_UNKNOWN = 10_000;
/** A meter that was changed sends a new register each time until somebody settles the first; more say nothing new. */
const MAX_HELD_OF_METER = 1_000;
const MAX_CONTENT_LENGTH = 2_000;
/** Writes refused readings. */
export class RecordPoster {
  private readonly insertRefusal;
  private readonly dropRejected;
  private readonly countHeld;
  private readonly countUnknown;
  private readonly countOfMeter;
  private readonly selectSame;
  private unknownCount: number;
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
    this.countHeld = db
      .prepare<[], number>("SELECT count(*) FROM refusal WHERE kind = 'held' AND settled_as IS NULL")
      .pluck();
    this.countUnknown = db
      .prepare<[], number>(
        "SELECT count(*) FROM refusal WHERE kind = 'held' AND settled_as IS NULL AND cause = 'unknown-meter'",
      )
      .pluck();
    this.countOfMeter = db
      .prepare<[string], number>(
        "SELECT count(*) FROM refusal WHERE meter_id = ? AND kind = 'held' AND settled_as IS NULL",
      )
      .pluck();
    this.selectSame = db
      .prepare<[string, string, string, string], number>(
        `SELECT 1 FROM refusal WHERE meter_id = ? AND kind = 'held' AND cause = ? AND field = ? AND value = ?
           AND settled_as IS NULL`,
      )
      .pluck();
    this.heldCount = this.countHeld.get() ?? 0;
    this.unknownCount = this.countUnknown.get() ?? 0;
  }

  /** A held reading was settled by a person. */
  countSettled(cause: RefusalCause): void {
    this.heldCount -= 1;
    if (cause === 'unknown-meter') this.unknownCount -= 1;
  }

  /** Counts again what is stored. A rolled-back transaction took its rows away. */
  forget(): void {
    this.heldCount = this.countHeld.get() ?? 0;
    this.unknownCount = this.countUnknown.get() ?? 0;
  }

  refusal(batch: Batch, { refusal, source, content }: RefusalPosting): PostingResult {
    if (refusal.kind === 'held' && this.heldCount >= MAX_HELD) {
      return refuse('held', this.heldCount, 'too many readings are held: settle them first');
    }
    const { cause = 'other', meterId = '', field, value, reason } = refusal;
    const isTooMuch = this.isTooMuch(refusal);
    // What waits for a price is billed one day, so its meter keeps what finds no room.
    if (isTooMuch && cause === 'no-price')
      return refuse('held', MAX_HELD_OF_METER, 'so many of its readings wait for a price');
    const kind = isTooMuch ? 'rejected' : refusal.kind;
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
    else if (stored.times === 1) {
      this.heldCount += 1;
      if (cause === 'unknown-meter') this.unknownCount += 1;
    }
    return RECORDED;
  }

  /** What is held already and comes again takes no room. */
  private isTooMuch({ kind, cause = 'other', meterId = '', field, value }: Refusal): boolean {
    if (kind !== 'held') return false;
    const isFull =
      cause === 'unknown-meter'
        ? this.unknownCount >= MAX_UNKNOWN
        : (this.countOfMeter.get(meterId) ?? 0) >= MAX_HELD_OF_METER;
    return isFull && this.selectSame.get(meterId, cause, field, value) === undefined;
  }
}
