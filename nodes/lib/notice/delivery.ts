import type { LocalDays } from '../time/local-days';
import { NOTICE_CHANNELS, type Delivery, type Notice, type NoticeChannel } from './notice';
import { goesFirst, NOTICE_RULES, waitsInQuiet } from './notice-rules';
import { afterQuiet, type QuietHours } from './quiet-hours';

/** How the reader of a notice can be reached. */
export interface Contact {
  phone: string;
  email: string;
  /** What they chose; null leaves it to the site. */
  channel: NoticeChannel | null;
  isOptedOut: boolean;
}

export interface DeliveryRules {
  /** For whoever chose nothing. */
  channel: NoticeChannel;
  /** Channels that lead somewhere. */
  open: ReadonlySet<NoticeChannel>;
  /** Channels that have enough to do for now. */
  busy: ReadonlySet<NoticeChannel>;
  /** How many notices are on their way. Asked only where many of them may have to wait. */
  underWay: () => number;
  quiet: QuietHours | null;
  days: LocalDays;
}

/** What to do with a notice that is due; `after` is stored before anything leaves. */
export type DueStep =
  | { do: 'hand'; after: Delivery; channel: NoticeChannel; to: string }
  /** With `unwired`, nothing is in the way but the wire of a channel. */
  | { do: 'store'; after: Delivery; unwired?: NoticeChannel };

