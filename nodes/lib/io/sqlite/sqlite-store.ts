import type Database from 'better-sqlite3';
import type { AccountCard } from '../../ledger/account';
import type { Posting, PostingResult } from '../../ledger/posting';
import type {
  ApprovedTariff,
  MeterPast,
  MeterPricing,
  RelayRecord,
  RelaySwitching,
  Store,
} from '../../ledger/store';
import type { HeldReading, MeterHistoryPoint, MeterSummary } from '../../ledger/report';
import { statementOf, type Statement } from '../../ledger/statement';
import type { Notice } from '../../notice/notice';
import type { Debt } from '../../payment/debt-plan';
import type { MoneyBackRecord, PaymentRecord } from '../../payment/payment';
import type { StoredMoment } from '../../meter/intake';
import type { KnownMeter } from '../../meter/register-chain';
import type { Neighbours } from '../../meter/register-curve';
import { micros, type Micros } from '../../money/micros';
import { BatchBook, type Batch } from './commit-batch';
import { Books } from './books';
import { LiveAccounts } from './live-accounts';
import { openDatabase } from './open-database';
import { DecisionPoster, type ComposeNotice } from './post-decision';
import { AccountCards } from './account-cards';
import { AccountHistories } from './account-history';
import { MeterCurve } from './meter-curve';
import { MeterFolds } from './meter-folds';
import { MeterPrices } from './meter-prices';
import { MeterPricings } from './meter-pricings';
import { ChargePoster, type ResultOrLater } from './post-charge';
import { HeldPoster } from './post-held';
import { MeterPoster } from './post-meters';
import { RecordPoster } from './post-records';
import { RelayPoster } from './post-relay';
import { StandingPoster } from './post-standing';
import { TariffPoster } from './post-tariff';
import { MoneyBackPoster } from './post-money-back';
import { PaymentPoster } from './post-payment';
import { TopUpPoster } from './post-top-up';
import { DebtBook } from './debt-book';
import { PaymentBook } from './payment-book';
import { RelayRecords } from './relay-records';
import { Reports } from './reports';
import { Rerating } from './rerating';
import { RowWriter } from './row-writer';
import { TariffBook } from './tariff-book';

/** The ledger in one SQLite file. */
export class SqliteStore implements Store {
  private readonly db: Database.Database;
  private readonly batches: BatchBook;
  private readonly rows: RowWriter;
  private readonly live: LiveAccounts;
  private readonly books: Books;
  private readonly tariffs: TariffBook;
  private readonly charges: ChargePoster;
  private readonly standing: StandingPoster;
  private readonly topUps: TopUpPoster;
  private readonly payments: PaymentBook;
  private readonly paymentPoster: PaymentPoster;
  private readonly moneyBacks: MoneyBackPoster;
  private readonly debtBook: DebtBook;
  private readonly meters: MeterPoster;
  private readonly held: HeldPoster;
  private readonly tariffPoster: TariffPoster;
  private readonly records: RecordPoster;
  private readonly relayPoster: RelayPoster;
  private readonly relayRecords: RelayRecords;
  private readonly curve: MeterCurve;
  private readonly pricings: MeterPricings;
  private readonly histories: AccountHistories;
  private readonly cards: AccountCards;
  private readonly reports: Reports;
  private readonly selectSite;
  private readonly insertSite;
  private readonly commitAll: Database.Transaction<
    (postings: readonly Posting[], nowMs: number) => PostingResult[]
  >;

