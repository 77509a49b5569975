import { GroupCommit, type Schedule } from '../ledger/group-commit';
import type { Posting, PostingResult } from '../ledger/posting';
import type { Store } from '../ledger/store';
import { Receipts } from '../meter/receipts';
import { RegisterChain, type ChainLimits } from '../meter/register-chain';
import type { PrepaidMessage } from '../meter/prepaid-message';
import type { Notice } from '../notice/notice';
import type { Micros } from '../money/micros';
import type { SiteClock } from '../time/site-clock';
import { writeMoney, type MoneyFormat } from './money-format';

export interface SiteOptions {
  store: Store;
  clock: SiteClock;
  timeZone: string;
  money: MoneyFormat;
  /** Where the site keeps its files. */
  dataFolder: string;
  chainLimits: ChainLimits;
  monotonicMs: () => number;
  schedule: Schedule;
  isItemFault: (error: Error) => boolean;
  /** Hears of errors that nobody else is there to hear. */
  onThrown: (error: Error) => void;
  /** Tells the receipts of this site from those of any other; drawn at random when the site opens. */
  receiptPrefix: string;
}

/** A group is committed at this size or age, whichever comes first: one disk flush for many readings. */
const MAX_GROUP = 500;
const MAX_GROUP_WAIT_MS = 2;
/** A sender waits this long for its acknowledgement before it is told to send again. */
const RECEIPT_LIFE_MS = 10_000;
const MAX_OPEN_RECEIPTS = 50_000;

/** Takes a message whose segment no longer fits and sends it on with a new one. */
export type Retake = (message: PrepaidMessage) => void;

/**
 * What the nodes of one utility share: the ledger and its clock, the register chain ahead of it,
 * and the receipts owed to senders.
 */
export class Site {
  readonly store: Store;
  readonly clock: SiteClock;
  readonly timeZone: string;
  readonly dataFolder: string;
  readonly chain: RegisterChain;
  readonly receipts: Receipts;
  private readonly money: MoneyFormat;
  private readonly committer: GroupCommit<Posting, PostingResult>;
  private readonly retakers = new Map<string, Retake>();
  private readonly claimedNotices = new Set<number>();
  private lastFaultMessage: string | null = null;

  constructor(private readonly options: SiteOptions) {
    const { store, clock } = options;
    this.store = store;
    this.clock = clock;
    this.timeZone = options.timeZone;
    this.dataFolder = options.dataFolder;
    this.money = options.money;
    this.chain = new RegisterChain(options.chainLimits, (meterId) => store.knownMeter(meterId));
    this.receipts = new Receipts(RECEIPT_LIFE_MS, MAX_OPEN_RECEIPTS, options.receiptPrefix);
    this.committer = new GroupCommit<Posting, PostingResult>({
      commit: (postings) => store.commit(postings, clock.nowMs()),
      maxItems: MAX_GROUP,
      maxWaitMs: MAX_GROUP_WAIT_MS,
      schedule: options.schedule,
      isItemFault: options.isItemFault,
      onThrown: options.onThrown,
    });
  }

  nowMs(): number {
    return this.clock.nowMs();
  }

  monotonicMs(): number {
    return this.options.monotonicMs();
  }

  writeMoney(amount: Micros): string {
    return writeMoney(this.money, amount);
  }

  get currency(): string {
    return this.money.currency;
  }

  /** The last commit that the store could not do, or null when the last one went well. */
  get storeFault(): string | null {
    return this.lastFaultMessage;
  }

  accountExists(accountId: string): boolean {
    return this.store.hasAccount(accountId);
  }

  /** Puts a posting into the next commit and calls back when it is durable. */
  submit(posting: Posting, settle: (error: Error | null, result?: PostingResult) => void): void {
    this.committer.submit(posting, (error, result) => {
      this.lastFaultMessage = error === null ? null : error.message;
      settle(error, result);
    });
  }

  /** `submit` for the many places that do one thing at a time. */
  post(posting: Posting): Promise<PostingResult> {
    return new Promise((resolve, reject) => {
      this.submit(posting, (error, result) => {
        if (error !== null || result === undefined) reject(error ?? new Error('the ledger gave no answer'));
        else resolve(result);
      });
    });
  }

  /** Notices that were never handed to a flow, each to the first who asks: two guards must not send one notice twice. */
  claimNotices(limit: number): Notice[] {
    const notices = this.store
      .unhandedNotices(limit)
      .filter(({ noticeId }) => !this.claimedNotices.has(noticeId));
    for (const { noticeId } of notices) this.claimedNotices.add(noticeId);
    return notices;
  }

  /** An ingest says how to send a message again whose segment the ledger refused. Returns the way to stop. */
  offerRetake(ingestId: string, retake: Retake): () => void {
    this.retakers.set(ingestId, retake);
    return () => this.retakers.delete(ingestId);
  }

  /** Returns false when whoever sent the message can not send it again. */
  retake(message: PrepaidMessage): boolean {
    const retake = this.retakers.get(message.prepaid?.ingestId ?? '');
    if (!retake) return false;
    retake(message);
    return true;
  }

  close(): void {
    this.committer.flush();
    this.receipts.failAll();
    this.store.close();
  }
}
