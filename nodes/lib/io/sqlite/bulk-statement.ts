import type Database from 'better-sqlite3';

type Value = number | string | null;

/** Calling SQLite costs as much as what it does for one row, so rows are written so many at a time. */
const ROWS_AT_ONCE = 16;

/** Collects rows for one statement, and runs it for many of them in their order. */
export class BulkStatement {
  private readonly forMany;
  private readonly forOne;
  /** As many values as one run takes; those beyond `filled` are of rows that are written already. */
  private readonly values: Value[];
  private filled = 0;

  /** `sqlFor` puts a list of rows, each in parentheses, into the statement. */
  constructor(
    db: Database.Database,
    private readonly columns: number,
    sqlFor: (rows: string) => string,
  ) {
    const row = `(${Array.from({ length: columns }, () => '?').join()})`;
    this.forMany = db.prepare(sqlFor(Array.from({ length: ROWS_AT_ONCE }, () => row).join()));
    this.forOne = db.prepare(sqlFor(row));
    this.values = Array.from({ length: ROWS_AT_ONCE * columns }, () => null);
  }

  add(...row: Value[]): void {
    const { values, columns } = this;
    const at = this.filled;
    for (let column = 0; column < columns; column += 1) values[at + column] = row[column] ?? null;
    this.filled = at + columns;
    if (this.filled < values.length) return;
    this.filled = 0;
    // Spread, because reading the elements of an array costs the binding more than binding them.
    this.forMany.run(...values);
  }

  /** Writes the rows that are left over. */
  run(): void {
    const { columns, values, filled } = this;
    this.filled = 0;
    for (let at = 0; at < filled; at += columns) this.forOne.run(...values.slice(at, at + columns));
  }

  /** Forgets rows that shall not be written after all. */
  clear(): void {
    this.filled = 0;
  }
}
