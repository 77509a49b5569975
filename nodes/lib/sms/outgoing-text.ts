import { isRecord } from './json-record';
import { mayWriteTo, type NumberLists } from './number-lists';
import { phoneNumber, type NumberRules } from './phone-number';
import { type MessageState, type SentMessage, nextPartToSend, stateOfMessage } from './sent-message';
import { encodeSubmit } from './submit-pdu';
import { PRIORITIES, type Priority, type WaitingText } from './waiting-texts';

/** What a text tells of, so that whoever hears of its fate knows. */
export interface TextSubject {
  readonly noticeId: number;
  readonly kind: string;
  readonly accountId: string;
}

/** A text as a flow wants it sent. */
export interface TextRequest {
  /** The same id is the same text, however often a flow asks for it. */
  readonly messageId: string;
  readonly to: unknown;
  readonly text: string;
  readonly priority: Priority;
  /** Shown at once and not kept by the phone. */
  readonly isFlash: boolean;
  readonly wantsReport: boolean;
  /** How long it is worth sending here, and then again how long the network may try. */
  readonly validityMs: number;
  readonly maxParts: number;
  /** The node that wants to hear what became of it. */
  readonly owner: string;
  readonly topic: string;
  readonly subject: TextSubject | null;
}

/** Whom texts may go to, and how numbers are written at the site. */
export interface RecipientRules {
  readonly numbers: NumberRules;
  readonly lists: NumberLists;
}

/** What the messages of a text are, beside how far they have come. Plain JSON. */
export interface TextDetails {
  readonly pdus: readonly string[];
  /** What ties the parts of a long text together. */
  readonly reference: number;
  readonly priority: Priority;
  readonly expiresAtMs: number;
  readonly owner: string;
  readonly topic: string;
  readonly subject: TextSubject | null;
  /** What the flow was told last. */
  told: MessageState | null;
}

/** What became of a text, for the flow. */
export interface TextReport {
  readonly messageId: string;
  readonly to: string;
  readonly state: MessageState;
  readonly reason: string;
  /** Messages it needs, and how many of them the network has taken. */
  readonly parts: number;
  readonly sentParts: number;
  readonly atMs: number;
  readonly owner: string;
  readonly topic: string;
  readonly subject: TextSubject | null;
}

/** The one form of the recipient's number. Throws for what is no number. */
export function recipientOf(to: unknown, { numbers, lists }: RecipientRules): { to: string; denial: string } {
  const { number } = phoneNumber('to', to, numbers);
  const permission = mayWriteTo(number, lists);
  return { to: number, denial: permission.isAllowed ? '' : permission.reason };
}

/** Throws with a sentence for people when the text cannot be sent as it is. */
export function pdusOf(request: TextRequest, to: string, reference: number): string[] {
  const { text, isFlash, wantsReport, validityMs, maxParts } = request;
  const parts = encodeSubmit({
    to,
    text,
    reference: { value: reference, bits: 8 },
    validityMs,
    isFlash,
    wantsReport,
    maxParts,
  });
  return parts.map(({ pduHex }) => pduHex);
}

const GONE = new Set(['submitted', 'delivered']);

export function reportOf(message: SentMessage, { owner, topic, subject }: TextDetails): TextReport {
  const { messageId, to, parts } = message;
  const state = stateOfMessage(message);
  const telling = parts.find((part) => part.state === state && part.reason !== '');
  return {
    messageId,
    to,
    state,
    reason: telling?.reason ?? parts.find(({ reason }) => reason !== '')?.reason ?? '',
    parts: parts.length,
    sentParts: parts.filter((part) => GONE.has(part.state)).length,
    atMs: Math.max(...parts.map(({ atMs }) => atMs)),
    owner,
    topic,
    subject,
  };
}

/** Its place in the queue, or null when nothing of it waits to be sent. */
export function waitingText(message: SentMessage, details: TextDetails): WaitingText | null {
  if (nextPartToSend(message) === null) return null;
  return {
    messageId: message.messageId,
    priority: details.priority,
    parts: message.parts.filter(({ state }) => state === 'queued').length,
    queuedAtMs: message.queuedAtMs,
    expiresAtMs: details.expiresAtMs,
  };
}

function isSubject(value: unknown): value is TextSubject | null {
  return (
    value === null ||
    (isRecord(value) &&
      typeof value['noticeId'] === 'number' &&
      typeof value['kind'] === 'string' &&
      typeof value['accountId'] === 'string')
  );
}

/** What a file held, or null when that is none of ours. */
export function readTextDetails(value: unknown): TextDetails | null {
  const isOurs =
    isRecord(value) &&
    Array.isArray(value['pdus']) &&
    value['pdus'].every((pdu) => typeof pdu === 'string') &&
    (PRIORITIES as readonly unknown[]).includes(value['priority']) &&
    typeof value['reference'] === 'number' &&
    typeof value['expiresAtMs'] === 'number' &&
    typeof value['owner'] === 'string' &&
    typeof value['topic'] === 'string' &&
    (value['told'] === null || typeof value['told'] === 'string') &&
    isSubject(value['subject']);
  return isOurs ? (value as unknown as TextDetails) : null;
}
