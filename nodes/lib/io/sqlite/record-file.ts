import Database from 'better-sqlite3';
import { existsSync, chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RecordChange, RecordStore } from '../../sms/record-store';
import { errorText, toError } from '../../text/to-error';

/** "WKTX": tells our files from those of other programs. */
const APPLICATION_ID = 0x574b5458;
const SCHEMA = 1;
const OWNER_ONLY_FILE = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

const CREATE = `
CREATE TABLE record (
  place INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  json TEXT NOT NULL,
  UNIQUE (kind, id)
) STRICT;
`;

interface Waiting {
  changes: readonly RecordChange[];
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Small records in a file of their own: what must outlive a power cut but is no money. What is written in one turn is
 * one commit, so that a hundred texts at once cost one wait for the disk.
 */
export class RecordFile implements RecordStore {
  private waiting: Waiting[] = [];
  private readonly select: Database.Statement<[string], { id: string; json: string }>;
  private readonly put: Database.Statement<[string, string, string]>;
  private readonly remove: Database.Statement<[string, string]>;

  private constructor(private readonly db: Database.Database) {
    this.select = db.prepare('SELECT id, json FROM record WHERE kind = ? ORDER BY place');
    this.put = db.prepare(
      'INSERT INTO record (kind, id, json) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json',
    );
    this.remove = db.prepare('DELETE FROM record WHERE kind = ? AND id = ?');
  }

  /** Opens the file for this process alone: two that send the same texts would send each twice. */
  static open(file: string): RecordFile {
    mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
    let db: Database.Database | undefined;
    try {
      db = new Database(file, { timeout: 1_000 });
      if (existsSync(file)) chmodSync(file, OWNER_ONLY_FILE);
      prepare(db);
      return new RecordFile(db);
    } catch (error) {
      db?.close();
      throw new Error(`cannot open ${file}: ${errorText(error)}`, { cause: error });
    }
  }

  readAll(kind: string): { id: string; value: unknown }[] {
    return this.select.all(kind).flatMap(({ id, json }) => {
      try {
        return [{ id, value: JSON.parse(json) as unknown }];
      } catch {
        // A damaged entry must not stop the rest.
        return [];
      }
    });
  }

  write(changes: readonly RecordChange[]): Promise<void> {
    if (changes.length === 0) return Promise.resolve();
    if (!this.db.open) return Promise.reject(new Error('the file is closed'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ changes, resolve, reject });
      if (this.waiting.length === 1) setImmediate(() => this.flush());
    });
  }

  /** Writes what still waits first. */
  close(): void {
    if (!this.db.open) return;
    this.flush();
    this.db.close();
  }

  private flush(): void {
    const group = this.waiting;
    this.waiting = [];
    if (group.length === 0) return;
    try {
      this.db.transaction(() => {
        for (const { changes } of group) for (const change of changes) this.apply(change);
      })();
    } catch (error) {
      for (const { reject } of group) reject(toError(error));
      return;
    }
    for (const { resolve } of group) resolve();
  }

  private apply({ kind, id, value }: RecordChange): void {
    if (value === null) this.remove.run(kind, id);
    else this.put.run(kind, id, JSON.stringify(value));
  }
}

function prepare(db: Database.Database): void {
  // Exclusive before WAL: the lock is taken by the first read and kept until the file is closed.
  db.pragma('locking_mode = EXCLUSIVE');
  const mode: unknown = db.pragma('journal_mode = WAL', { simple: true });
  if (mode !== 'wal') throw new Error(`it needs SQLite's write-ahead log, but is in mode ${String(mode)}`);
  db.pragma('synchronous = FULL');
  db.transaction(() => {
    const schema: unknown = db.pragma('user_version', { simple: true });
    const made: unknown = db.pragma('application_id', { simple: true });
    if (schema === 0) {
      db.exec(CREATE);
      db.pragma(`user_version = ${SCHEMA}`);
      db.pragma(`application_id = ${APPLICATION_ID}`);
    } else if (made !== APPLICATION_ID || schema !== SCHEMA) {
      throw new Error('another program or a newer version has written it');
    }
  }).immediate();
}
