import type Database from 'better-sqlite3';
import type { AccountState, SupplyState } from '../../ledger/account';
import type { MeterPricing } from '../../ledger/store';
import { MeterNumbers, NO_NUMBER } from '../../meter/meter-numbers';
import { addMicros, micros, type Micros } from '../../money/micros';
import type { MeterPlan } from '../../tariff/meter-plan';
import type { MeterState } from '../../tariff/meter-state';
import { BulkStatement } from './bulk-statement';
import { ACCOUNT_COLUMNS, METER_COLUMNS, type AccountRow, type MeterRow } from './live-rows';
import { LiveShelf } from './live-shelf';
import { writeFold } from './meter-folds';
import type { RowWriter } from './row-writer';

/** A customer's account as this process last saw or changed it. */
export interface LiveAccount {
  readonly accountKey: number;
  readonly accountId: string;
  readonly isProtected: boolean;
  supply: SupplyState;
  /** As of the last decision. */
  daysLeft: number | null;
  /** Whether a guard was asked already to look at it soon. */
  isLookDue: boolean;
  balanceMicros: Micros;
  lastTransfer: number | null;
  isBalanceDirty: boolean;
}

/** What a committed reading leaves behind in its meter. */
export interface HeadChange {
  headMs: number;
  headWh: number;
  headExportWh: number | null;
  powerW: number | null;
  fold: MeterState;
}

/** A meter's stay at an account, and where its register stands; the head is null before its first reading. */
export interface LiveMeter {
  /** The number that it was put on the shelf under last, which may have gone on to another meter since. */
  number: number;
  /** Whether its meter's id stands for it. A stay that has ended may be changed too, but is not put on the shelf. */
  readonly isInUse: boolean;
  readonly meterKey: number;
  readonly meterId: string;
  readonly account: LiveAccount;
  headMs: number | null;
  headWh: number | null;
  headExportWh: number | null;
  offsetWh: number;
  offsetExportWh: number;
  powerW: number | null;
  /** What pricing remembers at the head; null until it is first needed. */
  fold: MeterState | null;
  /** It is written down when this many readings have come; meters begin at different counts, so that not all are written at once. */
  foldAge: number;
  isFoldDirty: boolean;
  isRerateDirty: boolean;
  /** Readings since then wait to be priced again. */
  rerateMs: number | null;
  /** Put together from tariffs and terms when it is first needed. */
  plan: MeterPlan | null;
  isDirty: boolean;
}

/** What pricing remembers is larger than a reading, and costs this many readings to find again. */
const SAVE_FOLD_EVERY = 16;
/** Meters whose folds lie on the same pages of the file have theirs written at the same time. */
const FOLDS_SIDE_BY_SIDE = 64;
/** Beyond this many accounts everything is forgotten and read again, so that memory stays bounded. */
const MAX_ACCOUNTS = 1 << 20;
/** A fleet of this size is at hand as it was left. */
const MAX_AT_HAND = 100_000;
/** Of a larger fleet those are that are on their way to the ledger. */
const FEW_AT_HAND = 512;
/** So many come to hand until they are committed. More are put away before: a flow may price readings and never commit them. */
const MOST_ON_THEIR_WAY = 8_192;

/**
 * The accounts and meters that postings work on, kept from one commit to the next and written once per commit.
 * It is only ever used inside a write transaction, but for `pricingAt` and `putAwayMany`, and forgotten whenever it may
 * differ from the file: when another connection has committed (SQLite counts that in data_version) and when our own
 * transaction was rolled back.
 */
