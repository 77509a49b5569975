import { isRecord } from './json-record';
import {
  isSettled,
  onMessageEvent,
  onPartEvent,
  PART_STATES,
  type MessageEvent,
  type PartEvent,
  type PartState,
  type SentMessage,
} from './sent-message';
import type { StatusReport } from './status-report-pdu';

/** A report that came before the modem said which number it gave to the text. */
interface EarlyReport {
  atMs: number;
  report: StatusReport;
}

/** All texts on their way and the last settled ones. Plain JSON: a restart goes on where it was. */
export interface MessageBook {
  messages: SentMessage[];
  early: EarlyReport[];
}

export interface BookLimits {
  maxMessages: number;
  /** A submitted text whose report has not come by then is unknown. */
  reportWaitMs: number;
}

export interface BookChange {
  book: MessageBook;
  changed: SentMessage[];
}

export const EMPTY_BOOK: MessageBook = { messages: [], early: [] };
const MAX_EARLY_REPORTS = 32;
const EARLY_REPORT_LIFE_MS = 600_000;
/** How far the network's clock and ours may be apart when a report is all that tells of a text. */
const MAX_CLOCK_GAP_MS = 300_000;
/** Shorter numbers are short codes, which are compared whole. */
const MIN_TAIL_DIGITS = 7;

/** Whether two writings mean one number: a network may tell a number in its national form. */
export function isSameNumber(one: string, other: string): boolean {
  const [a, b] = [one, other].map((number) => number.replace(/\D/g, '').replace(/^0+/, ''));
  if (a === undefined || b === undefined) return false;
  if (Math.min(a.length, b.length) < MIN_TAIL_DIGITS) return a === b;
  return a.length > b.length ? a.endsWith(b) : b.endsWith(a);
}

/** Writes a new text down; the oldest settled ones make room for it. */
export function addMessage(book: MessageBook, message: SentMessage, limits: BookLimits): MessageBook {
  if (book.messages.some(({ messageId }) => messageId === message.messageId)) {
    throw new RangeError(`messageId must be new, got "${message.messageId}" again`);
  }
  const messages = [...book.messages, message];
  while (messages.length > limits.maxMessages) {
    const oldest = messages.findIndex(isSettled);
    if (oldest === -1) {
      throw new RangeError(`message book is full: ${limits.maxMessages} texts are on their way`);
    }
    messages.splice(oldest, 1);
  }
  return { ...book, messages };
}

function replace(book: MessageBook, before: SentMessage, after: SentMessage): BookChange {
  if (after === before) return { book, changed: [] };
  const messages = book.messages.map((message) => (message === before ? after : message));
  return { book: { ...book, messages }, changed: [after] };
}

function find(book: MessageBook, messageId: string): SentMessage | undefined {
  return book.messages.find((message) => message.messageId === messageId);
}

/** Takes in what happened to a part of a text; a text that is not in the book changes nothing. */
export function onBookPartEvent(
  book: MessageBook,
  messageId: string,
  part: number,
  event: PartEvent,
  atMs: number,
): BookChange {
  const message = find(book, messageId);
  if (!message) return { book, changed: [] };
  const change = replace(book, message, onPartEvent(message, part, event, atMs));
  return event.kind === 'accepted' || event.kind === 'silent' ? useEarlyReports(change, atMs) : change;
}

export function onBookMessageEvent(
  book: MessageBook,
  messageId: string,
  event: MessageEvent,
  atMs: number,
): BookChange {
  const message = find(book, messageId);
  return message ? replace(book, message, onMessageEvent(message, event, atMs)) : { book, changed: [] };
}

interface Place {
  message: SentMessage;
  index: number;
  atMs: number;
}

function partsTo(book: MessageBook, report: StatusReport, states: PartState[]): Place[] {
  return book.messages
    .filter((message) => isSameNumber(message.to, report.to.text))
    .flatMap((message) =>
      message.parts.flatMap(({ state, atMs }, index) =>
        states.includes(state) ? [{ message, index, atMs }] : [],
      ),
    );
}

/**
 * The part that a report tells of: the latest to that number with its reference, since references come again after
 * 256 texts. An unknown text never got one; it is meant when it alone was sent to that number at that time.
 */
function placeOf(book: MessageBook, report: StatusReport): Place | undefined {
  const referenced = partsTo(book, report, ['submitted', 'unknown']).filter(
    ({ message, index }) => message.parts[index]?.messageReference === report.messageReference,
  );
  const latest = referenced.sort((one, other) => other.atMs - one.atMs)[0];
  if (latest) return latest;
  const { submittedAt } = report;
  const unnumbered = partsTo(book, report, ['sending', 'unknown']).filter(
    ({ message, index, atMs }) =>
      message.parts[index]?.messageReference === null &&
      submittedAt !== null &&
      Math.abs(submittedAt.atMs - atMs) <= MAX_CLOCK_GAP_MS,
  );
  const only = unnumbered.length === 1 ? unnumbered[0] : undefined;
  return only?.message.parts[only.index]?.state === 'unknown' ? only : undefined;
}

