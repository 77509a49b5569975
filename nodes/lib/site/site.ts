import { GroupCommit, type Schedule } from '../ledger/group-commit';
import type { Posting, PostingResult } from '../ledger/posting';
import type { Store } from '../ledger/store';
import { Receipts } from '../meter/receipts';
import { RegisterChain, type ChainLimits } from '../meter/register-chain';
import type { PrepaidMessage } from '../meter/prepaid-message';
import type { Reading } from '../meter/reading';
import type { Notice } from '../notice/notice';
import type { OwnTexts } from '../notice/notice-text';
import type { QuietHours } from '../notice/quiet-hours';
import type { Micros } from '../money/micros';
import type { SiteClock } from '../time/site-clock';
import type { ClockWatch } from './clock-watch';
import { writeMoney, type MoneyFormat } from './money-format';
import { PriceAhead } from './price-ahead';

/** How the utility's own staff are told something. */
export interface SiteOffice {
  phone: string;
  email: string;
  language: string;
}

export interface SiteOptions {
  store: Store;
  clock: SiteClock;
  /** Who looks after the clock; a simulated one needs nobody. */
  watchClock?: (site: Site) => ClockWatch;
  timeZone: string;
  money: MoneyFormat;
  siteName: string;
  /** The utility's own wording of notices and answers. */
  ownTexts: OwnTexts;
  office: SiteOffice;
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

/**
 * A group is committed at this size or age, whichever comes first: one disk flush for many readings. It holds the frames
 * of several senders, since what arrives together costs less together; writing it takes some ten milliseconds.
 */
const MAX_GROUP = 2_000;
const MAX_GROUP_WAIT_MS = 2;
/** A sender waits this long for its acknowledgement before it is told to send again. */
const RECEIPT_LIFE_MS = 10_000;
const MAX_OPEN_RECEIPTS = 50_000;

/** A reading that keeps being refused is not merely out of step; the device will send it again. */
const MAX_RETAKES = 5;

/** Takes a message whose segment no longer fits and sends it on with a new one. */
export type Retake = (message: PrepaidMessage) => void;

/** Takes a payload as a guard's input would, and gives its answer. */
export type TakeRequest = (payload: unknown) => Promise<unknown>;

/**
 * What the nodes of one utility share: the ledger and its clock, the register chain ahead of it,
 * and the receipts owed to senders.
 */
export class Site {
  readonly store: Store;
  readonly clock: SiteClock;
  readonly clockWatch: ClockWatch | null;
  readonly timeZone: string;
  readonly siteName: string;
  readonly ownTexts: OwnTexts;
  readonly office: SiteOffice;
  readonly dataFolder: string;
  readonly chain: RegisterChain;
  readonly prices: PriceAhead;
  readonly receipts: Receipts;
  private readonly money: MoneyFormat;
  private readonly committer: GroupCommit<Posting, PostingResult>;
  private readonly retakers = new Map<string, Retake>();
  private readonly claimedNotices = new Set<number>();
  private readonly guards: TakeRequest[] = [];
  private readonly policies: string[] = [];
  private isDelivering = false;
  private quiet: QuietHours | null = null;
  private lastFaultMessage: string | null = null;