  constructor(file: string, compose: ComposeNotice) {
    this.db = openDatabase(file);
    this.batches = new BatchBook(this.db);
    this.rows = new RowWriter(this.db);
    this.live = new LiveAccounts(this.db, this.rows);
    this.books = new Books(this.db, this.live, this.rows);
    this.tariffs = new TariffBook(this.db);
    this.curve = new MeterCurve(this.db, () => this.rows.write());
    const decisions = new DecisionPoster(this.db, this.live, compose);
    const folds = new MeterFolds(this.db, this.curve, this.tariffs);
    const prices = new MeterPrices(this.db, this.tariffs, folds, this.books);
    const rerating = new Rerating(this.db, this.live, this.curve, prices);
    this.charges = new ChargePoster(this.db, this.live, this.rows, prices, rerating, decisions);
    this.standing = new StandingPoster(this.live, prices, rerating, decisions);
    this.payments = new PaymentBook(this.db);
    this.debtBook = new DebtBook(this.db, this.live, this.books);
    this.paymentPoster = new PaymentPoster(this.db, this.live, this.payments);
    this.moneyBacks = new MoneyBackPoster(this.db, this.live, this.books, this.payments, decisions);
    this.topUps = new TopUpPoster(this.db, this.live, this.books, this.payments, this.debtBook, decisions);
    this.meters = new MeterPoster(
      this.db,
      this.live,
      this.books,
      this.charges,
      this.standing,
      rerating,
      decisions,
    );
    this.tariffPoster = new TariffPoster(this.db, this.live, this.tariffs, rerating);
    this.records = new RecordPoster(this.db);
    this.relayPoster = new RelayPoster(this.db, this.live);
    this.relayRecords = new RelayRecords(this.db);
    this.held = new HeldPoster(this.db, this.live, this.charges, this.records, decisions);
    this.pricings = new MeterPricings(this.db, this.tariffs, folds, this.curve);
    this.histories = new AccountHistories(this.db);
    this.cards = new AccountCards(this.db);
    this.reports = new Reports(this.db);
    this.selectSite = this.db.prepare<[string], string>('SELECT value FROM site WHERE name = ?').pluck();
    this.insertSite = this.db.prepare(
      'INSERT INTO site (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.commitAll = this.db.transaction((postings: readonly Posting[], nowMs: number) => {
      if (!this.live.begin()) this.tariffs.forget();
      const batch = this.batches.begin(nowMs, this.rows.lastTransferKey());
      const results = postings
        .map((posting) => this.post(batch, posting))
        .map((result) => (typeof result === 'function' ? result() : result));
      this.live.flush();
      this.batches.seal(batch);
      return results;
    });
  }

  commit(postings: readonly Posting[], nowMs: number): PostingResult[] {
    try {
      return this.commitAll.immediate(postings, nowMs);
    } catch (error) {
      this.rows.forget();
      this.live.forget();
      this.books.forget();
      this.tariffs.forget();
      this.records.forget();
      throw error;
    }
  }

  /** One line per type: the compiler sees that none is missing. */
  private post(batch: Batch, posting: Posting): ResultOrLater {
    switch (posting.type) {
      case 'charge':
        return this.charges.charge(batch, posting);
      case 'accrual':
        return this.standing.accrual(batch, posting);
      case 'rerate':
        return this.standing.rerate(batch, posting);
      case 'topUp':
        return this.topUps.topUp(batch, posting);
      case 'receivePayment':
        return this.paymentPoster.receive(batch, posting);
      case 'assignPayment':
        return this.paymentPoster.assign(batch, posting);
      case 'acknowledgePayment':
        return this.paymentPoster.acknowledge(batch, posting);
      case 'moneyBack':
        return this.moneyBacks.ask(batch, posting);
      case 'settleMoneyBack':
        return this.moneyBacks.settle(batch, posting);
      case 'openDebt':
        return this.debtBook.open(batch, posting);
      case 'approveTariff':
        return this.tariffPoster.approve(batch, posting);
      case 'feedPrices':
        return this.tariffPoster.addPrices(batch, posting);
      case 'register':
        return this.meters.register(batch, posting);
      case 'closeMeter':
        return this.meters.close(batch, posting);
      case 'settleHeld':
        return this.held.settle(batch, posting);
      case 'refusal':
        return this.records.refusal(batch, posting);
      case 'relayReport':
        return this.relayPoster.report(batch, posting);
      case 'relayProgress':
        return this.relayPoster.progress(batch, posting);
      case 'relayRenew':
        return this.relayPoster.renew(batch, posting);
      case 'relayLock':
        return this.relayPoster.lock(batch, posting);
      case 'noticesHanded':
        return this.records.noticesHanded(batch, posting);
    }
  }

  lastMs(): number {
    return this.batches.lastMs();
  }

  knownMeter(meterId: string): KnownMeter | undefined {
    return this.reports.knownMeter(meterId);
  }

  hasAccount(accountId: string): boolean {
    return this.reports.hasAccount(accountId);
  }

  countMeters(): number {
    return this.reports.countMeters();
  }

  storedMoment(meterId: string, atMs: number): StoredMoment {
    return this.reports.storedMoment(meterId, atMs);
  }

  around(meterId: string, atMs: number): Neighbours | undefined {
    const stay = this.reports.stayAt(meterId, atMs);
    return stay && this.curve.neighbours(stay, atMs);
  }

  pricing(meterId: string, firstTariffId: string): MeterPricing | undefined {
    return this.pricings.read(meterId, firstTariffId);
  }

  past(meterId: string, sinceMs: number, firstTariffId: string): MeterPast | undefined {
    return this.pricings.past(meterId, sinceMs, firstTariffId);
  }

  dueAccruals(nowMs: number, limit: number): number[] {
    return this.reports.dueAccruals(nowMs, limit);
  }

  dueReratings(limit: number): number[] {
    return this.reports.dueReratings(limit);
  }

  heldReadings(limit: number): HeldReading[] {
    return this.reports.heldReadings(limit);
  }

  statement(accountId: string, fromMs: number, toMs: number): Statement | undefined {
    const history = this.histories.read(accountId, fromMs, toMs);
    return history && statementOf(history, fromMs, toMs);
  }

  approvedTariffs(): ApprovedTariff[] {
    return this.reports.approvedTariffs();
  }

  relay(meterId: string): RelayRecord | undefined {
    return this.relayRecords.relay(meterId);
  }

  unsettledRelays(limit: number): RelayRecord[] {
    return this.relayRecords.unsettled(limit);
  }

  relayOfDevice(device: string): RelayRecord | undefined {
    return this.relayRecords.ofDevice(device);
  }

  relaySwitchings(meterId: string, sinceMs: number): RelaySwitching[] {
    return this.relayRecords.switchings(meterId, sinceMs);
  }

  relayDialects(): string[] {
    return this.relayRecords.dialects();
  }

  relaysSpeaking(dialect: string, limit: number): RelayRecord[] {
    return this.relayRecords.speaking(dialect, limit);
  }

  relaysOff(limit: number): RelayRecord[] {
    return this.relayRecords.off(limit);
  }

  unhandedNotices(limit: number): Notice[] {
    return this.reports.unhandedNotices(limit);
  }

  summaries(): MeterSummary[] {
    return this.reports.summaries();
  }

  summary(meterId: string): MeterSummary | undefined {
    return this.reports.summary(meterId);
  }

  history(meterId: string, sinceMs: number, bucketMs: number): MeterHistoryPoint[] {
    return this.reports.history(meterId, sinceMs, bucketMs);
  }

  recentNotices(limit: number): Notice[] {
    return this.reports.recentNotices(limit);
  }

  balanceOf(accountId: string): Micros | undefined {
    const balance = this.reports.balanceOf(accountId);
    return balance === undefined ? undefined : micros(balance);
  }

  payment(channel: string, reference: string): PaymentRecord | undefined {
    return this.payments.find(channel, reference);
  }

  paymentByNumber(receiptNumber: number): PaymentRecord | undefined {
    return this.payments.byNumber(receiptNumber);
  }

  paymentsToCredit(beforeMs: number, limit: number): PaymentRecord[] {
    return this.payments.toCredit(beforeMs, limit);
  }

  heldPayments(limit: number): PaymentRecord[] {
    return this.payments.held(limit);
  }

  hasPaid(accountId: string): boolean {
    return this.payments.hasPaid(accountId);
  }

  moneyBack(reference: string): MoneyBackRecord | undefined {
    return this.payments.moneyBack(reference);
  }

  waitingMoneyBack(limit: number): MoneyBackRecord[] {
    return this.payments.waitingMoneyBack(limit);
  }

  debts(accountId: string): Debt[] {
    return this.debtBook.read(accountId, this.batches.lastMs());
  }

  accountCard(accountId: string): AccountCard | undefined {
    return this.cards.byId(accountId);
  }

  accountsOfPhone(phone: string): AccountCard[] {
    return this.cards.byPhone(phone);
  }

  readSite(name: string): string | undefined {
    return this.selectSite.get(name);
  }

  writeSite(name: string, value: string): void {
    this.insertSite.run(name, value);
  }

  close(): void {
    this.db.close();
  }
}