export class LiveAccounts {
  /** The meters in use by their ids. */
  private meters = new Map<string, LiveMeter>();
  private accounts = new Map<number, LiveAccount>();
  /** Those that are not at hand. */
  private readonly shelf;
  private limit: number;
  /** Whether there are more than can be at hand. */
  private isLarge = false;
  private readonly dirtyMeters: LiveMeter[] = [];
  private readonly dirtyAccounts: LiveAccount[] = [];
  private readonly selectVersion;
  private readonly selectMeter;
  private readonly selectMeterByKey;
  private readonly selectByKey;
  private readonly selectById;
  private readonly saveHeads;
  private readonly saveRerate;
  private readonly saveFolds;
  private readonly saveBalances;
  private readonly saveSupply;
  private seenVersion = -1;

  constructor(
    db: Database.Database,
    private readonly rows: RowWriter,
    numbers = new MeterNumbers(),
    private readonly maxAtHand = MAX_AT_HAND,
  ) {
    this.shelf = new LiveShelf(numbers);
    this.limit = maxAtHand;
    this.selectVersion = db.prepare<[], number>('PRAGMA data_version').pluck();
    this.selectMeter = db.prepare<[string], MeterRow>(
      `SELECT ${METER_COLUMNS} WHERE meter_id = ? AND closed_ms IS NULL`,
    );
    this.selectMeterByKey = db.prepare<[number], MeterRow & { closed_ms: number | null }>(
      `SELECT closed_ms, ${METER_COLUMNS} WHERE meter_key = ?`,
    );
    this.selectByKey = db.prepare<[number], AccountRow>(`SELECT ${ACCOUNT_COLUMNS} WHERE account_key = ?`);
    this.selectById = db.prepare<[string], AccountRow>(`SELECT ${ACCOUNT_COLUMNS} WHERE account_id = ?`);
    this.saveHeads = new BulkStatement(
      db,
      5,
      (rows) => `REPLACE INTO head (meter_key, head_ms, head_wh, head_export_wh, power_w) VALUES ${rows}`,
    );
    this.saveRerate = db.prepare('UPDATE meter SET rerate_ms = ? WHERE meter_key = ?');
    this.saveFolds = new BulkStatement(
      db,
      3,
      (rows) => `REPLACE INTO meter_fold (meter_key, at_ms, fold) VALUES ${rows}`,
    );
    this.saveBalances = new BulkStatement(
      db,
      3,
      // The books are there, and stay as they are but for what is set: a value for each row costs least this way.
      (rows) =>
        `INSERT INTO book (book_key, name, balance_micros, last_transfer) VALUES ${rows.replaceAll('(?,', "(?,'',")}
         ON CONFLICT (book_key) DO UPDATE SET balance_micros = excluded.balance_micros,
           last_transfer = excluded.last_transfer`,
    );
    this.saveSupply = db.prepare('UPDATE account SET supply = ? WHERE account_key = ?');
  }

  /**
   * To be called first in every write transaction: nobody else can commit between this and our own commit.
   * Returns false when another connection has committed, so that nothing remembered may still hold.
   */
  begin(): boolean {
    const version = this.selectVersion.get() ?? 0;
    const isSame = version === this.seenVersion;
    if (!isSame || this.shelf.size > MAX_ACCOUNTS) this.forget();
    this.seenVersion = version;
    return isSame;
  }

  /** To be called between two transactions, when all that is at hand is in the file. */
  putAwayMany(): void {
    if (Math.max(this.meters.size, this.accounts.size) > this.limit) this.putAway();
  }

  /**
   * What pricing has to know of a meter that stands at `headMs`, or anywhere if that is null: undefined when this process
   * does not remember it so. To be called between two transactions too; the meter is at hand for the next one then.
   */
  pricingAt(meterId: string, headMs: number | null): MeterPricing | undefined {
    if (this.meters.size > this.limit + MOST_ON_THEIR_WAY) this.putAway();
    const meter = this.meters.get(meterId) ?? this.takeUp(meterId);
    if (!meter || (headMs !== null && meter.headMs !== headMs)) return undefined;
    const { headWh, fold: state, plan } = meter;
    return state === null || plan === null ? undefined : { headMs: meter.headMs, headWh, state, plan };
  }

