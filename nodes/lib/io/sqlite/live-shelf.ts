import type { SupplyState } from '../../ledger/account';
import { micros } from '../../money/micros';
import { KeyedRows } from '../../meter/keyed-rows';
import { MeterNumbers, NO_NUMBER } from '../../meter/meter-numbers';
import { RecentMap } from '../../meter/recent-map';
import { PackedPrices, type PlannedState } from '../../tariff/packed-prices';
import type { LiveAccount, LiveMeter } from './live-accounts';

/** Where each number of an account stands. */
const STANDING = 0;
const BALANCE_MICROS = 1;
const LAST_TRANSFER = 2;
const DAYS_LEFT = 3;
const ACCOUNT_NUMBERS = 4;
/** What an account's standing is made of; one that is not on the shelf has none of it. */
const IS_HERE = 1;
const IS_OFF = 2;
const IS_PROTECTED = 4;
const IS_LOOK_DUE = 8;

/** Where each number of a meter stands; an account's key is never 0, so a meter that is not on the shelf has none. */
const ACCOUNT_KEY = 0;
const METER_KEY = 1;
const HEAD_MS = 2;
const HEAD_WH = 3;
const HEAD_EXPORT_WH = 4;
const OFFSET_WH = 5;
const POWER_W = 6;
const FOLD_AGE = 7;
const METER_NUMBERS = 8;

/** Meters whose fold is more than a row of numbers. Past this many it is found again from the readings. */
const MAX_UNPACKED = 100_000;

/**
 * Accounts and meters of a large fleet between two of their postings, as rows of numbers: a million of each as objects
 * would fill a small machine. What is put here stands in the file, or in the
 * transaction that is being written: all is cleared when that fails.
 */
export class LiveShelf {
  /** By the numbers that the meters have, since a name is kept once for all who know something of a meter. */
  private readonly meters = new KeyedRows(METER_NUMBERS);
  private readonly folds = new PackedPrices();
  private readonly unpacked = new RecentMap<number, PlannedState>(MAX_UNPACKED);
  private readonly accounts = new KeyedRows(ACCOUNT_NUMBERS);
  private readonly accountIds = new KeyedTexts();

  constructor(private readonly numbers = new MeterNumbers()) {
    numbers.onForgotten((number) => this.dropMeter(number));
  }

  /** How many accounts were put here, those included that were taken again. */
  get size(): number {
    return this.accountIds.size;
  }

  /** One that waits to be priced again, or whose device began its export register anew, is not kept: there are few. */
  putMeter(meter: LiveMeter): void {
    if (meter.rerateMs !== null || meter.offsetExportWh !== 0) {
      this.dropMeter(this.numbers.find(meter.meterId));
      return;
    }
    const number = this.numbers.takeAgain(meter.meterId, meter.number);
    meter.number = number;
    const page = this.meters.pageFor(number);
    const at = this.meters.placeOf(number);
    page[at + ACCOUNT_KEY] = meter.account.accountKey;
    page[at + METER_KEY] = meter.meterKey;
    page[at + HEAD_MS] = meter.headMs ?? NaN;
    page[at + HEAD_WH] = meter.headWh ?? NaN;
    page[at + HEAD_EXPORT_WH] = meter.headExportWh ?? NaN;
    page[at + OFFSET_WH] = meter.offsetWh;
    page[at + POWER_W] = meter.powerW ?? NaN;
    page[at + FOLD_AGE] = meter.foldAge;
    this.putFold(number, meter);
  }

  /** The meter as it was put here last under this id. It stays here: whoever changes it puts it here again. */
  meterAt(meterId: string, accountOf: (accountKey: number) => LiveAccount): LiveMeter | undefined {
    const number = this.numbers.find(meterId);
    const page = number === NO_NUMBER ? undefined : this.meters.pageOf(number);
    if (!page) return undefined;
    const at = this.meters.placeOf(number);
    const accountKey = page[at + ACCOUNT_KEY] ?? 0;
    if (accountKey === 0) return undefined;
    const fold = this.foldAt(number);
    return {
      number,
      isInUse: true,
      meterKey: page[at + METER_KEY] ?? 0,
      // Not the one that came with a reading, since it is compared with this one when it is put back.
      meterId: this.numbers.idOf(number),
      account: accountOf(accountKey),
      headMs: orNull(page[at + HEAD_MS]),
      headWh: orNull(page[at + HEAD_WH]),
      headExportWh: orNull(page[at + HEAD_EXPORT_WH]),
      offsetWh: page[at + OFFSET_WH] ?? 0,
      offsetExportWh: 0,
      powerW: orNull(page[at + POWER_W]),
      fold: fold?.state ?? null,
      foldAge: page[at + FOLD_AGE] ?? 0,
      isFoldDirty: false,
      isRerateDirty: false,
      rerateMs: null,
      plan: fold?.plan ?? null,
      isDirty: false,
    };
  }