function applyReport(book: MessageBook, report: StatusReport, atMs: number): BookChange | undefined {
  const place = placeOf(book, report);
  if (!place) return undefined;
  const { outcome, reason, messageReference } = report;
  let message = place.message;
  if (message.parts[place.index]?.messageReference === null) {
    message = onPartEvent(message, place.index, { kind: 'accepted', messageReference }, atMs);
  }
  const after = onPartEvent(message, place.index, { kind: 'report', outcome, reason }, atMs);
  return replace(book, place.message, after);
}

/** Takes in a delivery report. One that fits nothing yet is kept for a while: it may be faster than the modem. */
export function onBookReport(book: MessageBook, report: StatusReport, atMs: number): BookChange {
  const change = applyReport(book, report, atMs);
  if (change) return change;
  const early = [...book.early, { atMs, report }].slice(-MAX_EARLY_REPORTS);
  return { book: { ...book, early }, changed: [] };
}

function useEarlyReports(start: BookChange, atMs: number): BookChange {
  let { book } = start;
  const changed = new Map(start.changed.map((message) => [message.messageId, message]));
  for (const early of book.early) {
    const change = applyReport(book, early.report, atMs);
    if (!change) continue;
    book = { ...change.book, early: change.book.early.filter((kept) => kept !== early) };
    for (const message of change.changed) changed.set(message.messageId, message);
  }
  return { book, changed: [...changed.values()] };
}

function onEach(book: MessageBook, next: (message: SentMessage) => SentMessage): BookChange {
  const messages = book.messages.map(next);
  const changed = messages.filter((message, index) => message !== book.messages[index]);
  return changed.length === 0 ? { book, changed } : { book: { ...book, messages }, changed };
}

/** After a restart: what was just being sent may have left or not. */
export function onBookRestart(book: MessageBook, atMs: number): BookChange {
  return onEach(book, (message) => onMessageEvent(message, { kind: 'restarted' }, atMs));
}

function waitsSince({ parts }: SentMessage): number {
  return Math.max(...parts.map(({ state, atMs }) => (state === 'submitted' ? atMs : -Infinity)));
}

/** To be called now and then: reports that will not come any more, and early ones that nobody claimed. */
export function onBookTick(book: MessageBook, nowMs: number, limits: BookLimits): BookChange {
  const change = onEach(book, (message) =>
    nowMs - waitsSince(message) >= limits.reportWaitMs && nextIsReport(message)
      ? onMessageEvent(message, { kind: 'no report' }, nowMs)
      : message,
  );
  const early = book.early.filter(({ atMs }) => Math.abs(nowMs - atMs) < EARLY_REPORT_LIFE_MS);
  return early.length === book.early.length ? change : { ...change, book: { ...change.book, early } };
}

/** Whether all that is missing is reports, so that the wait for them has begun. */
function nextIsReport({ parts }: SentMessage): boolean {
  return !parts.some(({ state }) => state === 'queued' || state === 'sending');
}

function isPart(value: unknown): boolean {
  return (
    isRecord(value) &&
    (PART_STATES as readonly unknown[]).includes(value['state']) &&
    typeof value['tries'] === 'number' &&
    (value['messageReference'] === null || typeof value['messageReference'] === 'number') &&
    typeof value['atMs'] === 'number' &&
    typeof value['reason'] === 'string'
  );
}

function isMessage(value: unknown): value is SentMessage {
  return (
    isRecord(value) &&
    typeof value['messageId'] === 'string' &&
    typeof value['to'] === 'string' &&
    typeof value['wantsReport'] === 'boolean' &&
    typeof value['maxTries'] === 'number' &&
    typeof value['queuedAtMs'] === 'number' &&
    Array.isArray(value['parts']) &&
    value['parts'].length > 0 &&
    value['parts'].every(isPart)
  );
}

function isEarlyReport(value: unknown): value is EarlyReport {
  if (!isRecord(value) || typeof value['atMs'] !== 'number') return false;
  const report = value['report'];
  return (
    isRecord(report) &&
    typeof report['messageReference'] === 'number' &&
    typeof report['status'] === 'number' &&
    isRecord(report['to']) &&
    typeof report['to']['text'] === 'string'
  );
}

/** What a file held. Entries that are none of ours are left out: a damaged file must not stop the rest. */
export function readMessageBook(value: unknown): MessageBook {
  if (!isRecord(value)) return EMPTY_BOOK;
  const { messages, early } = value;
  return {
    messages: Array.isArray(messages) ? messages.filter(isMessage) : [],
    early: Array.isArray(early) ? early.filter(isEarlyReport) : [],
  };
}
