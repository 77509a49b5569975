import type Database from 'better-sqlite3';

type Value = number | string | null;

/** Calling SQLite costs as much as what it does for one row, so rows are written so many at a time. */
const ROWS_AT_ONCE = 16;

/** Collects rows for one statement, and runs it for all of them in their order. */
export class BulkStatement {
  private readonly forMany;
  private readonly forOne;
  private values: Value[] = [];

  /** `sqlFor` puts a list of rows, each in parentheses, into the statement. */
  constructor(
    db: Database.Database,
    private readonly columns: number,
    sqlFor: (rows: string) => string,
  ) {
    const row = `(${Array.from({ length: columns }, () => '?').join()})`;
    this.forMany = db.prepare(sqlFor(Array.from({ length: ROWS_AT_ONCE }, () => row).join()));
    this.forOne = db.prepare(sqlFor(row));
  }

  add(...row: Value[]): void {
    for (const value of row) this.values.push(value);
  }

  run(): void {
    const { columns, values } = this;
    if (values.length === 0) return;
    const many = ROWS_AT_ONCE * columns;
    let at = 0;
    for (; at + many <= values.length; at += many) this.forMany.run(values.slice(at, at + many));
    for (; at < values.length; at += columns) this.forOne.run(values.slice(at, at + columns));
    this.clear();
  }

  /** Forgets rows that shall not be written after all. */
  clear(): void {
    this.values = [];
  }
}
