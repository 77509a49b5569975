import { isRecord } from './json-record';
import { WaitingTexts, type Priority, type WaitingText } from './waiting-texts';

/** What was spent of the rate and the budget. Plain JSON, so that both hold over a restart. */
export interface OutgoingMeter {
  /** Until when the messages that went out have used up the rate. */
  paidUntilMs: number;
  month: string;
  sentInMonth: number;
}

export interface OutgoingLimits {
  maxWaiting: number;
  /** Messages, not texts: a long text counts by its parts. */
  messagesPerHour: number;
  /** Messages that may follow each other at once after a pause. */
  burst: number;
  /** Messages in a calendar month; null: no budget. */
  monthlyBudget: number | null;
  /** The last messages of the budget that only urgent texts may use. */
  urgentReserve: number;
}

export type RefusalReason = 'queue full' | 'budget' | 'pushed out' | 'expired' | 'known';

export interface Refusal {
  messageId: string;
  reason: RefusalReason;
  text: string;
}

export interface Admission {
  isAdmitted: boolean;
  /** The new text when it was refused, or the one that had to make room for it. */
  refused: Refusal[];
}

export interface Turn {
  /** The text whose turn it is, or null. */
  next: WaitingText | null;
  /** How long until it is worth asking again; null when nothing waits or only another month helps. */
  waitMs: number | null;
  refused: Refusal[];
}

const EMPTY_METER: OutgoingMeter = { paidUntilMs: 0, month: '', sentInMonth: 0 };
const HOUR_MS = 3_600_000;
/** The most parts that a text can have; a clock that was set back holds nothing up longer than those cost. */
const MAX_TEXT_PARTS = 255;
const RANKS: Readonly<Record<Priority, number>> = { urgent: 0, normal: 1, low: 2 };

function checkLimits(limits: OutgoingLimits): void {
  const atLeast: readonly [keyof OutgoingLimits, number][] = [
    ['maxWaiting', 1],
    ['messagesPerHour', 1],
    ['burst', 1],
    ['monthlyBudget', 0],
    ['urgentReserve', 0],
  ];
  for (const [field, least] of atLeast) {
    const value = limits[field];
    if (value !== null && !(Number.isSafeInteger(value) && value >= least)) {
      throw new RangeError(`${field} must be a whole number of at least ${least}, got ${value}`);
    }
  }
}

/** What of the budget a text of this priority may use. */
function budgetFor(priority: Priority, { monthlyBudget, urgentReserve }: OutgoingLimits): number {
  if (monthlyBudget === null) return Infinity;
  return priority === 'urgent' ? monthlyBudget : Math.max(0, monthlyBudget - urgentReserve);
}

/**
 * Texts that wait for their turn, and what may be spent on them. It is changed in place, and nothing in it takes longer
 * because more texts wait.
 */
export class OutgoingQueue {
  private readonly waiting = new WaitingTexts();
  private meter: OutgoingMeter;

  constructor(
    private readonly limits: OutgoingLimits,
    meter: Readonly<OutgoingMeter> = EMPTY_METER,
  ) {
    checkLimits(limits);
    this.meter = { ...meter };
  }

  get size(): number {
    return this.waiting.size;
  }

  /** What of the queue is written down as it is; the texts that wait have records of their own. */
  get spent(): OutgoingMeter {
    return { ...this.meter };
  }

  /** Takes back what an earlier process had let in, in its order. */
  restore(texts: Iterable<WaitingText>): void {
    for (const text of texts) this.waiting.append(text);
  }

  /**
   * Lets a text wait for its turn, or says why not. What waits is counted as if it were sent, so that no text is taken
   * in that the budget could not pay. `month` is the month at the site, such as 2026-11.
   */
  admit(text: WaitingText, month: string): Admission {
    const { messageId } = text;
    if (this.waiting.get(messageId))
      return refused(messageId, 'known', `the text ${messageId} waits already`);
    return this.admitFor(text, month, null);
  }

  /** Lets a text wait that is sent once more, in place of what of it may still wait. */
  admitAgain(text: WaitingText, month: string): Admission {
    return this.admitFor(text, month, this.waiting.get(text.messageId));
  }

