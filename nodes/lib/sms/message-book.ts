import { isRecord } from './json-record';
import { isNumbered, isSameNumber, isUnnumbered, ReportIndex } from './report-index';
import {
  isSettled,
  onMessageEvent,
  onPartEvent,
  PART_STATES,
  type MessageEvent,
  type PartEvent,
  type SentMessage,
  type SentPart,
} from './sent-message';
import type { StatusReport } from './status-report-pdu';

/** A report that came before the modem said which number it gave to the text. */
interface EarlyReport {
  readonly atMs: number;
  readonly report: StatusReport;
}

export interface BookLimits {
  readonly maxMessages: number;
  /** A submitted text whose report has not come by then is unknown. */
  readonly reportWaitMs: number;
}

/** What of a book is written down. Plain JSON: a restart goes on where it was. */
export interface StoredBook {
  readonly messages: readonly SentMessage[];
  readonly early: readonly EarlyReport[];
}

const MAX_EARLY_REPORTS = 32;
const EARLY_REPORT_LIFE_MS = 600_000;
/** How far the network's clock and ours may be apart when a report is all that tells of a text. */
const MAX_CLOCK_GAP_MS = 300_000;

interface Place {
  readonly message: SentMessage;
  readonly index: number;
  readonly part: SentPart;
}

/**
 * All texts on their way and the last settled ones. It is changed in place, by the id of a text or by what a report
 * names; only a restart and a tick look at all of them. Every change is given back in its turn, each text as it was then.
 */
export class MessageBook {
  /** Replaced, never changed, so that whoever keeps it sees whether it is another one. */
  early: readonly EarlyReport[];
  private readonly messages = new Map<string, SentMessage>();
  /** Texts to which nothing more will happen by themselves, the one that came to that first in front. */
  private readonly settled = new Set<string>();
  private readonly index = new ReportIndex();

  constructor(
    private readonly limits: BookLimits,
    { messages, early }: StoredBook = { messages: [], early: [] },
  ) {
    this.early = early;
    for (const message of messages) this.enter(message);
    const settled = [...this.settled].flatMap((messageId) => this.messages.get(messageId) ?? []);
    this.settled.clear();
    for (const { messageId } of settled.sort((one, other) => lastAtMs(one) - lastAtMs(other)))
      this.settled.add(messageId);
  }

  get(messageId: string): SentMessage | undefined {
    return this.messages.get(messageId);
  }

  /** Every text, the oldest first. */
  all(): Iterable<SentMessage> {
    return this.messages.values();
  }

  /** Writes a new text down; those that have been settled longest make room for it and are given back. */
  add(message: SentMessage): SentMessage[] {
    const { messageId } = message;
    if (this.messages.has(messageId)) {
      throw new RangeError(`messageId must be new, got "${messageId}" again`);
    }
    const { maxMessages } = this.limits;
    if (this.messages.size - this.settled.size >= maxMessages) {
      throw new RangeError(`message book is full: ${maxMessages} texts are on their way`);
    }
    const gone: SentMessage[] = [];
    for (const oldest of this.settled) {
      if (this.messages.size < maxMessages) break;
      const settled = this.remove(oldest);
      if (settled) gone.push(settled);
    }
    this.enter(message);
    return gone;
  }

  /** Takes a text out as if it had never been there. */
  remove(messageId: string): SentMessage | undefined {
    const message = this.messages.get(messageId);
    if (!message) return undefined;
    this.messages.delete(messageId);
    this.settled.delete(messageId);
    this.index.remove(message);
    return message;
  }

  /** Takes in what happened to a part of a text; a text that is not in the book changes nothing. */
  onPart(messageId: string, part: number, event: PartEvent, atMs: number): SentMessage[] {
    const message = this.messages.get(messageId);
    if (!message) return [];
    const changed = this.replace(message, onPartEvent(message, part, event, atMs));
    if (event.kind !== 'accepted' && event.kind !== 'silent') return changed;
    return [...changed, ...this.useEarlyReports(atMs)];
  }

  onMessage(messageId: string, event: MessageEvent, atMs: number): SentMessage[] {
    const message = this.messages.get(messageId);
    return message ? this.replace(message, onMessageEvent(message, event, atMs)) : [];
  }