/** What a channel says of a message. */
export interface Word {
  state: 'taken' | 'sent' | 'delivered' | 'unconfirmed' | 'failed';
  reason: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A modem answers at once; whoever says nothing has lost the message, in a restart or in the flow. */
const ANSWER_MS: Readonly<Record<NoticeChannel, number>> = {
  sms: 2 * MINUTE_MS,
  email: HOUR_MS,
  mqtt: HOUR_MS,
};
/** The network reports on a text within three days, and the modem gives up then. */
const TAKEN_MS = 4 * 24 * HOUR_MS;
/** Together with the pauses below more than a day. */
const MAX_TRIES = 12;
const MAX_ATTEMPTS = 5;
const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 4 * HOUR_MS;
/** What made a message fail seldom passes within minutes: 5, 20, 80 and 320 of them lie between its attempts. */
const FIRST_REST_MS = 5 * MINUTE_MS;
const REST_GROWTH = 4;
/** A busy channel is asked again soon, by so many notices at a time: each that asks in vain is written again. */
const BUSY_MS = MINUTE_MS;
const ASKING_AT_A_TIME = 500;
/** Whoever draws a missing wire looks on to see what happens. */
const UNWIRED_MS = 10_000;

/** A notice on its first step: it waits for its time, or whoever opted out goes without it. */
export function newDelivery(notice: Notice, contact: Contact, rules: DeliveryRules, nowMs: number): Delivery {
  const notBeforeMs = calmMs(notice, rules, nowMs);
  const waiting: Delivery = {
    state: 'waiting',
    notBeforeMs,
    channel: null,
    attempt: 1,
    tries: 0,
    reason: '',
  };
  const why = dropReason(notice, contact, notBeforeMs);
  return why === null ? waiting : dropped(waiting, why);
}

/** What to do with a notice whose time has come. */
export function stepWhenDue(
  notice: Notice,
  delivery: Delivery,
  contact: Contact,
  rules: DeliveryRules,
  nowMs: number,
): DueStep {
  const { state, channel } = delivery;
  if (state === 'taken') return unheard(delivery);
  // Where nobody can tell whether it left, sending it again might tell it twice. A modem knows a text by its id.
  if (state === 'handed' && channel !== 'sms') return unheard(delivery);
  if (delivery.tries >= MAX_TRIES) return unheard(delivery);
  const notBeforeMs = calmMs(notice, rules, nowMs);
  const why = dropReason(notice, contact, notBeforeMs);
  // Whatever becomes of it, a text that a modem was handed may have been sent.
  if (why !== null)
    return state === 'handed' ? unheard(delivery) : { do: 'store', after: dropped(delivery, why) };
  if (notBeforeMs > nowMs) return later(delivery, notBeforeMs);
  const way = wayTo(contact, rules);
  const by = way && ('channel' in way ? way.channel : way.unwired);
  // By another way than the one that it was handed to it might be told twice.
  if (state === 'handed' && by !== channel) return unheard(delivery);
  if (way === null)
    return { do: 'store', after: { ...delivery, state: 'failed', reason: 'no way to reach the reader' } };
  const turn = (pauseMs: number): number => nowMs + pauseMs * turnOf(notice, rules.underWay());
  if ('unwired' in way) {
    const { after } = later(delivery, turn(UNWIRED_MS));
    return { do: 'store', after: { ...after, reason: unwiredReason(way.unwired) }, ...way };
  }
  if (rules.busy.has(way.channel) && !goesFirst(notice.kind)) return later(delivery, turn(BUSY_MS));
  return handOver(delivery, way, nowMs);
}

function handOver(
  delivery: Delivery,
  way: { channel: NoticeChannel; to: string },
  nowMs: number,
): DueStep & { do: 'hand' } {
  const { channel } = way;
  const tries = delivery.tries + 1;
  const pause = channel === 'sms' ? pauseMs(tries) : 0;
  const notBeforeMs = answerDueMs(channel, nowMs) + pause;
  const after: Delivery = { ...delivery, state: 'handed', channel, tries, notBeforeMs };
  return { do: 'hand', after: { ...after, reason: '' }, ...way };
}

function later(delivery: Delivery, notBeforeMs: number): DueStep & { do: 'store' } {
  // A wire that was missing may be there by now; why a message failed is still worth knowing.
  const reason = NOTICE_CHANNELS.some((channel) => delivery.reason === unwiredReason(channel))
    ? ''
    : delivery.reason;
  return { do: 'store', after: { ...delivery, notBeforeMs, reason } };
}

/** Of many that wait not all look at once: each has its turn. */
function turnOf({ noticeId }: Notice, underWay: number): number {
  return 1 + (noticeId % Math.max(1, Math.ceil(underWay / ASKING_AT_A_TIME)));
}

/** The outputs are in the order of the channels. */
function unwiredReason(channel: NoticeChannel): string {
  return `output ${NOTICE_CHANNELS.indexOf(channel) + 1} is not wired`;
}

/** Mail servers and brokers are asked through the flow, and have no word of their own for what they were given before. */
export const SILENT_CHANNELS: readonly NoticeChannel[] = NOTICE_CHANNELS.filter(
  (channel) => channel !== 'sms',
);

/** When a message is looked at that a channel was handed at a moment. */
export function answerDueMs(channel: NoticeChannel, handedMs: number): number {
  return handedMs + ANSWER_MS[channel];
}

/**
 * A message was handed to the flow as it was before a restart, and so nobody may be left to say whether it went out. It
 * is not repeated, since it may have; a word that still comes counts all the same. null for any other notice.
 */
export function stepAfterRestart(delivery: Delivery, startedMs: number): Delivery | null {
  const { state, channel, notBeforeMs } = delivery;
  if (state !== 'handed' || channel === null || !SILENT_CHANNELS.includes(channel)) return null;
  if (notBeforeMs >= answerDueMs(channel, startedMs)) return null;
  return {
    ...delivery,
    state: 'unconfirmed',
    reason: 'a restart came before anybody said whether it was sent',
  };
}

/** How far each state is; nothing goes back. */
const RANKS: Readonly<Record<Delivery['state'], number>> = {
  waiting: 0,
  handed: 1,
  taken: 2,
  unconfirmed: 3,
  sent: 4,
  failed: 5,
  delivered: 5,
  dropped: 6,
};

/** A channel said what became of a message; null when that is no news. */
export function stepWhenHeard(delivery: Delivery, word: Word, nowMs: number): Delivery | null {
  const { state, attempt, tries } = delivery;
  if (RANKS[word.state] <= RANKS[state]) return null;
  if (word.state === 'failed' && attempt < MAX_ATTEMPTS && tries < MAX_TRIES)
    return {
      ...delivery,
      state: 'waiting',
      attempt: attempt + 1,
      notBeforeMs: nowMs + FIRST_REST_MS * REST_GROWTH ** (attempt - 1),
      reason: word.reason,
    };
  const notBeforeMs = word.state === 'taken' ? nowMs + TAKEN_MS : delivery.notBeforeMs;
  return { ...delivery, state: word.state, notBeforeMs, reason: word.reason };
}

/** The same text has the same id however often it is handed over; another attempt is another text. */
export function messageIdOf({ noticeId, kind, accountId, atMs }: Notice, attempt: number): string {
  const id = ['notice', kind, accountId, noticeId, atMs].join('/');
  return attempt === 1 ? id : `${id}/${attempt}`;
}

/** By which channel a reader would be told now; null where none leads there. */
export function channelTo(contact: Contact, rules: DeliveryRules): NoticeChannel | null {
  const way = wayTo(contact, rules);
  return way !== null && 'channel' in way ? way.channel : null;
}

/** How long a notice is still worth sending. */
export function goodForMs({ kind, atMs }: Notice, nowMs: number): number {
  return atMs + NOTICE_RULES[kind].goodForMs - nowMs;
}

function calmMs({ kind, data }: Notice, { quiet, days }: DeliveryRules, nowMs: number): number {
  return waitsInQuiet(kind, data['rule']) ? afterQuiet(quiet, days, nowMs) : nowMs;
}

/** At the moment at which it could leave: what quiet hours outlast need not wait for their end. */
function dropReason(notice: Notice, { isOptedOut }: Contact, leavesMs: number): string | null {
  if (isOptedOut && NOTICE_RULES[notice.kind].mayBeDeclined) return 'opted out';
  return goodForMs(notice, leavesMs) <= 0 ? 'too late' : null;
}

function dropped(delivery: Delivery, reason: string): Delivery {
  return { ...delivery, state: 'dropped', reason };
}

function unheard(delivery: Delivery): DueStep {
  return {
    do: 'store',
    after: { ...delivery, state: 'unconfirmed', reason: 'nobody said what became of it' },
  };
}

/** 1, 2, 4 … minutes, and not longer than some hours. */
function pauseMs(tries: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, tries - 1));
}

/**
 * The first of what the reader chose, what the site takes, and what else reaches a person. Where nothing but a wire is
 * missing, the first channel that would do; null where there is no address.
 */
function wayTo(
  contact: Contact,
  rules: DeliveryRules,
): { channel: NoticeChannel; to: string } | { unwired: NoticeChannel } | null {
  const address: Readonly<Record<NoticeChannel, string>> = {
    sms: contact.phone,
    email: contact.email,
    // Whoever wants to read there knows the topic.
    mqtt: 'mqtt',
  };
  const chosen = contact.channel === null ? [] : [contact.channel];
  const possible = [...chosen, rules.channel, 'sms' as const, 'email' as const].filter(
    (each) => address[each] !== '',
  );
  const channel = possible.find((each) => rules.open.has(each));
  if (channel !== undefined) return { channel, to: address[channel] };
  const [unwired] = possible;
  return unwired === undefined ? null : { unwired };
}