  /** The meter in use under this id. */
  meter(meterId: string): LiveMeter | undefined {
    const known = this.meters.get(meterId);
    if (known) return known;
    return this.takeUp(meterId) ?? this.readMeter(meterId);
  }

  /** A meter's stay, also one that has ended; that one is not kept for the next posting. */
  meterByKey(meterKey: number): LiveMeter {
    const row = this.selectMeterByKey.get(meterKey);
    if (!row) throw new RangeError(`meterKey must be that of a meter, got ${meterKey}`);
    if (row.closed_ms === null)
      return this.meters.get(row.meter_id) ?? this.takeUp(row.meter_id) ?? this.rememberMeter(row);
    const changed = this.dirtyMeters.find((meter) => meter.meterKey === meterKey);
    return changed ?? this.fromRow(row, false);
  }

  account(accountId: string): LiveAccount | undefined {
    const row = this.selectById.get(accountId);
    return row && (this.accountAtHand(row.account_key) ?? this.remember(row));
  }

  accountByKey(accountKey: number): LiveAccount {
    const known = this.accountAtHand(accountKey);
    if (known) return known;
    const row = this.selectByKey.get(accountKey);
    if (!row) throw new Error(`the ledger has no account ${accountKey}`);
    return this.remember(row);
  }

  advance(meter: LiveMeter, change: HeadChange): void {
    const isFirst = meter.headMs === null;
    meter.headMs = change.headMs;
    meter.headWh = change.headWh;
    meter.headExportWh = change.headExportWh;
    meter.powerW = change.powerW;
    meter.fold = change.fold;
    meter.foldAge += 1;
    if (isFirst || meter.foldAge >= SAVE_FOLD_EVERY) meter.isFoldDirty = true;
    this.touch(meter);
  }

  /** The register only rises, so the most that any reading says is what had flowed back last. */
  knowExport(meter: LiveMeter, exportWh: number): void {
    meter.headExportWh = Math.max(exportWh, meter.headExportWh ?? exportWh);
    this.touch(meter);
  }

  changeFold(meter: LiveMeter, fold: MeterState, rerateMs: number | null): void {
    meter.fold = fold;
    meter.isFoldDirty = true;
    if (rerateMs !== meter.rerateMs) meter.isRerateDirty = true;
    meter.rerateMs = rerateMs;
    this.touch(meter);
  }

  changeBalance(account: LiveAccount, change: Micros, transferKey: number): void {
    account.balanceMicros = addMicros(account.balanceMicros, change);
    account.lastTransfer = transferKey;
    if (account.isBalanceDirty) return;
    account.isBalanceDirty = true;
    this.dirtyAccounts.push(account);
  }

  /** The supply changes rarely, so it is written at once. */
  changeSupply(account: LiveAccount, supply: SupplyState): void {
    account.supply = supply;
    this.saveSupply.run(supply, account.accountKey);
  }

  /** Writes what has changed. To be called last in the transaction, and before anything else writes to these rows. */
  flush(): void {
    this.rows.write();
    for (const meter of this.dirtyMeters) {
      this.flushMeter(meter);
      // Here and not when it is put away, which is so much later that all of it would have to come from memory again.
      if (this.isLarge && meter.isInUse) this.shelf.putMeter(meter);
    }
    this.saveHeads.run();
    this.saveFolds.run();
    for (const account of this.dirtyAccounts) {
      this.saveBalances.add(account.accountKey, account.balanceMicros, account.lastTransfer);
      account.isBalanceDirty = false;
    }
    this.saveBalances.run();
    this.dirtyMeters.length = 0;
    this.dirtyAccounts.length = 0;
  }

