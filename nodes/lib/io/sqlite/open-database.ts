import Database from 'better-sqlite3';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Older versions can lose a commit when a WAL is reset at the wrong moment. */
const MIN_SQLITE = [3, 51, 3] as const;
/** How long to wait for another process's commit before giving up and reporting it. */
const BUSY_TIMEOUT_MS = 5_000;
/** "WAT2": tells our ledgers from the files of other programs, and of previews whose ledgers were made otherwise. */
const APPLICATION_ID = 0x57415432;
const MIGRATIONS_FOLDER = join(__dirname, 'migrations');

/** The settings that durability and integrity rest on, with the value each must read back as. */
const REQUIRED_PRAGMAS: readonly { set: string; name: string; expected: string | number }[] = [
  { set: 'journal_mode = WAL', name: 'journal_mode', expected: 'wal' },
  { set: 'synchronous = FULL', name: 'synchronous', expected: 2 },
  { set: 'foreign_keys = ON', name: 'foreign_keys', expected: 1 },
];

/** Opens the ledger's file, brings it to the newest schema and refuses to go on when any guarantee is missing. */
export function openDatabase(file: string): Database.Database {
  const db = connect(file);
  try {
    checkVersion(db);
    for (const pragma of REQUIRED_PRAGMAS) {
      db.pragma(pragma.set);
      const actual: unknown = db.pragma(pragma.name, { simple: true });
      if (actual !== pragma.expected) {
        throw new Error(`the ledger needs SQLite's ${pragma.set}, but it reads back as ${String(actual)}`);
      }
    }
    // 16 MiB of page cache keeps the upper levels of every index of a large fleet in memory.
    db.pragma('cache_size = -16384');
    // The pages of heads and balances change in every commit. Copied into the file once in 32 MiB of log instead of once in
    // four, they cost a good part less, and an SD card lives longer.
    db.pragma('wal_autocheckpoint = 8192');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function connect(file: string): Database.Database {
  try {
    return new Database(file, { timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    throw new Error(
      `cannot open the ledger ${file}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}

function checkVersion(db: Database.Database): void {
  const version = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  const parts = version.split('.').map(Number);
  for (const [index, wanted] of MIN_SQLITE.entries()) {
    const part = parts[index] ?? 0;
    if (part > wanted) return;
    if (part < wanted)
      throw new Error(`the ledger needs SQLite ${MIN_SQLITE.join('.')} or newer, this is ${version}`);
  }
}

interface Migration {
  number: number;
  sql: string;
}

function readMigrations(): Migration[] {
  return readdirSync(MIGRATIONS_FOLDER)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => ({
      number: Number(name.slice(0, 4)),
      sql: readFileSync(join(MIGRATIONS_FOLDER, name), 'utf8'),
    }));
}

function migrate(db: Database.Database): void {
  const migrations = readMigrations();
  const newest = migrations.at(-1)?.number ?? 0;
  const apply = db.transaction(() => {
    // Read inside the transaction: two processes may start on one new file at the same time.
    const current = db.pragma('user_version', { simple: true }) as number;
    const made = db.pragma('application_id', { simple: true }) as number;
    if (current > 0 && made !== APPLICATION_ID) {
      throw new Error(
        'this file is no ledger of this Wattkeeper: a preview or another program wrote it; choose another database file',
      );
    }
    if (current > newest) {
      throw new Error(
        `this ledger was written by a newer Wattkeeper (schema ${current}, known up to ${newest}): update first`,
      );
    }
    for (const migration of migrations) {
      if (migration.number <= current) continue;
      db.exec(migration.sql);
      db.pragma(`user_version = ${migration.number}`);
    }
    db.pragma(`application_id = ${APPLICATION_ID}`);
  });
  apply.immediate();
}
