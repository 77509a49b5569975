import type Database from 'better-sqlite3';

type Value = number | string | null;

/** Calling SQLite costs as much as what it does for one row, so rows are written so many at a time, the most first. */
const ROWS_AT_ONCE = [64, 16, 4, 1] as const;
const MOST_ROWS = ROWS_AT_ONCE[0];

/** Collects rows for one statement, and runs it for many of them in their order. */
export class BulkStatement {
  private readonly statements;
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
    this.statements = ROWS_AT_ONCE.map((rows) => ({
      values: rows * columns,
      statement: db.prepare(sqlFor(Array.from({ length: rows }, () => row).join())),
    }));
    this.values = Array.from({ length: MOST_ROWS * columns }, () => null);
  }

  add(...row: Value[]): void {
    const { values, columns } = this;
    const at = this.filled;
    for (let column = 0; column < columns; column += 1) values[at + column] = row[column] ?? null;
    this.filled = at + columns;
    if (this.filled === values.length) this.run();
  }

  /** Writes the rows that are there. */
  run(): void {
    const { values, filled } = this;
    this.filled = 0;
    let at = 0;
    for (const { values: count, statement } of this.statements)
      for (; filled - at >= count; at += count)
        // Spread, because reading the elements of an array costs the binding more than binding them.
        statement.run(...(at === 0 && count === values.length ? values : values.slice(at, at + count)));
  }

  /** Forgets rows that shall not be written after all. */
  clear(): void {
    this.filled = 0;
  }
}
