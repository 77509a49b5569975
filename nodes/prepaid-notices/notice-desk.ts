import type { NoticeDelivery } from '../lib/ledger/notice-shelf';
import type { PrepaidMessage } from '../lib/meter/prepaid-message';
import {
  channelTo,
  messageIdOf,
  answerDueMs,
  newDelivery,
  SILENT_CHANNELS,
  stepAfterRestart,
  stepWhenDue,
  stepWhenHeard,
  type Contact,
  type DeliveryRules,
  type Word,
} from '../lib/notice/delivery';
import type { Delivery, Notice, NoticeChannel } from '../lib/notice/notice';
import { audienceOf } from '../lib/notice/notice-rules';
import type { Site } from '../lib/site/site';
import { messageFor, type MessageStyle } from './notice-messages';

/** So many notices are handed over before others have their turn. */
const NOTICES_PER_TURN = 100;
/** A guard hands a notice to the flow within moments. */
const HANDED_WITHIN_MS = 30_000;
/** A message of before a restart may still come back through nodes that were not made anew. */
const EARLIER_WORDS_MS = 60_000;
/** More words than this about one message never come at once. */
const MAX_RACES = 10;

/** What became of a notice, for flows and for people who read along. */
export interface NoticeEvent {
  event: Delivery['state'];
  noticeId: number;
  kind: string;
  accountId: string;
  channel: NoticeChannel | null;
  reason: string;
  atMs: number;
}

/** What came back about a message. */
export interface Heard {
  noticeId: number;
  messageId: string | null;
  attempt: number | null;
  word: Word;
}

export interface DeskOptions extends MessageStyle {
  rules: () => DeliveryRules;
  /** Hands a message to a channel. */
  hand: (channel: NoticeChannel, message: PrepaidMessage) => void;
  tell: (event: NoticeEvent) => void;
  /** Hears of a channel that notices wait for, since nothing is wired to its output. */
  onUnwired: (channel: NoticeChannel) => void;
}

/** Takes notices from the ledger to their readers. Every step is stored before anything leaves. */
export class NoticeDesk {
  private isBusy = false;
  private isWanted = false;
  private isStopped = false;
  private isEarlierSettled = false;
  private readonly steps = new Set<Promise<boolean>>();
  private readonly started: { ledgerMs: number; monotonicMs: number };

  constructor(
    private readonly site: Site,
    private readonly options: DeskOptions,
  ) {
    this.started = { ledgerMs: site.nowMs(), monotonicMs: site.monotonicMs() };
  }

  /** No step begins any more. Resolves when those that have begun are over: each message has left, or is known not to. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await Promise.allSettled(this.steps);
  }

  /** Takes notices over, by their numbers: what is in the ledger counts, whatever a wire made of it. */
  async take(notices: readonly Notice[]): Promise<void> {
    if (notices.length === 0) return;
    const rules = this.options.rules();
    const nowMs = this.site.nowMs();
    const plans = notices.map((notice) => ({
      noticeId: notice.noticeId,
      delivery: newDelivery(notice, this.contactOf(notice), rules, nowMs),
    }));
    await this.site.post({ type: 'planNotices', plans });
    await this.deliver();
  }

  /**
   * Takes a notice over that tells what somebody has just asked for by a text. Whether it is told by a text too, so that
   * no other answer is needed.
   */
  async answersByText(noticeId: number): Promise<boolean> {
    const notice = this.site.store.notices.notice(noticeId);
    if (!notice || channelTo(this.contactOf(notice), this.options.rules()) !== 'sms') return false;
    await this.take([notice]);
    return true;
  }

  /**
   * Takes over what came with the calendar, and what no guard has handed to a flow: money that went back is stored by
   * whoever gave it back.
   */
  async takeUnhanded(): Promise<void> {
    const { store, clock } = this.site;
    const beforeMs = this.site.nowMs() - HANDED_WITHIN_MS * clock.rate;
    await this.take(store.notices.unhanded(beforeMs, NOTICES_PER_TURN));
  }

  /**
   * Says of messages that were handed over before a restart that nobody knows of them, once their words had time to come.
   * To be called again and again; it does so once.
   */
  async settleEarlier(): Promise<void> {
    const { ledgerMs, monotonicMs } = this.started;
    if (this.isEarlierSettled || this.site.monotonicMs() - monotonicMs < EARLIER_WORDS_MS) return;
    this.isEarlierSettled = true;
    for (const channel of SILENT_CHANNELS) {
      const next = (): NoticeDelivery[] =>
        this.site.store.notices.underWay(channel, answerDueMs(channel, ledgerMs), NOTICES_PER_TURN);
      for (let earlier = next(), isMoved = true; isMoved && earlier.length > 0; earlier = next()) {
        const moved = await Promise.all(
          earlier.map(async ({ notice, delivery }) => {
            const after = stepAfterRestart(delivery, ledgerMs);
            return after !== null && (await this.store(notice, delivery, after));
          }),
        );
        isMoved = moved.some(Boolean);
      }
    }
  }

