import type { Micros } from '../money/micros';
import type { StoredMoment } from '../meter/intake';
import type { MeterNumbers } from '../meter/meter-numbers';
import type { KnownMeter } from '../meter/register-chain';
import type { Quarantine } from '../policy/fleet-budget';
import type { Why } from '../policy/why';
import type { RelayIntent } from '../relay/relay-intent';
import type { RelaySettings } from '../relay/relay-settings';
import type { Notice } from '../notice/notice';
import type { Debt } from '../payment/debt-plan';
import type { MoneyBackRecord, PaymentRecord } from '../payment/payment';
import type { Posting, PostingResult } from './posting';
import type { MeterPlan } from '../tariff/meter-plan';
import type { FeedPrice } from '../tariff/meter-terms';
import type { MeterState } from '../tariff/meter-state';
import type { PastStay } from '../tariff/simulate';
import type { Tariff } from '../tariff/tariff';
import type { Neighbours } from '../meter/register-curve';
import type { HeldReading, MeterHistoryPoint, MeterSummary } from './report';
import type { NoticeShelf } from './notice-shelf';
import type { Statement } from './statement';
import type { AccountCard, SupplyState } from './account';

/** Where a command to a relay has come to. */
export type RelayCommandState =
  'idle' | 'issued' | 'sent' | 'retrying' | 'armed' | 'confirmed' | 'unconfirmed' | 'failed' | 'expired';

/** Who works behind a relay, and why it must stay as it is. */
export interface RelayLock {
  name: string;
  reason: string;
  sinceMs: number;
}

/** A relay as the ledger knows it: the current command, and what the relay last said. */
export interface RelayRecord extends RelayIntent {
  dialect: string;
  settings: RelaySettings;
  state: RelayCommandState;
  /** When this was decided; `issuedMs` is when the current command was made. */
  wantedMs: number;
  issuedMs: number;
  /** Known once the command was sent. */
  expiresMs: number | null;
  /** The customer may never be cut off. */
  isProtected: boolean;
  tries: number;
  reported: SupplyState | null;
  reportedMs: number | null;
  /** Who said so; empty for the relay itself. */
  reportedBy: string;
  lock: RelayLock | null;
}

/** A time at which a relay was switched. */
export interface RelaySwitching {
  atMs: number;
  desired: SupplyState;
}

/** Where a meter's register and its pricing stand; both null before the first reading. */
export interface MeterPricing {
  headMs: number | null;
  headWh: number | null;
  state: MeterState | null;
  plan: MeterPlan;
}

/** A meter at an account, now or once; of a device that moved there are several. */
export interface MeterStay {
  meterKey: number;
  meterId: string;
  accountId: string;
  name: string;
}

/** A tariff version that the ledger prices by, once its time has come. */
export interface ApprovedTariff {
  tariff: Tariff;
  inForceMs: number;
  approvedMs: number;
  approvedBy: string;
}

/** An account whose cut waits for two persons. */
export interface QuarantinedAccount extends Quarantine {
  accountId: string;
  name: string;
  balanceMicros: Micros;
}

