import type Database from 'better-sqlite3';
import type { AccountCard, SupplyState } from '../../ledger/account';
import type { NoticeChannel } from '../../notice/notice';
import { micros } from '../../money/micros';

interface CardRow {
  account_key: number;
  account_id: string;
  name: string;
  phone: string;
  language: string;
  email: string;
  channel: NoticeChannel | null;
  is_opted_out: number;
  balance_micros: number;
  supply: SupplyState;
}

const CARD = `SELECT account_key, account_id, customer.name, phone, language, email, channel, is_opted_out, balance_micros, supply
  FROM account JOIN customer USING (customer_key) JOIN book ON book_key = account_key`;
/** One number is a household's, at most a village shop's. */
const MAX_ACCOUNTS = 20;

/** Reads whom accounts belong to, by their number or by the phone of their customer. */
export class AccountCards {
  private readonly selectById;
  private readonly selectByPhone;
  private readonly selectMeters;

  constructor(db: Database.Database) {
    this.selectById = db.prepare<[string], CardRow>(`${CARD} WHERE account_id = ?`);
    this.selectByPhone = db.prepare<[string, number], CardRow>(
      `${CARD} WHERE phone = ? AND phone <> '' ORDER BY account_key LIMIT ?`,
    );
    this.selectMeters = db
      .prepare<[number], string>(
        'SELECT meter_id FROM meter WHERE account_key = ? AND closed_ms IS NULL ORDER BY meter_key',
      )
      .pluck();
  }

  byId(accountId: string): AccountCard | undefined {
    const row = this.selectById.get(accountId);
    return row && this.cardOf(row);
  }

  byPhone(phone: string): AccountCard[] {
    return this.selectByPhone.all(phone, MAX_ACCOUNTS).map((row) => this.cardOf(row));
  }

  private cardOf(row: CardRow): AccountCard {
    const { account_id: accountId, name, phone, email, language, channel, supply } = row;
    return {
      accountId,
      name,
      phone,
      email,
      language,
      channel,
      isOptedOut: row.is_opted_out === 1,
      balanceMicros: micros(row.balance_micros),
      supply,
      meterIds: this.selectMeters.all(row.account_key),
    };
  }
}
