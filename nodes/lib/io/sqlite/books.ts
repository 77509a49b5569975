import type Database from 'better-sqlite3';
import { addMicros, micros, subtractMicros, ZERO_MICROS, type Micros } from '../../money/micros';
import { customerAccount } from '../../ledger/book-names';
import type { LiveAccount, LiveAccounts } from './live-accounts';
import type { TransferRow } from './batch-digest';
import type { Batch } from './commit-batch';
import type { RowWriter } from './row-writer';

/** The keys of the table transfer_kind. */
export const TRANSFER_KIND = {
  charge: 1,
  topUp: 2,
  standing: 3,
  correction: 4,
  reversal: 5,
  refund: 6,
  debt: 7,
  fee: 8,
  tax: 9,
} as const;

/** A transfer between a customer and a shared account that is about to be stored; the ledger adds the rest. */
export interface Movement {
  id: string | null;
  /** The other side: a shared account such as "sales:energy". */
  bookKey: number;
  /** What the customer's balance changes by; never zero. */
  changeMicros: number;
  kind: number;
  ref: string | null;
  meterKey: number | null;
  readingMs: number | null;
  tariffKey: number | null;
  lines: string | null;
}

/** A movement that is no meter's: it carries the caller's own id. */
export type NamedMovement = Pick<Movement, 'bookKey' | 'changeMicros' | 'kind' | 'lines'> & {
  id: string;
  ref: string;
};

interface SharedMovement {
  id: string;
  ref: string;
  kind: number;
  fromKey: number;
  toKey: number;
  amountMicros: Micros;
}

interface StoredTransfer {
  debit: number;
  credit: number;
  amount_micros: number;
}

/** Accounts of the double entry, and the one place where a transfer is written. */
export class Books {
  private readonly selectBook;
  private readonly insertBook;
  private readonly selectTransfer;
  private readonly selectBalance;
  private readonly bookKeys = new Map<string, number>();

  constructor(
    db: Database.Database,
    private readonly live: LiveAccounts,
    private readonly rows: RowWriter,
  ) {
    this.selectBook = db.prepare<[string], number>('SELECT book_key FROM book WHERE name = ?').pluck();
    this.insertBook = db.prepare('INSERT INTO book (name) VALUES (?)');
    this.selectTransfer = db.prepare<[string], StoredTransfer>(
      'SELECT debit, credit, amount_micros FROM transfer WHERE id = ?',
    );
    this.selectBalance = db
      .prepare<[number], number>('SELECT balance_micros FROM book WHERE book_key = ?')
      .pluck();
  }

  /** The key of a shared account such as "sales:energy", opened when first used. Keys never change, so they are remembered. */
  bookKey(name: string): number {
    const known = this.bookKeys.get(name);
    if (known !== undefined) return known;
    const key = this.selectBook.get(name) ?? Number(this.insertBook.run(name).lastInsertRowid);
    // Customers are many and have their own rows; only the few shared accounts are worth remembering.
    if (!name.startsWith(customerAccount(''))) this.bookKeys.set(name, key);
    return key;
  }

  findBook(name: string): number | undefined {
    return this.bookKeys.get(name) ?? this.selectBook.get(name);
  }

  transferById(id: string): StoredTransfer | undefined {
    return this.selectTransfer.get(id);
  }

  /** The balance of a shared account with what this batch has moved so far. */
  sharedBalance(batch: Batch, bookKey: number): Micros {
    return micros((this.selectBalance.get(bookKey) ?? 0) + (batch.sharedDeltas.get(bookKey) ?? 0));
  }

  /** A transfer between a customer and a shared account that no meter is part of. Returns its key. */
  moveNamed(batch: Batch, account: LiveAccount, movement: NamedMovement): number {
    this.move(batch, account, { ...movement, meterKey: null, readingMs: null, tariffKey: null });
    return batch.lastTransferKey;
  }

  /** A transfer between two shared accounts; no customer's balance changes. */
  moveShared(batch: Batch, { id, ref, kind, fromKey, toKey, amountMicros }: SharedMovement): void {
    this.rows.addTransfer(batch, {
      transferKey: (batch.lastTransferKey += 1),
      id,
      debit: fromKey,
      credit: toKey,
      amountMicros,
      kind,
      atMs: batch.nowMs,
      previous: null,
      ref,
      meterKey: null,
      readingMs: null,
      tariffKey: null,
      lines: null,
    });
    this.addShared(batch, fromKey, subtractMicros(ZERO_MICROS, amountMicros));
    this.addShared(batch, toKey, amountMicros);
  }

  /** Writes a transfer between a customer and a shared account, and changes the balances of both. */
  move(batch: Batch, account: LiveAccount, movement: Movement): void {
    const { id, bookKey, changeMicros, kind, ref, meterKey, readingMs, tariffKey, lines } = movement;
    const isDebit = changeMicros < 0;
    const row: TransferRow = {
      transferKey: (batch.lastTransferKey += 1),
      id,
      debit: isDebit ? account.accountKey : bookKey,
      credit: isDebit ? bookKey : account.accountKey,
      amountMicros: Math.abs(changeMicros),
      kind,
      atMs: batch.nowMs,
      previous: account.lastTransfer,
      ref,
      meterKey,
      readingMs,
      tariffKey,
      lines,
    };
    this.rows.addTransfer(batch, row);
    const change = micros(changeMicros);
    this.addShared(batch, bookKey, micros(-changeMicros));
    this.live.changeBalance(account, change, row.transferKey);
  }

  private addShared(batch: Batch, bookKey: number, change: Micros): void {
    batch.sharedDeltas.set(bookKey, addMicros(micros(batch.sharedDeltas.get(bookKey) ?? 0), change));
  }

  /** Forgets remembered keys. A rolled-back transaction may have taken their rows away again. */
  forget(): void {
    this.bookKeys.clear();
  }
}
