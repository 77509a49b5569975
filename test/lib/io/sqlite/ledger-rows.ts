import Database from 'better-sqlite3';
import type { StoredLine } from '../../../../nodes/lib/ledger/statement';

/** A transfer as it stands in the file, with the names of its two sides. */
export interface RawTransfer {
  atMs: bigint;
  debit: string;
  credit: string;
  amountMicros: bigint;
  kind: 'charge' | 'top-up' | 'standing' | 'correction';
  ref: string | null;
  meterId: string | null;
  readingMs: bigint | null;
  lines: string | null;
}

/** The rows of a ledger past everything of ours that reads or sums them, and sums without a bound. */
export class LedgerRows {
  readonly raw: Database.Database;

  constructor(file: string) {
    this.raw = new Database(file, { readonly: true });
  }

  transfers(): RawTransfer[] {
    return this.raw
      .prepare<[], RawTransfer>(
        `SELECT transfer.at_ms AS atMs, payer.name AS debit, payee.name AS credit, amount_micros AS amountMicros,
           transfer_kind.name AS kind, ref, meter_id AS meterId, reading_ms AS readingMs, lines
         FROM transfer JOIN book AS payer ON payer.book_key = debit JOIN book AS payee ON payee.book_key = credit
           JOIN transfer_kind USING (kind) LEFT JOIN meter USING (meter_key) ORDER BY transfer_key`,
      )
      .safeIntegers()
      .all();
  }

  /** What the books say they hold. */
  balances(): Map<string, bigint> {
    const rows = this.raw
      .prepare<[], [string, bigint]>('SELECT name, balance_micros FROM book ORDER BY name')
      .safeIntegers()
      .raw()
      .all();
    return new Map(rows);
  }

  all<Row>(sql: string): Row[] {
    return this.raw.prepare<[], Row>(sql).all();
  }

  close(): void {
    this.raw.close();
  }
}

/** What transfers come to on an account of the books. */
export function sumOn(name: string, transfers: readonly RawTransfer[]): bigint {
  let sum = 0n;
  for (const { debit, credit, amountMicros } of transfers) {
    if (credit === name) sum += amountMicros;
    if (debit === name) sum -= amountMicros;
  }
  return sum;
}

export function linesOf({ lines }: RawTransfer): StoredLine[] {
  return lines === null ? [] : (JSON.parse(lines) as StoredLine[]);
}

/** What a transfer takes from the customer; below zero is money that goes back. */
export function takenFromCustomer({ debit, amountMicros }: RawTransfer): bigint {
  return debit.startsWith('customer:') ? amountMicros : -amountMicros;
}
