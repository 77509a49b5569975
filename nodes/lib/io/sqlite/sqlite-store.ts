import type Database from 'better-sqlite3';
import type { AccountCard } from '../../ledger/account';
import type { Posting, PostingResult } from '../../ledger/posting';
import type {
  ApprovedTariff,
  MeterPricing,
  MeterStay,
  QuarantinedAccount,
  RelayRecord,
  RelaySwitching,
  Store,
} from '../../ledger/store';
import type { HeldReading, MeterHistoryPoint, MeterSummary } from '../../ledger/report';
import { statementOf, type Statement } from '../../ledger/statement';
import type { Notice } from '../../notice/notice';
import type { Why } from '../../policy/why';
import type { Debt } from '../../payment/debt-plan';
import type { MoneyBackRecord, PaymentRecord } from '../../payment/payment';
import type { StoredMoment } from '../../meter/intake';
import { MeterNumbers } from '../../meter/meter-numbers';
import type { KnownMeter } from '../../meter/register-chain';
import type { Neighbours } from '../../meter/register-curve';
import { micros, type Micros } from '../../money/micros';
import type { FeedPrice } from '../../tariff/meter-terms';
import type { PastStay } from '../../tariff/simulate';
import { BatchBook } from './commit-batch';
import { Books } from './books';
import { LiveAccounts } from './live-accounts';
import { openDatabase } from './open-database';
import { DecisionPoster } from './post-decision';
import { AccountSituations } from './account-situations';
import { PolicyBook } from './policy-book';
import { PolicyPoster } from './post-policy';
import { PolicyReports } from './policy-reports';
import { NoticeBook, type ComposeNotice, type Office } from './notice-book';
import { SqliteNoticeShelf } from './notice-shelf';
import { NoticePoster } from './post-notices';
import { AccountCards } from './account-cards';
import { AccountHistories } from './account-history';
import { MeterCurve } from './meter-curve';
import { MeterFolds } from './meter-folds';
import { MeterPasts } from './meter-pasts';
import { MeterPrices } from './meter-prices';
import { MeterPricings } from './meter-pricings';
import { postWith, type Posters } from './post-any';
import { ChargePoster } from './post-charge';
import { ClockPoster } from './post-clock';
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
  private readonly payments: PaymentBook;
  private readonly debtBook: DebtBook;
  private readonly policyBook: PolicyBook;
  private readonly policyReports: PolicyReports;
  private readonly records: RecordPoster;
  private readonly posters: Posters;
  private readonly relayRecords: RelayRecords;
  private readonly curve: MeterCurve;
  private readonly pricings: MeterPricings;
  private readonly pasts: MeterPasts;
  readonly notices: SqliteNoticeShelf;
  private readonly histories: AccountHistories;
  private readonly cards: AccountCards;
  private readonly reports: Reports;
  private readonly selectSite;
  private readonly insertSite;
  private readonly commitAll: Database.Transaction<
    (postings: readonly Posting[], nowMs: number) => PostingResult[]
  >;

  /** Of more meters than `maxAtHand` those heard just now are at hand; the others take a few times less memory. */
  constructor(
    file: string,
    compose: ComposeNotice,
    office?: Office,
    maxAtHand?: number,
    readonly meterNumbers = new MeterNumbers(),
  ) {
    this.db = openDatabase(file);
    this.batches = new BatchBook(this.db);
    this.rows = new RowWriter(this.db);
    this.live = new LiveAccounts(this.db, this.rows, this.meterNumbers, maxAtHand);
    this.books = new Books(this.db, this.live, this.rows);
    this.tariffs = new TariffBook(this.db);
    this.curve = new MeterCurve(this.db, () => this.rows.write());
    const notices = new NoticeBook(this.db, compose, office);
    const folds = new MeterFolds(this.db, this.curve, this.tariffs);
    const prices = new MeterPrices(this.db, this.tariffs, folds, this.books);
    this.debtBook = new DebtBook(this.db, this.live, this.books);
    this.policyBook = new PolicyBook(this.db);
    const situations = new AccountSituations(this.live, prices, this.debtBook, this.policyBook);
    const decisions = new DecisionPoster(this.db, this.live, this.policyBook, situations, notices);
    const rerating = new Rerating(this.db, this.live, this.curve, prices);
    const charges = new ChargePoster(this.db, this.live, this.rows, prices, rerating, decisions);
    this.payments = new PaymentBook(this.db);
    this.records = new RecordPoster(this.db);
    const held = new HeldPoster(this.db, this.live, charges, this.records, decisions);
    const standing = new StandingPoster(this.live, prices, rerating, held, decisions);
    this.posters = {
      charges,
      standing,
      topUps: new TopUpPoster(this.db, this.live, this.books, this.payments, this.debtBook, decisions),
      payments: new PaymentPoster(this.db, this.live, this.payments),
      moneyBacks: new MoneyBackPoster(this.db, this.live, this.books, this.payments, decisions, notices),
      debts: this.debtBook,
      meters: new MeterPoster(this.db, this.live, this.books, charges, standing, rerating, decisions),
      held,
      tariffs: new TariffPoster(this.db, this.live, this.tariffs, rerating),
      records: this.records,
      relays: new RelayPoster(this.db, this.live, this.policyBook),
      policies: new PolicyPoster(this.db, this.live, this.policyBook, decisions),
      notices: new NoticePoster(this.db, this.live, notices),
      clock: new ClockPoster(this.db),
    };
    this.relayRecords = new RelayRecords(this.db);
    this.pricings = new MeterPricings(this.db, this.tariffs, folds);
    this.pasts = new MeterPasts(this.db, this.tariffs, folds, this.curve);
    this.histories = new AccountHistories(this.db);
    this.cards = new AccountCards(this.db);
    this.notices = new SqliteNoticeShelf(this.db);
    this.reports = new Reports(this.db);
    this.policyReports = new PolicyReports(this.db);
    this.selectSite = this.db.prepare<[string], string>('SELECT value FROM site WHERE name = ?').pluck();
    this.insertSite = this.db.prepare(
      'INSERT INTO site (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.commitAll = this.db.transaction((postings: readonly Posting[], nowMs: number) => {
      if (!this.live.begin()) {
        this.tariffs.forget();
        this.policyBook.forget();
      }
      const batch = this.batches.begin(nowMs, this.rows.lastTransferKey());
      const results = postings
        .map((posting) => postWith(this.posters, batch, posting))
        .map((result) => (typeof result === 'function' ? result() : result));
      this.live.flush();
      this.batches.seal(batch);
      return results;
    });
  }

  commit(postings: readonly Posting[], nowMs: number): PostingResult[] {
    const results = this.commitOrForget(postings, nowMs);
    this.live.putAwayMany();
    return results;
  }

  private commitOrForget(postings: readonly Posting[], nowMs: number): PostingResult[] {
    try {
      return this.commitAll.immediate(postings, nowMs);
    } catch (error) {
      this.rows.forget();
      this.live.forget();
      this.books.forget();
      this.tariffs.forget();
      this.policyBook.forget();
      this.records.forget();
      throw error;
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

  pricing(meterId: string, firstTariffId: string, headMs?: number | null): MeterPricing | undefined {
    const remembered = headMs === undefined ? undefined : this.live.pricingAt(meterId, headMs);
    return remembered ?? this.pricings.read(meterId, firstTariffId);
  }

  stays(meterIds: readonly string[] | null, fromMs: number, toMs: number): MeterStay[] {
    return this.pasts.stays(meterIds, fromMs, toMs);
  }

  past(meterKey: number, sinceMs: number): PastStay | undefined {
    return this.pasts.past(meterKey, sinceMs);
  }

  feed(tariffId: string): readonly FeedPrice[] {
    return this.tariffs.feedOf(tariffId);
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

  dueLooks(nowMs: number, limit: number): number[] {
    return this.policyReports.dueLooks(nowMs, limit);
  }

  whys(accountId: string, limit: number): Why[] {
    return this.policyReports.whys(accountId, limit);
  }

  quarantined(limit: number): QuarantinedAccount[] {
    return this.policyReports.quarantined(limit);
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
