import type Database from 'better-sqlite3';
import type { ClockPosting, PostingResult } from '../../ledger/posting';
import { TIME_NOTE } from '../../ledger/time-note';
import type { Batch } from './commit-batch';

const RECORDED: PostingResult = { outcome: 'recorded' };
const SUBJECT = 'clock';

/** Writes which time is sure, and who changed that. */
export class ClockPoster {
  private readonly writeNote;
  private readonly insertAudit;

  constructor(db: Database.Database) {
    this.writeNote = db.prepare(
      'INSERT INTO site (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.insertAudit = db.prepare(
      'INSERT INTO audit (at_ms, who, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
    );
  }

  note(batch: Batch, { note, change }: ClockPosting): PostingResult {
    this.writeNote.run(TIME_NOTE, JSON.stringify(note));
    if (change === null) return RECORDED;
    const { did, by, sureMs, wallMs } = change;
    this.insertAudit.run(batch.nowMs, by, did, SUBJECT, JSON.stringify({ sureMs, wallMs }));
    return RECORDED;
  }
}
