import { isRecord } from './json-record';

/** How much a text matters, from the most to the least. */
export const PRIORITIES = ['urgent', 'normal', 'low'] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface WaitingText {
  messageId: string;
  priority: Priority;
  parts: number;
  queuedAtMs: number;
  /** Not worth sending later than this; null: always. */
  expiresAtMs: number | null;
}

/** What was spent of the rate and the budget. Plain JSON, so that both hold over a restart. */
export interface OutgoingMeter {
  /** Until when the messages that went out have used up the rate. */
  paidUntilMs: number;
  month: string;
  sentInMonth: number;
}

export interface OutgoingState extends OutgoingMeter {
  waiting: WaitingText[];
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
  state: OutgoingState;
  isAdmitted: boolean;
  /** The new text when it was refused, or the one that had to make room for it. */
  refused: Refusal[];
}

export interface Turn {
  state: OutgoingState;
  /** The text whose turn it is, or null. */
  next: WaitingText | null;
  /** How long until it is worth asking again; null when nothing waits or only another month helps. */
  waitMs: number | null;
  refused: Refusal[];
}

export const EMPTY_OUTGOING: OutgoingState = { waiting: [], paidUntilMs: 0, month: '', sentInMonth: 0 };
const HOUR_MS = 3_600_000;
/** The most parts that a text can have; a clock that was set back holds nothing up longer than those cost. */
const MAX_TEXT_PARTS = 255;

function rank({ priority }: Pick<WaitingText, 'priority'>): number {
  return PRIORITIES.indexOf(priority);
}

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

function inMonth(state: OutgoingState, month: string): OutgoingState {
  return state.month === month ? state : { ...state, month, sentInMonth: 0 };
}

/** What of the budget a text of this priority may use. */
function budgetFor(priority: Priority, { monthlyBudget, urgentReserve }: OutgoingLimits): number {
  if (monthlyBudget === null) return Infinity;
  return priority === 'urgent' ? monthlyBudget : Math.max(0, monthlyBudget - urgentReserve);
}

function refusal(messageId: string, reason: RefusalReason, text: string): Refusal {
  return { messageId, reason, text };
}

/** The text that has to go when a more important one needs its place: the latest of the least important. */
function leastImportant(waiting: readonly WaitingText[]): WaitingText | undefined {
  return waiting.reduce<WaitingText | undefined>(
    (worst, text) => (worst && rank(worst) > rank(text) ? worst : text),
    undefined,
  );
}

/**
 * Lets a text wait for its turn, or says why not. What waits is counted as if it were sent, so that no text is taken
 * in that the budget could not pay. `month` is the month at the site, such as 2026-11.
 */
export function admit(
  before: OutgoingState,
  text: WaitingText,
  month: string,
  limits: OutgoingLimits,
): Admission {
  checkLimits(limits);
  const state = inMonth(before, month);
  const { messageId, priority, parts } = text;
  const refuse = (reason: RefusalReason, words: string): Admission => ({
    state,
    isAdmitted: false,
    refused: [refusal(messageId, reason, words)],
  });
  if (state.waiting.some((other) => other.messageId === messageId)) {
    return refuse('known', `the text ${messageId} waits already`);
  }
  const spoken = state.waiting.reduce((sum, other) => sum + other.parts, state.sentInMonth);
  const budget = budgetFor(priority, limits);
  if (spoken + parts > budget) {
    return refuse(
      'budget',
      `the budget of ${budget} ${priority} messages for ${month} has no room for ${parts} more: ${spoken} are sent or waiting`,
    );
  }
  if (state.waiting.length < limits.maxWaiting) {
    return { state: { ...state, waiting: [...state.waiting, text] }, isAdmitted: true, refused: [] };
  }
  const victim = leastImportant(state.waiting);
  if (!victim || rank(victim) <= rank(text)) {
    return refuse(
      'queue full',
      `the queue is full: ${limits.maxWaiting} texts wait, none of them less important`,
    );
  }
  const waiting = [...state.waiting.filter((other) => other !== victim), text];
  const pushedOut = refusal(
    victim.messageId,
    'pushed out',
    `a more important text took its place in a full queue`,
  );
  return { state: { ...state, waiting }, isAdmitted: true, refused: [pushedOut] };
}

function firstInLine(waiting: readonly WaitingText[]): WaitingText | undefined {
  return waiting.reduce<WaitingText | undefined>(
    (best, text) => (best && rank(best) <= rank(text) ? best : text),
    undefined,
  );
}

