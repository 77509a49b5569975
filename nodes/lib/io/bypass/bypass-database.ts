import Database from 'better-sqlite3';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MIGRATIONS_FOLDER = join(__dirname, 'migrations');
const BUSY_TIMEOUT_MS = 5_000;
/** 16 MB in pages of 4 KB. */
const LOG_PAGES = 4_000;
/** "WBYP": an outbox is no ledger, and the other way round. */
const APPLICATION_ID = 0x57425950;
const OWNER_ONLY = 0o700;

const REQUIRED_PRAGMAS = [
  ['journal_mode = WAL', 'journal_mode', 'wal'],
  ['synchronous = FULL', 'synchronous', 2],
] as const;

/** Opens the file of a bypass-router, or makes it. A setting on which durability rests has to read back as it was set. */
export function openBypassDatabase(file: string): Database.Database {
  if (file !== ':memory:') mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY });
  const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    for (const [set, name, expected] of REQUIRED_PRAGMAS) {
      db.pragma(set);
      const actual: unknown = db.pragma(name, { simple: true });
      if (actual !== expected && file !== ':memory:')
        throw new Error(`the outbox needs SQLite's ${set}, but it reads back as ${String(actual)}`);
    }
    // Pages of deleted messages are used again; the file never grows beyond the bound of the outbox by much.
    db.pragma('cache_size = -8192');
    // What comes and soon goes is written to the log alone; a memory card wears out the less.
    db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database.Database): void {
  const files = readdirSync(MIGRATIONS_FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  db.transaction(() => {
    const current = db.pragma('user_version', { simple: true }) as number;
    const made = db.pragma('application_id', { simple: true }) as number;
    if (current > 0 && made !== APPLICATION_ID)
      throw new Error('this file is no outbox: another program wrote it; choose another file');
    if (current > files.length)
      throw new Error(`this outbox was written by a newer Wattkeeper (schema ${current}): update first`);
    for (const name of files) {
      const number = Number(name.slice(0, 4));
      if (number <= current) continue;
      db.exec(readFileSync(join(MIGRATIONS_FOLDER, name), 'utf8'));
      db.pragma(`user_version = ${number}`);
    }
    db.pragma(`application_id = ${APPLICATION_ID}`);
  }).immediate();
}