  /** Takes in a delivery report. One that fits nothing yet is kept for a while: it may be faster than the modem. */
  onReport(report: StatusReport, atMs: number): SentMessage[] {
    const changed = this.applyReport(report, atMs);
    if (changed) return changed;
    this.early = [...this.early, { atMs, report }].slice(-MAX_EARLY_REPORTS);
    return [];
  }

  /** After a restart: what was just being sent may have left or not. */
  onRestart(atMs: number): SentMessage[] {
    return this.onEach((message) => onMessageEvent(message, { kind: 'restarted' }, atMs));
  }

  /** To be called now and then: reports that will not come any more, and early ones that nobody claimed. */
  onTick(nowMs: number): SentMessage[] {
    const early = this.early.filter(({ atMs }) => Math.abs(nowMs - atMs) < EARLY_REPORT_LIFE_MS);
    if (early.length < this.early.length) this.early = early;
    return this.onEach((message) =>
      nowMs - waitsSince(message) >= this.limits.reportWaitMs && nextIsReport(message)
        ? onMessageEvent(message, { kind: 'no report' }, nowMs)
        : message,
    );
  }

  private enter(message: SentMessage): void {
    const { messageId } = message;
    this.messages.set(messageId, message);
    this.index.add(message);
    if (!isSettled(message)) this.settled.delete(messageId);
    else this.settled.add(messageId);
  }

  private replace(before: SentMessage, after: SentMessage): SentMessage[] {
    if (after === before) return [];
    this.index.remove(before);
    this.enter(after);
    return [after];
  }

  private onEach(next: (message: SentMessage) => SentMessage): SentMessage[] {
    return [...this.messages.values()].flatMap((message) => this.replace(message, next(message)));
  }

  private useEarlyReports(atMs: number): SentMessage[] {
    const changed: SentMessage[] = [];
    for (const early of this.early) {
      const change = this.applyReport(early.report, atMs);
      if (!change) continue;
      changed.push(...change);
      this.early = this.early.filter((kept) => kept !== early);
    }
    return changed;
  }

  /** Undefined when it fits nothing. */
  private applyReport(report: StatusReport, atMs: number): SentMessage[] | undefined {
    const place = this.placeOf(report);
    if (!place) return undefined;
    const { outcome, reason, messageReference } = report;
    let { message } = place;
    if (place.part.messageReference === null) {
      message = onPartEvent(message, place.index, { kind: 'accepted', messageReference }, atMs);
    }
    const after = onPartEvent(message, place.index, { kind: 'report', outcome, reason }, atMs);
    return this.replace(place.message, after);
  }

  /**
   * The part that a report tells of: the latest to that number with its reference, since references come again after
   * 256 texts. An unknown text never got one; it is meant when it alone was sent to that number at that time.
   */
  private placeOf({ to, messageReference, submittedAt }: StatusReport): Place | undefined {
    const referenced = this.partsTo(
      to.text,
      this.index.withReference(to.text, messageReference),
      (part) => isNumbered(part) && part.messageReference === messageReference,
    );
    const latest = referenced.sort((one, other) => other.part.atMs - one.part.atMs)[0];
    if (latest || submittedAt === null) return latest;
    const unnumbered = this.partsTo(
      to.text,
      this.index.withoutReference(to.text),
      (part) => isUnnumbered(part) && Math.abs(submittedAt.atMs - part.atMs) <= MAX_CLOCK_GAP_MS,
    );
    const only = unnumbered.length === 1 ? unnumbered[0] : undefined;
    return only?.part.state === 'unknown' ? only : undefined;
  }

  private partsTo(to: string, ids: Iterable<string>, isMeant: (part: SentPart) => boolean): Place[] {
    return [...ids].flatMap((messageId) => {
      const message = this.messages.get(messageId);
      if (!message || !isSameNumber(message.to, to)) return [];
      return message.parts.flatMap((part, index) => (isMeant(part) ? [{ message, index, part }] : []));
    });
  }
}

function lastAtMs({ parts }: SentMessage): number {
  return Math.max(...parts.map(({ atMs }) => atMs));
}

function waitsSince({ parts }: SentMessage): number {
  return Math.max(...parts.map(({ state, atMs }) => (state === 'submitted' ? atMs : -Infinity)));
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
export function readStoredBook(value: unknown): StoredBook {
  if (!isRecord(value)) return { messages: [], early: [] };
  const { messages, early } = value;
  return {
    messages: Array.isArray(messages) ? messages.filter(isMessage) : [],
    early: Array.isArray(early) ? early.filter(isEarlyReport) : [],
  };
}
