import type Database from 'better-sqlite3';
import type { Posting, PostingResult } from '../../ledger/posting';
import type { RelayRecord, Store } from '../../ledger/store';
import type { MeterHistoryPoint, MeterSummary } from '../../ledger/report';
import type { Notice } from '../../notice/notice';
import type { StoredMoment } from '../../meter/intake';
import type { KnownMeter } from '../../meter/register-chain';
import { micros, type Micros } from '../../money/micros';
import { BatchBook, type Batch } from './commit-batch';
import { Books } from './books';
import { LiveAccounts } from './live-accounts';
import { openDatabase } from './open-database';
import { DecisionPoster, type ComposeNotice } from './post-decision';
import { MoneyPoster } from './post-money';
import { RecordPoster } from './post-records';
import { Reports } from './reports';

/** The ledger in one SQLite file. */
export class SqliteStore implements Store {
  private readonly db: Database.Database;
  private readonly batches: BatchBook;
  private readonly live: LiveAccounts;
  private readonly books: Books;
  private readonly money: MoneyPoster;
  private readonly records: RecordPoster;
  private readonly reports: Reports;
  private readonly selectSite;
  private readonly insertSite;
  private readonly commitAll: Database.Transaction<
    (postings: readonly Posting[], nowMs: number) => PostingResult[]
  >;

  constructor(file: string, compose: ComposeNotice) {
    this.db = openDatabase(file);
    this.batches = new BatchBook(this.db);
    this.live = new LiveAccounts(this.db);
    this.books = new Books(this.db, this.live);
    const decisions = new DecisionPoster(this.db, this.live, compose);
    this.money = new MoneyPoster(this.db, this.live, this.books, decisions);
    this.records = new RecordPoster(this.db, this.live, this.books);
    this.reports = new Reports(this.db);
    this.selectSite = this.db.prepare<[string], string>('SELECT value FROM site WHERE name = ?').pluck();
    this.insertSite = this.db.prepare(
      'INSERT INTO site (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
    this.commitAll = this.db.transaction((postings: readonly Posting[], nowMs: number) => {
      this.live.begin();
      const batch = this.batches.begin(nowMs);
      const results = postings.map((posting) => this.post(batch, posting));
      this.live.flush();
      this.batches.seal(batch);
      return results;
    });
  }

  commit(postings: readonly Posting[], nowMs: number): PostingResult[] {
    try {
      return this.commitAll.immediate(postings, nowMs);
    } catch (error) {
      this.live.forget();
      this.books.forget();
      this.records.forget();
      throw error;
    }
  }

  /** One line per type: the compiler sees that none is missing. */
  private post(batch: Batch, posting: Posting): PostingResult {
    switch (posting.type) {
      case 'charge':
        return this.money.charge(batch, posting);
      case 'topUp':
        return this.money.topUp(batch, posting);
      case 'refusal':
        return this.records.refusal(batch, posting);
      case 'register':
        return this.records.register(batch, posting);
      case 'relayReport':
        return this.records.relayReport(batch, posting);
      case 'relayProgress':
        return this.records.relayProgress(batch, posting);
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

  relay(meterId: string): RelayRecord | undefined {
    return this.reports.relay(meterId);
  }

  unsettledRelays(limit: number): RelayRecord[] {
    return this.reports.unsettledRelays(limit);
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