/** How long a text of so many messages has to wait for the rate. A full bucket lets any text through. */
function rateWaitMs(
  { paidUntilMs }: OutgoingState,
  parts: number,
  nowMs: number,
  limits: OutgoingLimits,
): number {
  const allowed = limits.burst - Math.min(parts, limits.burst);
  return Math.ceil(Math.max(0, paidUntilMs - nowMs - (allowed * HOUR_MS) / limits.messagesPerHour));
}

/** A clock that was set back must not hold the queue up longer than the longest text costs. */
function withSoundRate(state: OutgoingState, nowMs: number, limits: OutgoingLimits): OutgoingState {
  const latestMs = nowMs + ((limits.burst + MAX_TEXT_PARTS) * HOUR_MS) / limits.messagesPerHour;
  return state.paidUntilMs <= latestMs ? state : { ...state, paidUntilMs: latestMs };
}

/** Lets go of what is not worth sending any more. */
export function dropExpired(
  state: OutgoingState,
  nowMs: number,
): { state: OutgoingState; refused: Refusal[] } {
  const expired = state.waiting.filter(({ expiresAtMs }) => expiresAtMs !== null && nowMs >= expiresAtMs);
  if (expired.length === 0) return { state, refused: [] };
  const refused = expired.map(({ messageId }) =>
    refusal(messageId, 'expired', 'it waited so long that it is not worth sending any more'),
  );
  return { state: { ...state, waiting: state.waiting.filter((text) => !expired.includes(text)) }, refused };
}

/** Whose turn it is now: the most important first, then who came first, as the rate and the budget allow. */
export function takeTurn(before: OutgoingState, nowMs: number, month: string, limits: OutgoingLimits): Turn {
  checkLimits(limits);
  const { state, refused } = dropExpired(withSoundRate(inMonth(before, month), nowMs, limits), nowMs);
  const { waiting } = state;
  // A budget may have been made smaller since; what fits no more waits for the next month.
  const payable = waiting.filter(
    ({ priority, parts }) => state.sentInMonth + parts <= budgetFor(priority, limits),
  );
  const next = firstInLine(payable);
  if (!next) return { state, next: null, waitMs: null, refused };
  const waitMs = rateWaitMs(state, next.parts, nowMs, limits);
  if (waitMs > 0) return { state, next: null, waitMs, refused };
  const costMs = (next.parts * HOUR_MS) / limits.messagesPerHour;
  const after: OutgoingState = {
    ...state,
    waiting: waiting.filter((text) => text !== next),
    paidUntilMs: Math.max(state.paidUntilMs, nowMs) + costMs,
    sentInMonth: state.sentInMonth + next.parts,
  };
  return { state: after, next, waitMs: 0, refused };
}

/**
 * Puts a text back in front of its equals that could not be sent for a while. What was paid for messages that did not
 * leave is given back. `text.parts` is how many are still to be sent.
 */
export function giveBack(state: OutgoingState, text: WaitingText, limits: OutgoingLimits): OutgoingState {
  const waiting = [text, ...state.waiting.filter(({ messageId }) => messageId !== text.messageId)];
  return { ...refund(state, text.parts, limits), waiting };
}

/** Gives back what was paid for messages that never left. */
export function refund(state: OutgoingState, parts: number, limits: OutgoingLimits): OutgoingState {
  return {
    ...state,
    paidUntilMs: state.paidUntilMs - (parts * HOUR_MS) / limits.messagesPerHour,
    sentInMonth: Math.max(0, state.sentInMonth - parts),
  };
}

/** Takes a text back that a person no longer wants sent; nothing when it has gone already. */
export function withdraw(state: OutgoingState, messageId: string): OutgoingState {
  const waiting = state.waiting.filter((text) => text.messageId !== messageId);
  return waiting.length === state.waiting.length ? state : { ...state, waiting };
}

/** What of the queue is written down as it is; the texts that wait have records of their own. */
export function meterOf({ paidUntilMs, month, sentInMonth }: OutgoingState): OutgoingMeter {
  return { paidUntilMs, month, sentInMonth };
}

/** What a file held of the meter; what is missing or none of ours counts from the beginning. */
export function readOutgoingMeter(value: unknown): OutgoingMeter {
  if (!isRecord(value)) return meterOf(EMPTY_OUTGOING);
  const { paidUntilMs, month, sentInMonth } = value;
  return {
    paidUntilMs: typeof paidUntilMs === 'number' ? paidUntilMs : 0,
    month: typeof month === 'string' ? month : '',
    sentInMonth: typeof sentInMonth === 'number' ? sentInMonth : 0,
  };
}
