import type { ContactChange } from '../ledger/account';
import type { NoticeLabel, PrepaidMessage } from '../meter/prepaid-message';
import { showValue } from '../text/show-value';
import { NOTICE_CHANNELS } from './notice';
import type { Word } from './delivery';
import { emailAddress, noticeChannel } from './notice-settings';
import { isLanguage, languageCode, type OwnTexts } from './notice-text';

/** A text of a customer, as a modem hands it on. */
export interface InboundText {
  incomingId: string;
  from: string;
  text: string;
}

/** How many are on their way, or of which nobody knows whether they arrived. */
export type NoticeQuestion = 'waiting' | 'unconfirmed';

/** What a node that delivers notices is told or asked. */
export type NoticeInput =
  | { kind: 'notices'; noticeIds: number[] }
  /** What became of a message; `messageId` is null where the channel has none of its own. */
  | { kind: 'word'; noticeId: number; messageId: string | null; attempt: number | null; word: Word }
  | { kind: 'text'; text: InboundText }
  | { kind: 'contact'; accountId: string; change: ContactChange }
  | { kind: 'ask'; ask: NoticeQuestion }
  /** A message that is right and needs nothing done. */
  | { kind: 'nothing' };

/** What a modem says of a text, in our words; whatever is neither is still on its way. */
const WORD_STATES: Readonly<Record<string, Word['state']>> = {
  submitted: 'sent',
  delivered: 'delivered',
  failed: 'failed',
  unknown: 'unconfirmed',
};

type Source = Readonly<Record<string, unknown>>;

/** Reads a message. Throws an error that names the field and the value for what is none of these. */
export function parseNoticeInput(message: PrepaidMessage, own: OwnTexts): NoticeInput {
  const { payload } = message;
  if (isRecord(payload) && typeof payload['messageId'] === 'string' && typeof payload['state'] === 'string')
    return modemWord(payload, payload['messageId'], payload['state']);
  const label = message.prepaid?.notice;
  if (label) return returned(label, message);
  const list: unknown[] = Array.isArray(payload) ? payload : [payload];
  if (list.length > 0 && list.every(isNotice))
    return { kind: 'notices', noticeIds: list.map(({ noticeId }) => noticeId) };
  if (!isRecord(payload)) return bad('payload', payload, 'a notice, a result, a text, {contact} or {ask}');
  if (payload['contact'] !== undefined) return contactOf(payload['contact'], own);
  const { ask } = payload;
  if (ask !== undefined) {
    if (ask === 'waiting' || ask === 'unconfirmed') return { kind: 'ask', ask };
    // What a modem answers to somebody's question comes out where its results do.
    if (Object.keys(payload).length > 1) return { kind: 'nothing' };
    return bad('payload.ask', ask, 'waiting or unconfirmed');
  }
  if (typeof payload['from'] === 'string') return { kind: 'text', text: textOf(payload, payload['from']) };
  return bad('payload', payload, 'a notice, a result, a text, {contact} or {ask}');
}

function isNotice(value: unknown): value is { noticeId: number } {
  return (
    isRecord(value) &&
    Number.isSafeInteger(value['noticeId']) &&
    typeof value['kind'] === 'string' &&
    typeof value['text'] === 'string'
  );
}

function modemWord(payload: Source, messageId: string, state: string): NoticeInput {
  const { subject, reason } = payload;
  // The result of an answer, or of a text that somebody else sent.
  if (!isRecord(subject) || typeof subject['noticeId'] !== 'number') return { kind: 'nothing' };
  const word: Word = {
    state: WORD_STATES[state] ?? 'taken',
    reason: typeof reason === 'string' ? reason : '',
  };
  return { kind: 'word', noticeId: subject['noticeId'], messageId, attempt: null, word };
}

/** A message of ours that came back, from a node that has done with it or from one that watches for errors. */
function returned({ noticeId, attempt, channel }: NoticeLabel, message: PrepaidMessage): NoticeInput {
  const { error } = message;
  const isFault = error !== undefined && error !== null;
  // That a modem has done with a message says nothing of the text; its results do.
  if (!isFault && channel === 'sms') return { kind: 'nothing' };
  const text = isRecord(error) && typeof error['message'] === 'string' ? error['message'] : String(error);
  const word: Word = isFault
    ? { state: 'failed', reason: text.slice(0, 200) }
    : { state: 'sent', reason: '' };
  return { kind: 'word', noticeId, messageId: null, attempt, word };
}

function textOf(payload: Source, from: string): InboundText {
  const { text, incomingId } = payload;
  if (typeof text !== 'string') return bad('payload.text', text, 'text');
  return { from, text, incomingId: typeof incomingId === 'string' ? incomingId : '' };
}

function contactOf(value: unknown, own: OwnTexts): NoticeInput {
  if (!isRecord(value)) return bad('contact', value, 'an object such as {accountId, channel}');
  const { accountId, language, channel, email, optedOut } = value;
  if (typeof accountId !== 'string' || accountId === '')
    return bad('contact.accountId', accountId, 'an account');
  const change: ContactChange = {};
  if (language !== undefined) {
    if (typeof language !== 'string' || !isLanguage(language, own))
      return bad('contact.language', language, 'a language that there are texts in, such as hi');
    change.language = languageCode(language);
  }
  if (channel !== undefined)
    change.channel = channel === null ? null : noticeChannel('contact.channel', channel);
  if (email !== undefined) change.email = emailAddress('contact.email', email);
  if (optedOut !== undefined) {
    if (typeof optedOut !== 'boolean') return bad('contact.optedOut', optedOut, 'true or false');
    change.isOptedOut = optedOut;
  }
  if (Object.keys(change).length === 0)
    return bad(
      'contact',
      value,
      `one with language, channel (${NOTICE_CHANNELS.join(', ')}), email or optedOut`,
    );
  return { kind: 'contact', accountId, change };
}

function isRecord(value: unknown): value is Source {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(field: string, value: unknown, wanted: string): never {
  throw new RangeError(`${field} must be ${wanted}, got "${showValue(value)}"`);
}