  /** Whose turn it is now: the most important first, then who came first, as the rate and the budget allow. */
  takeTurn(nowMs: number, month: string): Turn {
    this.turnTo(month);
    this.keepRateSound(nowMs);
    const expired = this.dropExpired(nowMs);
    // A budget may have been made smaller since; what fits no more waits for the next month.
    const next = this.waiting.first((priority) => budgetFor(priority, this.limits) - this.meter.sentInMonth);
    if (!next) return { next: null, waitMs: null, refused: expired };
    const waitMs = this.rateWaitMs(next.parts, nowMs);
    if (waitMs > 0) return { next: null, waitMs, refused: expired };
    this.waiting.remove(next.messageId);
    this.meter.paidUntilMs = Math.max(this.meter.paidUntilMs, nowMs) + this.costMs(next.parts);
    this.meter.sentInMonth += next.parts;
    return { next, waitMs: 0, refused: expired };
  }

  /** Lets go of what is not worth sending any more. */
  dropExpired(nowMs: number): Refusal[] {
    return this.waiting
      .takeExpired(nowMs)
      .map(({ messageId }) =>
        refusal(messageId, 'expired', 'it waited so long that it is not worth sending any more'),
      );
  }

  /**
   * Puts a text back in front of its equals that could not be sent for a while. What was paid for messages that did not
   * leave is given back. `text.parts` is how many are still to be sent.
   */
  giveBack(text: WaitingText): void {
    this.refund(text.parts);
    this.waiting.prepend(text);
  }

  /** Gives back what was paid for messages that never left. */
  refund(parts: number): void {
    this.meter.paidUntilMs -= this.costMs(parts);
    this.meter.sentInMonth = Math.max(0, this.meter.sentInMonth - parts);
  }

  /** Takes a text back that a person no longer wants sent; null when it has gone already. */
  withdraw(messageId: string): WaitingText | null {
    return this.waiting.remove(messageId);
  }

  private admitFor(text: WaitingText, month: string, before: WaitingText | null): Admission {
    this.turnTo(month);
    const { messageId, priority, parts } = text;
    const budget = budgetFor(priority, this.limits);
    const spoken = this.meter.sentInMonth + this.waiting.parts - (before?.parts ?? 0);
    if (spoken + parts > budget) {
      const words = `the budget of ${budget} ${priority} messages for ${month} has no room for ${parts} more: ${spoken} are sent or waiting`;
      return refused(messageId, 'budget', words);
    }
    const { maxWaiting } = this.limits;
    if (before || this.waiting.size < maxWaiting) {
      this.waiting.append(text);
      return { isAdmitted: true, refused: [] };
    }
    const victim = this.waiting.leastImportant();
    if (!victim || RANKS[victim.priority] <= RANKS[priority]) {
      const words = `the queue is full: ${maxWaiting} texts wait, none of them less important`;
      return refused(messageId, 'queue full', words);
    }
    this.waiting.remove(victim.messageId);
    this.waiting.append(text);
    const words = 'a more important text took its place in a full queue';
    return { isAdmitted: true, refused: [refusal(victim.messageId, 'pushed out', words)] };
  }

  private turnTo(month: string): void {
    if (this.meter.month === month) return;
    this.meter.month = month;
    this.meter.sentInMonth = 0;
  }

  private costMs(parts: number): number {
    return (parts * HOUR_MS) / this.limits.messagesPerHour;
  }

  /** How long a text of so many messages has to wait for the rate. A full bucket lets any text through. */
  private rateWaitMs(parts: number, nowMs: number): number {
    const { burst } = this.limits;
    const allowed = burst - Math.min(parts, burst);
    return Math.ceil(Math.max(0, this.meter.paidUntilMs - nowMs - this.costMs(allowed)));
  }

  /** A clock that was set back must not hold the queue up longer than the longest text costs. */
  private keepRateSound(nowMs: number): void {
    const latestMs = nowMs + this.costMs(this.limits.burst + MAX_TEXT_PARTS);
    this.meter.paidUntilMs = Math.min(this.meter.paidUntilMs, latestMs);
  }
}

function refusal(messageId: string, reason: RefusalReason, text: string): Refusal {
  return { messageId, reason, text };
}

function refused(messageId: string, reason: RefusalReason, text: string): Admission {
  return { isAdmitted: false, refused: [refusal(messageId, reason, text)] };
}

/** What a file held of the meter; what is missing or none of ours counts from the beginning. */
export function readOutgoingMeter(value: unknown): OutgoingMeter {
  if (!isRecord(value)) return EMPTY_METER;
  const { paidUntilMs, month, sentInMonth } = value;
  return {
    paidUntilMs: typeof paidUntilMs === 'number' ? paidUntilMs : 0,
    month: typeof month === 'string' ? month : '',
    sentInMonth: typeof sentInMonth === 'number' ? sentInMonth : 0,
  };
}