/** Everything the rest of the system asks of a database. No SQL exists outside an implementation of this. */
export interface Store {
  /** For whoever keeps something of the same meters. */
  readonly meterNumbers: MeterNumbers;
  /** Stores all postings in one transaction, each all or nothing, and makes them durable before it returns. */
  commit(postings: readonly Posting[], nowMs: number): PostingResult[];
  /** The latest moment the ledger has seen; ledger time goes on from here. */
  lastMs(): number;
  knownMeter(meterId: string): KnownMeter | undefined;
  storedMoment(meterId: string, atMs: number): StoredMoment;
  /** What lies around a moment of a meter's register; undefined when it is not between the first reading and the last. */
  around(meterId: string, atMs: number): Neighbours | undefined;
  /**
   * Undefined for a meter that is not known. `firstTariffId` is the tariff of one that has none yet. What the ledger has
   * in memory of a meter that is said to stand at `headMs`, or anywhere if that is null, is given as it is; else it is read.
   */
  pricing(meterId: string, firstTariffId: string, headMs?: number | null): MeterPricing | undefined;
  /** The stays of some meters, or of all when null, that began before `toMs` and have not ended by `fromMs`. */
  stays(meterIds: readonly string[] | null, fromMs: number, toMs: number): MeterStay[];
  /** What is known of a stay, at least since a moment; undefined for one without a reading. */
  past(meterKey: number, sinceMs: number): PastStay | undefined;
  /** The prices of a series, in the order of time. */
  feed(tariffId: string): readonly FeedPrice[];
  /** Meters, by their keys, with standing charges to be charged now. */
  dueAccruals(nowMs: number, limit: number): number[];
  /** Meters, by their keys, whose past has to be priced again. */
  dueReratings(limit: number): number[];
  /** Held readings that wait for a person, oldest first: so many of known meters, and as many of unknown ones. */
  heldReadings(limit: number): HeldReading[];
  /** Undefined for an account that is not known. */
  statement(accountId: string, fromMs: number, toMs: number): Statement | undefined;
  approvedTariffs(): ApprovedTariff[];
  hasAccount(accountId: string): boolean;
  countMeters(): number;
  relay(meterId: string): RelayRecord | undefined;
  /** Relays whose last report is not what the ledger wants, oldest command first. */
  unsettledRelays(limit: number): RelayRecord[];
  /** The relay whose device reports under this name. */
  relayOfDevice(device: string): RelayRecord | undefined;
  /** When a relay was switched since a moment, newest first, and at least the last time. */
  relaySwitchings(meterId: string, sinceMs: number): RelaySwitching[];
  /** The dialects that are in use. */
  relayDialects(): string[];
  relaysSpeaking(dialect: string, limit: number): RelayRecord[];
  /** Relays that are off and shall be. */
  relaysOff(limit: number): RelayRecord[];
  unhandedNotices(limit: number): Notice[];
  /** Accounts, by their keys, whose time has come to be decided on again. */
  dueLooks(nowMs: number, limit: number): number[];
  /** The latest decisions on an account that were other than those before them, newest first. */
  whys(accountId: string, limit: number): Why[];
  /** Accounts whose cut waits for a release, longest first. */
  quarantined(limit: number): QuarantinedAccount[];
  summaries(): MeterSummary[];
  summary(meterId: string): MeterSummary | undefined;
  /** A meter's register since a moment, thinned to one point per bucket. */
  history(meterId: string, sinceMs: number, bucketMs: number): MeterHistoryPoint[];
  recentNotices(limit: number): Notice[];
  balanceOf(accountId: string): Micros | undefined;
  payment(channel: string, reference: string): PaymentRecord | undefined;
  paymentByNumber(receiptNumber: number): PaymentRecord | undefined;
  /** Payments that nothing is in the way of and that are not credited yet, received before this moment, oldest first. */
  paymentsToCredit(beforeMs: number, limit: number): PaymentRecord[];
  /** Payments that wait for a person, oldest first. */
  heldPayments(limit: number): PaymentRecord[];
  /** Whether any payment was ever credited to the account. */
  hasPaid(accountId: string): boolean;
  moneyBack(reference: string): MoneyBackRecord | undefined;
  /** Money that waits for another person's word before it goes back, oldest first. */
  waitingMoneyBack(limit: number): MoneyBackRecord[];
  debts(accountId: string): Debt[];
  /** What is to be told, and how far it has come. */
  readonly notices: NoticeShelf;
  accountCard(accountId: string): AccountCard | undefined;
  /** The accounts of whoever is registered with exactly this phone number. */
  accountsOfPhone(phone: string): AccountCard[];
  readSite(name: string): string | undefined;
  writeSite(name: string, value: string): void;
  close(): void;
}
