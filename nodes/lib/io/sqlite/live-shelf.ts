import type { SupplyState } from '../../ledger/account';
import { micros } from '../../money/micros';
import { KeyedRows } from '../../meter/keyed-rows';
import { RecentMap } from '../../meter/recent-map';
import type { MeterPlan } from '../../tariff/meter-plan';
import type { MeterState } from '../../tariff/meter-state';
import { PackedPrices } from '../../tariff/packed-prices';
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
const HEAD_MS = 1;
const HEAD_WH = 2;
const HEAD_EXPORT_WH = 3;
const OFFSET_WH = 4;
const OFFSET_EXPORT_WH = 5;
const POWER_W = 6;
const RERATE_MS = 7;
const FOLD_AGE = 8;
const METER_NUMBERS = 9;

/** Meters whose fold is more than a row of numbers. Past this many it is found again from the readings. */
const MAX_UNPACKED = 100_000;

interface Fold {
  state: MeterState;
  plan: MeterPlan;
}

/**
 * Accounts and meters of a large fleet between two of their postings, as rows of numbers: a million of each as objects
 * would fill a small machine. Only what the file holds already may be put here.
 */
export class LiveShelf {
  private readonly keys = new Map<string, number>();
  private readonly meters = new KeyedRows(METER_NUMBERS);
  private readonly folds = new PackedPrices();
  private readonly unpacked = new RecentMap<number, Fold>(MAX_UNPACKED);
  private readonly accounts = new KeyedRows(ACCOUNT_NUMBERS);
  private readonly texts = new KeyedTexts();

  /** How many meters there is something to know of. */
  get size(): number {
    return this.keys.size;
  }

  putMeter(meter: LiveMeter): void {
    const { meterKey } = meter;
    this.keys.set(meter.meterId, meterKey);
    const page = this.meters.pageFor(meterKey);
    const at = this.meters.placeOf(meterKey);
    page[at + ACCOUNT_KEY] = meter.account.accountKey;
    page[at + HEAD_MS] = meter.headMs ?? NaN;
    page[at + HEAD_WH] = meter.headWh ?? NaN;
    page[at + HEAD_EXPORT_WH] = meter.headExportWh ?? NaN;
    page[at + OFFSET_WH] = meter.offsetWh;
    page[at + OFFSET_EXPORT_WH] = meter.offsetExportWh;
    page[at + POWER_W] = meter.powerW ?? NaN;
    page[at + RERATE_MS] = meter.rerateMs ?? NaN;
    page[at + FOLD_AGE] = meter.foldAge;
    this.putFold(meter);
  }

  /** The meter that was put here under this id; it is not here any more. */
  takeMeter(meterId: string, accountOf: (accountKey: number) => LiveAccount): LiveMeter | undefined {
    const meterKey = this.keys.get(meterId);
    const page = meterKey === undefined ? undefined : this.meters.pageOf(meterKey);
    if (meterKey === undefined || !page) return undefined;
    const at = this.meters.placeOf(meterKey);
    const accountKey = page[at + ACCOUNT_KEY] ?? 0;
    if (accountKey === 0) return undefined;
    page[at + ACCOUNT_KEY] = 0;
    const fold = this.takeFold(meterKey);
    return {
      meterKey,
      meterId,
      account: accountOf(accountKey),
      headMs: orNull(page[at + HEAD_MS]),
      headWh: orNull(page[at + HEAD_WH]),
      headExportWh: orNull(page[at + HEAD_EXPORT_WH]),
      offsetWh: page[at + OFFSET_WH] ?? 0,
      offsetExportWh: page[at + OFFSET_EXPORT_WH] ?? 0,
      powerW: orNull(page[at + POWER_W]),
      fold: fold?.state ?? null,
      foldAge: page[at + FOLD_AGE] ?? 0,
      isFoldDirty: false,
      isRerateDirty: false,
      rerateMs: orNull(page[at + RERATE_MS]),
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
    this.texts.put(account);
  }

  /** The account that was put here; it is not here any more. */
  takeAccount(accountKey: number): LiveAccount | undefined {
    const page = this.accounts.pageOf(accountKey);
    const at = this.accounts.placeOf(accountKey);
    const standing = page?.[at + STANDING] ?? 0;
    if (!page || standing === 0) return undefined;
    page[at + STANDING] = 0;
    const supply: SupplyState = (standing & IS_OFF) === 0 ? 'on' : 'off';
    const { texts } = this;
    return {
      accountKey,
      accountId: texts.at(accountKey, ACCOUNT_ID),
      name: texts.at(accountKey, NAME),
      phone: texts.at(accountKey, PHONE),
      language: texts.at(accountKey, LANGUAGE),
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
    this.keys.clear();
    this.meters.clear();
    this.folds.clear();
    this.unpacked.clear();
    this.accounts.clear();
    this.texts.clear();
  }

  private putFold({ meterKey, headMs, headWh, fold, plan }: LiveMeter): void {
    if (this.unpacked.size > 0) this.unpacked.delete(meterKey);
    if (fold === null || plan === null || headMs === null || headWh === null) {
      this.folds.drop(meterKey);
      return;
    }
    if (!this.folds.put(meterKey, { headMs, headWh, state: fold, plan }))
      this.unpacked.set(meterKey, { state: fold, plan });
  }

  private takeFold(meterKey: number): Fold | undefined {
    const packed = this.folds.get(meterKey);
    if (packed || this.unpacked.size === 0) return packed;
    const fold = this.unpacked.get(meterKey);
    this.unpacked.delete(meterKey);
    return fold;
  }
}

/** Where each text of an account stands. */
const ACCOUNT_ID = 0;
const NAME = 1;
const PHONE = 2;
const LANGUAGE = 3;
const TEXTS = 4;
const ACCOUNTS_PER_PAGE = 8_192;

/** The texts of accounts by their keys, side by side in a few long lists. */
class KeyedTexts {
  private readonly pages: (string[] | undefined)[] = [];

  put({ accountKey, accountId, name, phone, language }: LiveAccount): void {
    const page = (this.pages[Math.floor(accountKey / ACCOUNTS_PER_PAGE)] ??= Array.from(
      { length: ACCOUNTS_PER_PAGE * TEXTS },
      () => '',
    ));
    const at = (accountKey % ACCOUNTS_PER_PAGE) * TEXTS;
    page[at + ACCOUNT_ID] = accountId;
    page[at + NAME] = name;
    page[at + PHONE] = phone;
    page[at + LANGUAGE] = language;
  }

  at(accountKey: number, text: number): string {
    const page = this.pages[Math.floor(accountKey / ACCOUNTS_PER_PAGE)];
    return page?.[(accountKey % ACCOUNTS_PER_PAGE) * TEXTS + text] ?? '';
  }

  clear(): void {
    this.pages.length = 0;
  }
}

/** What is absent stands as what is no number. */
function orNull(number = NaN): number | null {
  return Number.isNaN(number) ? null : number;
}