  constructor(private readonly options: SiteOptions) {
    const { store, clock } = options;
    this.store = store;
    this.clock = clock;
    this.timeZone = options.timeZone;
    this.siteName = options.siteName;
    this.ownTexts = options.ownTexts;
    this.office = options.office;
    this.dataFolder = options.dataFolder;
    this.money = options.money;
    this.chain = new RegisterChain(
      options.chainLimits,
      (meterId) => store.knownMeter(meterId),
      store.meterNumbers,
    );
    this.prices = new PriceAhead(
      (meterId, tariffId, headMs) => store.pricing(meterId, tariffId, headMs),
      this.chain.numbers,
    );
    this.receipts = new Receipts(RECEIPT_LIFE_MS, MAX_OPEN_RECEIPTS, options.receiptPrefix);
    this.committer = new GroupCommit<Posting, PostingResult>({
      commit: (postings) => this.commit(postings),
      maxItems: MAX_GROUP,
      maxWaitMs: MAX_GROUP_WAIT_MS,
      schedule: options.schedule,
      isItemFault: options.isItemFault,
      onThrown: options.onThrown,
    });
    this.clockWatch = options.watchClock?.(this) ?? null;
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

  /**
   * One of a process delivers what the ledger has for customers, but for some hours. Returns the way to give that back;
   * throws for a second.
   */
  claimDelivery(quiet: QuietHours | null): () => void {
    if (this.isDelivering) throw new Error('another node delivers the notices of this site: one is enough');
    this.isDelivering = true;
    this.quiet = quiet;
    return () => {
      this.isDelivering = false;
    };
  }

  /** When customers are left alone. It holds on while whoever delivers notices is made anew. */
  get quietHours(): QuietHours | null {
    return this.quiet;
  }

  /** Whether somebody takes notices over, and stores that they did. */
  get deliversNotices(): boolean {
    return this.isDelivering;
  }

  /** An ingest says how to send a message again whose segment the ledger refused. Returns the way to stop. */
  offerRetake(ingestId: string, retake: Retake): () => void {
    this.retakers.set(ingestId, retake);
    return () => this.retakers.delete(ingestId);
  }

  /** A guard takes what others of this process have to ask of it. Returns the way to stop. */
  offerGuard(take: TakeRequest): () => void {
    this.guards.push(take);
    return () => {
      const index = this.guards.indexOf(take);
      if (index >= 0) this.guards.splice(index, 1);
    };
  }

  /** The guards of a site decide by one policy, or its lights would go on and off. Returns the way to give that back. */
  claimPolicy(policy: object): () => void {
    const text = JSON.stringify(policy);
    if (this.policies.some((other) => other !== text))
      throw new Error('another balance-guard of this site has other settings: give both the same');
    this.policies.push(text);
    return () => {
      this.policies.splice(this.policies.indexOf(text), 1);
    };
  }

  /** Asks the guard that has been here longest. Rejects when none is running. */
  askGuard(payload: unknown): Promise<unknown> {
    const [take] = this.guards;
    return take ? take(payload) : Promise.reject(new Error('no balance-guard of this site is running'));
  }

  /**
   * Sends readings of a message back to the ingest that let them in, which cuts new segments for them. Returns false
   * when that has been tried too often, or when nobody can.
   */
  takeAgain(message: PrepaidMessage, readings: readonly Reading[]): boolean {
    const retakes = (message.prepaid?.retakes ?? 0) + 1;
    const retake = this.retakers.get(message.prepaid?.ingestId ?? '');
    if (!retake || retakes > MAX_RETAKES) return false;
    const payload = Array.isArray(message.payload) ? readings : readings[0];
    retake({ ...message, payload, prepaid: { ...message.prepaid, retakes } });
    return true;
  }

  /** Drops what is known of a meter ahead of the ledger, so that its next reading asks the ledger again. */
  forgetMeter(meterId: string): void {
    this.chain.forget(meterId);
    this.prices.forget(meterId);
  }

  forgetMeters(): void {
    this.chain.forgetAll();
    this.prices.forgetAll();
  }

  /** Readings that go no further: they are not on their way any more, and their sender shall send them again. */
  giveBack(message: PrepaidMessage, readings: readonly unknown[]): void {
    for (const reading of readings) {
      const meterId: unknown = (reading as Partial<Reading> | null)?.meterId;
      if (typeof meterId === 'string') this.forgetMeter(meterId);
    }
    this.receipts.settle(message.prepaid?.receipt, Math.max(1, readings.length), 'failed');
  }

  private commit(postings: Posting[]): PostingResult[] {
    const results = this.store.commit(postings, this.clock.nowMs());
    this.prices.committed(postings);
    return results;
  }

  close(): void {
    this.clockWatch?.close();
    this.committer.flush();
    this.receipts.failAll();
    this.store.close();
  }
}