  /** Looks at every notice that is due, some at a time. Whoever calls meanwhile is not forgotten. */
  async deliver(): Promise<void> {
    this.isWanted = true;
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.isWanted && !this.isStopped) {
        this.isWanted = false;
        const due = this.site.store.notices.dueDeliveries(this.site.nowMs(), NOTICES_PER_TURN);
        const rules = this.options.rules();
        const moved = await Promise.all(due.map((one) => this.track(this.lookAt(one, rules))));
        // A full turn may have left some behind; one that moved nothing would go round for ever.
        if (due.length === NOTICES_PER_TURN && moved.some(Boolean)) this.isWanted = true;
      }
    } finally {
      this.isBusy = false;
    }
  }

  /**
   * What a channel says of a message. Returns whether it was news. The next word may come while the last one is on its
   * way to the disk: whoever is refused for that looks again at where the notice is then.
   */
  async hear(heard: Heard): Promise<boolean> {
    for (let race = 0; race < MAX_RACES; race += 1) {
      const outcome = await this.hearOnce(heard);
      if (outcome !== 'overtaken') return outcome === 'news';
    }
    return false;
  }

  private async hearOnce({
    noticeId,
    messageId,
    attempt,
    word,
  }: Heard): Promise<'news' | 'known' | 'overtaken'> {
    const known = this.site.store.notices.delivery(noticeId);
    if (!known) return 'known';
    const { notice, delivery } = known;
    // Of a message that was followed by another one nothing more is to be done.
    const isCurrent = messageId === null || messageId === messageIdOf(notice, delivery.attempt);
    if (!isCurrent || (attempt !== null && attempt !== delivery.attempt)) return 'known';
    const after = stepWhenHeard(delivery, word, this.site.nowMs());
    if (!after) return 'known';
    if (!(await this.store(notice, delivery, after))) return 'overtaken';
    if (after.state === 'waiting') await this.deliver();
    return 'news';
  }

  private track(step: Promise<boolean>): Promise<boolean> {
    this.steps.add(step);
    const forget = (): void => void this.steps.delete(step);
    step.then(forget, forget);
    return step;
  }

  private async lookAt({ notice, delivery }: NoticeDelivery, rules: DeliveryRules): Promise<boolean> {
    const nowMs = this.site.nowMs();
    const step = stepWhenDue(notice, delivery, this.contactOf(notice), rules, nowMs);
    if (!(await this.store(notice, delivery, step.after))) return false;
    if (step.do === 'store' && step.unwired) this.options.onUnwired(step.unwired);
    if (step.do === 'hand' && this.isStopped) {
      // What is known not to have left goes out after the restart; nobody would hear of it now.
      await this.site.post({
        type: 'noticeStep',
        noticeId: notice.noticeId,
        before: step.after,
        after: delivery,
      });
    } else if (step.do === 'hand') {
      const { attempt } = step.after;
      const message = messageFor(step.channel, { notice, to: step.to, attempt, nowMs }, this.options);
      this.options.hand(step.channel, message);
    }
    return true;
  }

  /** False when somebody else has moved it on. */
  private async store(notice: Notice, before: Delivery, after: Delivery): Promise<boolean> {
    const { noticeId, kind, accountId } = notice;
    const result = await this.site.post({ type: 'noticeStep', noticeId, before, after });
    if (result.outcome !== 'recorded') return false;
    const { state: event, channel, reason } = after;
    // Whoever waits on for the same is no news.
    const isSame = before.state === event && before.reason === reason && before.tries === after.tries;
    if (isSame) return true;
    const atMs = this.site.nowMs();
    this.options.tell({ event, noticeId, kind, accountId, channel, reason, atMs });
    return true;
  }

  private contactOf({ kind, accountId }: Notice): Contact {
    const { office, store } = this.site;
    if (audienceOf(kind) === 'office') return { ...office, channel: null, isOptedOut: false };
    const card = store.accountCard(accountId);
    return card ?? { phone: '', email: '', channel: null, isOptedOut: false };
  }
}
