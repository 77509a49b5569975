import type Database from 'better-sqlite3';
import type { AccountState, SupplyState } from '../../ledger/account';
import { addMicros, micros, type Micros } from '../../money/micros';

/** A customer's account as this process last saw or changed it. */
export interface LiveAccount {
  readonly accountKey: number;
  readonly accountId: string;
  readonly name: string;
  readonly phone: string;
  readonly language: string;
  readonly isProtected: boolean;
  supply: SupplyState;
  toldSupply: SupplyState;
  warnedAtMs: number | null;
  balanceMicros: Micros;
  isBalanceDirty: boolean;
}

export type SupplyChange = Pick<LiveAccount, 'supply' | 'toldSupply' | 'warnedAtMs'>;

/** A meter and where its register stands; both null before its first reading. */
export interface LiveMeter {
  readonly meterKey: number;
  readonly account: LiveAccount;
  headMs: number | null;
  headWh: number | null;
  powerW: number | null;
  isDirty: boolean;
}

interface AccountRow {
  account_key: number;
  account_id: string;
  name: string;
  phone: string;
  language: string;
  is_protected: number;
  supply: SupplyState;
  told_supply: SupplyState;
  warned_at_ms: number | null;
  balance_micros: number;
}

interface MeterRow {
  meter_key: number;
  account_key: number;
  head_ms: number | null;
  head_wh: number | null;
  power_w: number | null;
}

const ACCOUNT_COLUMNS = `account_key, account_id, account.name, phone, language, is_protected, supply, told_supply,
  warned_at_ms,
  book.balance_micros FROM account JOIN book ON book_key = account_key`;
/** Beyond this many meters everything is forgotten and read again, so that memory stays bounded. */
const MAX_METERS = 250_000;

/**
 * The accounts and meters that postings work on, kept from one commit to the next and written once per commit.
 * It is only ever used inside a write transaction, and forgotten whenever it may differ from the file: when another
 * connection has committed (SQLite counts that in data_version) and when our own transaction was rolled back.
 */
export class LiveAccounts {
  private readonly meters = new Map<string, LiveMeter>();
  private readonly accounts = new Map<number, LiveAccount>();
  private readonly dirtyMeters: LiveMeter[] = [];
  private readonly dirtyAccounts: LiveAccount[] = [];
  private readonly selectVersion;
  private readonly selectMeter;
  private readonly selectByKey;
  private readonly selectById;
  private readonly saveMeter;
  private readonly saveBalance;
  private readonly saveSupply;
  private seenVersion = -1;

  constructor(db: Database.Database) {
    this.selectVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
    this.selectMeter = db.prepare<[string], MeterRow>(
      'SELECT meter_key, account_key, head_ms, head_wh, power_w FROM meter WHERE meter_id = ?',
    );
    this.selectByKey = db.prepare<[number], AccountRow>(`SELECT ${ACCOUNT_COLUMNS} WHERE account_key = ?`);
    this.selectById = db.prepare<[string], AccountRow>(`SELECT ${ACCOUNT_COLUMNS} WHERE account_id = ?`);
    this.saveMeter = db.prepare('UPDATE meter SET head_ms = ?, head_wh = ?, power_w = ? WHERE meter_key = ?');
    this.saveBalance = db.prepare('UPDATE book SET balance_micros = ? WHERE book_key = ?');
    this.saveSupply = db.prepare(
      'UPDATE account SET supply = ?, told_supply = ?, warned_at_ms = ? WHERE account_key = ?',
    );
  }

  /** To be called first in every write transaction: nobody else can commit between this and our own commit. */
  begin(): void {
    const version = this.selectVersion.get() ?? 0;
    if (version !== this.seenVersion || this.meters.size > MAX_METERS) this.forget();
    this.seenVersion = version;
  }

  meter(meterId: string): LiveMeter | undefined {
    const known = this.meters.get(meterId);
    if (known) return known;
    const row = this.selectMeter.get(meterId);
    if (!row) return undefined;
    const meter: LiveMeter = {
      meterKey: row.meter_key,
      account: this.accountByKey(row.account_key),
      headMs: row.head_ms,
      headWh: row.head_wh,
      powerW: row.power_w,
      isDirty: false,
    };
    this.meters.set(meterId, meter);
    return meter;
  }

  account(accountId: string): LiveAccount | undefined {
    const row = this.selectById.get(accountId);
    return row && (this.accounts.get(row.account_key) ?? this.remember(row));
  }

  advance(meter: LiveMeter, headMs: number, headWh: number, powerW: number | null): void {
    meter.headMs = headMs;
    meter.headWh = headWh;
    meter.powerW = powerW;
    if (meter.isDirty) return;
    meter.isDirty = true;
    this.dirtyMeters.push(meter);
  }

  changeBalance(account: LiveAccount, change: Micros): void {
    account.balanceMicros = addMicros(account.balanceMicros, change);
    if (account.isBalanceDirty) return;
    account.isBalanceDirty = true;
    this.dirtyAccounts.push(account);
  }

  /** Supply and warning change rarely, so they are written at once. */
  changeSupply(account: LiveAccount, change: SupplyChange): void {
    const { supply, toldSupply, warnedAtMs } = change;
    const isSame =
      supply === account.supply && toldSupply === account.toldSupply && warnedAtMs === account.warnedAtMs;
    if (isSame) return;
    Object.assign(account, { supply, toldSupply, warnedAtMs });
    this.saveSupply.run(supply, toldSupply, warnedAtMs, account.accountKey);
  }

  /** Writes what has changed. To be called last in the transaction, and before anything else writes to these rows. */
  flush(): void {
    for (const meter of this.dirtyMeters) {
      this.saveMeter.run(meter.headMs, meter.headWh, meter.powerW, meter.meterKey);
      meter.isDirty = false;
    }
    for (const account of this.dirtyAccounts) {
      this.saveBalance.run(account.balanceMicros, account.accountKey);
      account.isBalanceDirty = false;
    }
    this.dirtyMeters.length = 0;
    this.dirtyAccounts.length = 0;
  }

  forget(): void {
    this.meters.clear();
    this.accounts.clear();
    this.dirtyMeters.length = 0;
    this.dirtyAccounts.length = 0;
  }

  private accountByKey(accountKey: number): LiveAccount {
    const known = this.accounts.get(accountKey);
    if (known) return known;
    const row = this.selectByKey.get(accountKey);
    if (!row) throw new Error(`the ledger has no account ${accountKey}`);
    return this.remember(row);
  }

  private remember(row: AccountRow): LiveAccount {
    const account: LiveAccount = {
      accountKey: row.account_key,
      accountId: row.account_id,
      name: row.name,
      phone: row.phone,
      language: row.language,
      isProtected: row.is_protected === 1,
      supply: row.supply,
      toldSupply: row.told_supply,
      warnedAtMs: row.warned_at_ms,
      balanceMicros: micros(row.balance_micros),
      isBalanceDirty: false,
    };
    this.accounts.set(row.account_key, account);
    return account;
  }
}

/** A copy that stays as it is while the account goes on changing. */
export function accountState(account: LiveAccount): AccountState {
  return {
    accountId: account.accountId,
    name: account.name,
    phone: account.phone,
    language: account.language,
    isProtected: account.isProtected,
    balanceMicros: account.balanceMicros,
    supply: account.supply,
    toldSupply: account.toldSupply,
    warnedAtMs: account.warnedAtMs,
  };
}