  private flushMeter(meter: LiveMeter): void {
    const { meterKey, headMs, headWh, headExportWh, powerW, rerateMs, fold } = meter;
    if (headMs !== null) this.saveHeads.add(meterKey, headMs, headWh, headExportWh, powerW);
    if (meter.isFoldDirty && fold !== null) {
      this.saveFolds.add(meterKey, headMs, writeFold(fold));
      meter.isFoldDirty = false;
      if (meter.foldAge >= SAVE_FOLD_EVERY) meter.foldAge = 0;
    }
    if (meter.isRerateDirty) this.saveRerate.run(rerateMs, meterKey);
    meter.isRerateDirty = false;
    meter.isDirty = false;
  }

  /** For whoever changes rows of meters or accounts past this object: what is known is written, then read again. */
  flushAndForget(): void {
    this.flush();
    this.forget();
  }

  forget(): void {
    this.saveHeads.clear();
    this.saveFolds.clear();
    this.saveBalances.clear();
    this.meters = new Map();
    this.accounts = new Map();
    this.shelf.clear();
    this.limit = this.maxAtHand;
    this.isLarge = false;
    this.dirtyMeters.length = 0;
    this.dirtyAccounts.length = 0;
  }

  /** Between two transactions all that is at hand is written, so it can go. A meter that was changed is on the shelf already. */
  private putAway(): void {
    this.limit = Math.min(this.maxAtHand, FEW_AT_HAND);
    this.isLarge = true;
    for (const meter of this.meters.values()) if (meter.number === NO_NUMBER) this.shelf.putMeter(meter);
    for (const account of this.accounts.values()) this.shelf.putAccount(account);
    // New maps: a table that is old stays old when it is cleared, and keeps all that it held until it is collected.
    this.meters = new Map();
    this.accounts = new Map();
  }

  private takeUp(meterId: string): LiveMeter | undefined {
    const meter = this.shelf.meterAt(meterId, (accountKey) => this.accountByKey(accountKey));
    if (meter) this.meters.set(meter.meterId, meter);
    return meter;
  }

  private accountAtHand(accountKey: number): LiveAccount | undefined {
    const known = this.accounts.get(accountKey);
    if (known) return known;
    const account = this.shelf.takeAccount(accountKey);
    if (account) this.accounts.set(accountKey, account);
    return account;
  }

  private readMeter(meterId: string): LiveMeter | undefined {
    const row = this.selectMeter.get(meterId);
    return row && this.rememberMeter(row);
  }

  private touch(meter: LiveMeter): void {
    if (meter.isDirty) return;
    meter.isDirty = true;
    this.dirtyMeters.push(meter);
  }

  private rememberMeter(row: MeterRow): LiveMeter {
    const meter = this.fromRow(row, true);
    this.meters.set(row.meter_id, meter);
    return meter;
  }

  private fromRow(row: MeterRow, isInUse: boolean): LiveMeter {
    return {
      number: NO_NUMBER,
      isInUse,
      meterKey: row.meter_key,
      meterId: row.meter_id,
      account: this.accountByKey(row.account_key),
      headMs: row.head_ms,
      headWh: row.head_wh,
      headExportWh: row.head_export_wh,
      offsetWh: row.offset_wh,
      offsetExportWh: row.offset_export_wh,
      powerW: row.power_w,
      fold: null,
      foldAge: Math.floor(row.meter_key / FOLDS_SIDE_BY_SIDE) % SAVE_FOLD_EVERY,
      isFoldDirty: false,
      isRerateDirty: false,
      rerateMs: row.rerate_ms,
      plan: null,
      isDirty: false,
    };
  }

  private remember(row: AccountRow): LiveAccount {
    const account: LiveAccount = {
      accountKey: row.account_key,
      accountId: row.account_id,
      isProtected: row.is_protected === 1,
      supply: row.supply,
      daysLeft: null,
      isLookDue: false,
      balanceMicros: micros(row.balance_micros),
      lastTransfer: row.last_transfer,
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
    balanceMicros: account.balanceMicros,
    supply: account.supply,
    daysLeft: account.daysLeft,
  };
}
