import type { TimeNote } from '../time/sure-time';

/** Where a ledger keeps it, among what belongs to the site. */
export const TIME_NOTE = 'sure-time';

/** Reads what a ledger has noted of the time. An older ledger has nothing. */
export function readTimeNote(text: string | undefined): TimeNote | null {
  if (text === undefined) return null;
  const note = JSON.parse(text) as TimeNote;
  const times = [note.sureMs, note.wallMs, note.ledgerMs, note.doubt?.sinceMs ?? 0];
  if (times.every((atMs) => Number.isFinite(atMs))) return note;
  throw new RangeError(`the ledger's note of the time must have times, got ${text}`);
}