  putAccount(account: LiveAccount): void {
    const { accountKey, supply, isProtected, isLookDue } = account;
    const page = this.accounts.pageFor(accountKey);
    const at = this.accounts.placeOf(accountKey);
    page[at + STANDING] =
      IS_HERE |
      (supply === 'off' ? IS_OFF : 0) |
      (isProtected ? IS_PROTECTED : 0) |
      (isLookDue ? IS_LOOK_DUE : 0);
    page[at + BALANCE_MICROS] = account.balanceMicros;
    page[at + LAST_TRANSFER] = account.lastTransfer ?? NaN;
    page[at + DAYS_LEFT] = account.daysLeft ?? NaN;
    this.accountIds.put(accountKey, account.accountId);
  }

  /** The account that was put here; it is not here any more. */
  takeAccount(accountKey: number): LiveAccount | undefined {
    const page = this.accounts.pageOf(accountKey);
    const at = this.accounts.placeOf(accountKey);
    const standing = page?.[at + STANDING] ?? 0;
    if (!page || standing === 0) return undefined;
    page[at + STANDING] = 0;
    const supply: SupplyState = (standing & IS_OFF) === 0 ? 'on' : 'off';
    return {
      accountKey,
      accountId: this.accountIds.at(accountKey),
      isProtected: (standing & IS_PROTECTED) !== 0,
      supply,
      daysLeft: orNull(page[at + DAYS_LEFT]),
      isLookDue: (standing & IS_LOOK_DUE) !== 0,
      balanceMicros: micros(page[at + BALANCE_MICROS] ?? 0),
      lastTransfer: orNull(page[at + LAST_TRANSFER]),
      isBalanceDirty: false,
    };
  }

  clear(): void {
    this.meters.clear();
    this.folds.clear();
    this.unpacked.clear();
    this.accounts.clear();
    this.accountIds.clear();
  }

  private putFold(number: number, { fold, plan }: LiveMeter): void {
    if (this.unpacked.size > 0) this.unpacked.delete(number);
    if (fold === null || plan === null) {
      this.folds.drop(number);
      return;
    }
    const planned = { state: fold, plan };
    if (!this.folds.put(number, planned)) this.unpacked.set(number, planned);
  }

  private foldAt(number: number): PlannedState | undefined {
    const packed = this.folds.get(number);
    return packed || this.unpacked.size === 0 ? packed : this.unpacked.get(number);
  }

  /** Nothing is known of this meter any more. */
  private dropMeter(number: number): void {
    if (number === NO_NUMBER) return;
    const page = this.meters.pageOf(number);
    if (page) page[this.meters.placeOf(number) + ACCOUNT_KEY] = 0;
    this.folds.drop(number);
    this.unpacked.delete(number);
  }
}

/** Pages of so many texts. */
const TEXTS_PER_PAGE = 8_192;

/** A text for each key, side by side in a few long lists. */
class KeyedTexts {
  private readonly pages: (string[] | undefined)[] = [];
  /** How many keys have one. */
  size = 0;

  put(key: number, text: string): void {
    const page = (this.pages[Math.floor(key / TEXTS_PER_PAGE)] ??= Array.from(
      { length: TEXTS_PER_PAGE },
      () => '',
    ));
    const at = key % TEXTS_PER_PAGE;
    if (page[at] === '') this.size += 1;
    page[at] = text;
  }

  at(key: number): string {
    return this.pages[Math.floor(key / TEXTS_PER_PAGE)]?.[key % TEXTS_PER_PAGE] ?? '';
  }

  clear(): void {
    this.pages.length = 0;
    this.size = 0;
  }
}

/** What is absent stands as what is no number. */
function orNull(number = NaN): number | null {
  return Number.isNaN(number) ? null : number;
}
