import type { SubmitResult } from '../modem/text-submit';
import { toError } from '../text/to-error';
import { OutgoingBook } from './outgoing-book';
import type { OutgoingLimits, Refusal } from './outgoing-queue';
import {
  pdusOf,
  recipientOf,
  reportOf,
  waitingText,
  type RecipientRules,
  type TextDetails,
  type TextReport,
  type TextRequest,
} from './outgoing-text';
import type { RecordStore } from './record-store';
import {
  newSentMessage,
  nextPartToSend,
  onMessageEvent,
  type PartEvent,
  type SentMessage,
} from './sent-message';
import type { StatusReport } from './status-report-pdu';

export interface OutgoingDeskOptions {
  readonly store: RecordStore;
  /** Hands one PDU to the network, once. */
  readonly submitPdu: (pdu: string) => Promise<SubmitResult>;
  readonly wallMs: () => number;
  /** The month at the site, such as 2026-11. */
  readonly monthAt: (atMs: number) => string;
  readonly after: (delayMs: number, run: () => void) => () => void;
  readonly rules: RecipientRules;
  readonly limits: OutgoingLimits;
  /**
   * Tells a state that is on the disk; after a restart perhaps a second time. False when there is nobody to hear it: it
   * is kept, over restarts too, and told when somebody is there.
   */
  readonly tell: (report: TextReport) => boolean;
  readonly onError: (error: Error) => void;
}

/** Texts remembered beside the waiting ones: so long a repeated request is known, and a late report finds its text. */
const REMEMBERED_TEXTS = 10_000;
/** No modem sends more than one every 3 s. */
const MOST_PER_HOUR = 1_200;
/** Networks give a phone that is off a day or two. */
const HOUR_MS = 3_600_000;
const REPORT_WAIT_MS = 72 * HOUR_MS;
/** A text that is refused for a passing reason; with the pauses below that is more than an hour. */
const MAX_TRIES = 20;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 300_000;
/** A clock that was set, or a month that has begun, is noticed within this time. */
const LONGEST_SLEEP_MS = 600_000;
const REFERENCES = 256;

/** Takes texts in, sends them one after the other, and knows what became of each. */
export class OutgoingDesk {
  private readonly book: OutgoingBook;
  /** Texts that are not on the disk yet. */
  private readonly adding = new Map<string, Promise<void>>();
  private unanswered: { pdu: string; messageId: string; part: number } | null = null;
  private isOpen = false;
  private hasClosed = false;
  private isPumping = false;
  private pumping: Promise<void> = Promise.resolve();
  /** Something has changed while texts were being sent. */
  private isPumpWanted = false;
  /** After a failure nothing is tried before the pause is over. */
  private isPausing = false;
  private pauses = 0;
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly options: OutgoingDeskOptions) {
    const { store, wallMs, limits, tell } = options;
    // On a network without reports every text is on its way for as long as a report may take.
    const unreported = Math.min(limits.messagesPerHour, MOST_PER_HOUR) * (REPORT_WAIT_MS / HOUR_MS);
    const maxMessages = limits.maxWaiting + Math.max(REMEMBERED_TEXTS, unreported);
    const book = { maxMessages, reportWaitMs: REPORT_WAIT_MS };
    this.book = new OutgoingBook({ store, wallMs, book, queue: limits, tell });
  }

  get waitingCount(): number {
    return this.book.line.size;
  }

  /** Results that wait for somebody to hear them. */
  get unheardCount(): number {
    return this.book.unheardCount;
  }

  /** Results that nobody heard before their text had to make room for another. */
  get droppedResults(): number {
    return this.book.droppedResults;
  }

  /** Messages of this month that were given to the network. */
  get sentInMonth(): number {
    const { month, sentInMonth } = this.book.line.spent;
    return month === this.month() ? sentInMonth : 0;
  }

  /** Takes up what an earlier process left. */
  async start(): Promise<void> {
    await this.book.restart();
    this.pump();
  }

  /** The modem can send from now on, or cannot any more. */
  setOpen(isOpen: boolean): void {
    if (isOpen && !this.isOpen) this.isPausing = false;
    this.isOpen = isOpen;
    this.pump();
  }

  /** Settles when what became of the text under way is on the disk. */
  async close(): Promise<void> {
    this.hasClosed = true;
    this.cancelTimer();
    await this.pumping;
  }

  /** To be called when nothing comes from the modem any more: what the flow was told is written down. */
  async settle(): Promise<void> {
    await this.save(this.book.settle());
  }

  /** Somebody has come who may want to hear what nobody has heard. */
  tellAgain(): Promise<void> {
    return this.book.tellAgain();
  }

  reportOf(messageId: string): TextReport | null {
    return this.book.reportOf(messageId);
  }

  /** Takes a text in; settles when it is on the disk, or with why it is not taken. Throws for what is no text. */
  async submit(request: TextRequest): Promise<TextReport> {
    const { to, denial } = recipientOf(request.to, this.options.rules);
    const known = this.book.find(request.messageId);
    if (known) {
      await this.adding.get(request.messageId);
      return repeated(request, to, known);
    }
    const reference = (this.book.reference + 1) % REFERENCES;
    const pdus = pdusOf(request, to, reference);
    const queuedAtMs = this.options.wallMs();
    const { messageId, wantsReport, priority, owner, topic, subject } = request;
    const message = newSentMessage(
      { messageId, to, wantsReport, maxTries: MAX_TRIES, queuedAtMs },
      pdus.length,
    );
    const expiresAtMs = queuedAtMs + request.validityMs;
    // That it is queued is the answer to this call.
    const told = 'queued' as const;
    const details = { pdus, reference, priority, expiresAtMs, owner, topic, subject, told };
    const refusal = denial === '' ? this.admit(message, details, 'new') : denial;
    if (refusal !== '') return { ...reportOf(message, details), state: 'failed', reason: refusal };
    this.book.reference = reference;
    const adding = this.book.add(message, details).finally(() => this.adding.delete(messageId));
    this.adding.set(messageId, adding);
    await adding;
    this.pump();
    return reportOf(message, details);
  }

  onReport(report: StatusReport): Promise<void> {
    return this.book.onReport(report);
  }

  /** The modem named the reference of a text that had been given up as unknown. */
  async onLateReference(pdu: string, messageReference: number): Promise<void> {
    const { unanswered } = this;
    if (unanswered?.pdu !== pdu) return;
    this.unanswered = null;
    await this.book.onPart(unanswered.messageId, unanswered.part, { kind: 'accepted', messageReference });
  }

  /** Takes a text back that still waits; null when there is none. */
  async withdraw(messageId: string): Promise<TextReport | null> {
    if (!this.book.line.withdraw(messageId)) return null;
    await this.book.onMessage(messageId, { kind: 'given up', reason: 'withdrawn' });
    return this.book.reportOf(messageId);
  }

  /** Sends a failed or unknown text once more, for somebody who accepts that it may arrive twice. */
  async sendAgain(messageId: string): Promise<TextReport | null> {
    const found = this.book.find(messageId);
    if (!found) return null;
    const { message, details } = found;
    if (!message.parts.some(({ state }) => state === 'failed' || state === 'unknown')) {
      return reportOf(message, details);
    }
    const nowMs = this.options.wallMs();
    const expiresAtMs = nowMs + Math.max(0, details.expiresAtMs - message.queuedAtMs);
    const renewed = { ...details, expiresAtMs };
    const refusal = this.admit(onMessageEvent(message, { kind: 'send again' }, nowMs), renewed, 'again');
    // What became of it before still holds.
    if (refusal !== '') return { ...reportOf(message, details), reason: refusal };
    this.book.renew(messageId, renewed);
    await this.book.onMessage(messageId, { kind: 'send again' });
    this.pump();
    return this.book.reportOf(messageId);
  }

  /** To be called now and then: reports that will not come any more, and records that could not be written. */
  async tick(): Promise<void> {
    this.giveUp(this.book.line.dropExpired(this.options.wallMs()));
    await this.book.onTick();
    await this.book.tellAgain();
    this.pump();
  }

  private month(): string {
    return this.options.monthAt(this.options.wallMs());
  }

  /** Gives it a place in the queue, or says why there is none. */
  private admit(message: SentMessage, details: TextDetails, which: 'new' | 'again'): string {
    const waiting = waitingText(message, details);
    if (!waiting) return 'nothing of it is left to be sent';
    const { line } = this.book;
    const month = this.month();
    const { isAdmitted, refused } =
      which === 'new' ? line.admit(waiting, month) : line.admitAgain(waiting, month);
    if (!isAdmitted) return refused[0]?.text ?? 'there is no room for it';
    this.giveUp(refused);
    return '';
  }

  private giveUp(refused: readonly Refusal[]): void {
    for (const { messageId, text } of refused) {
      this.book
        .onMessage(messageId, { kind: 'given up', reason: text })
        .catch((error: unknown) => this.options.onError(toError(error)));
    }
  }

  private pump(): void {
    this.isPumpWanted = true;
    if (this.isPumping || this.isPausing || !this.mayPump()) return;
    this.isPumping = true;
    this.isPumpWanted = false;
    this.cancelTimer();
    this.pumping = this.sendAll()
      .catch((error: unknown) => {
        this.options.onError(toError(error));
        this.pause();
      })
      .finally(() => {
        this.isPumping = false;
        if (this.isPumpWanted) this.pump();
      });
  }

  private mayPump(): boolean {
    return this.isOpen && !this.hasClosed;
  }

  /** One text after the other, for as long as the rate allows and the modem can. */
  private async sendAll(): Promise<void> {
    while (this.mayPump()) {
      const { line } = this.book;
      const { next, waitMs, refused } = line.takeTurn(this.options.wallMs(), this.month());
      this.giveUp(refused);
      if (!next) {
        if (line.size > 0) this.sleep(Math.min(waitMs ?? LONGEST_SLEEP_MS, LONGEST_SLEEP_MS));
        return;
      }
      if (!(await this.sendText(next.messageId))) {
        this.pause();
        return;
      }
      this.pauses = 0;
    }
  }

  /** Every part that is to be sent; false when the modem or the network takes nothing just now. */
  private async sendText(messageId: string): Promise<boolean> {
    for (;;) {
      const found = this.book.find(messageId);
      const part = found && nextPartToSend(found.message);
      const pdu = typeof part === 'number' ? found?.details.pdus[part] : undefined;
      if (typeof part !== 'number' || pdu === undefined) return true;
      // Written down before the modem has it: a process that dies from here on leaves an unknown text, never a second one.
      const isWritten = await this.save(this.book.onPart(messageId, part, { kind: 'handed' }));
      // It could not be written when it came in, and was refused.
      if (!this.book.find(messageId)) return true;
      const result = isWritten ? await this.options.submitPdu(pdu) : NOT_WRITTEN;
      if (result.state === 'unknown') this.unanswered = { pdu, messageId, part };
      await this.save(this.book.onPart(messageId, part, eventOf(result)));
      if (result.state === 'failed') await this.putBack(messageId);
      if (result.state === 'failed' && result.mayRetry) return false;
    }
  }

  private async putBack(messageId: string): Promise<void> {
    const found = this.book.find(messageId);
    if (!found) return;
    const { line } = this.book;
    const waiting = waitingText(found.message, found.details);
    // The part that was refused cost nothing, nor do those behind it, which stay here.
    const unsent = 1 + found.message.parts.filter(({ state }) => state === 'queued').length;
    if (waiting) line.giveBack(waiting);
    else line.refund(unsent);
    await this.save(this.book.save());
  }

  /** Whether it could be written; what could not is written with the next change. */
  private async save(writing: Promise<void>): Promise<boolean> {
    try {
      await writing;
      return true;
    } catch (error) {
      this.options.onError(toError(error));
      return false;
    }
  }

  private pause(): void {
    this.isPausing = true;
    this.sleep(Math.min(FIRST_PAUSE_MS * 2 ** this.pauses, LONGEST_PAUSE_MS));
    this.pauses += 1;
  }

  private sleep(durationMs: number): void {
    this.cancelTimer();
    if (this.hasClosed) return;
    this.cancelTimer = this.options.after(durationMs, () => {
      this.isPausing = false;
      this.pump();
    });
  }
}

/** The same text again is no second text; another one under the same id is a mistake of the flow. */
function repeated(
  request: TextRequest,
  to: string,
  { message, details }: { message: SentMessage; details: TextDetails },
): TextReport {
  const pdus = pdusOf(request, to, details.reference);
  if (message.to !== to || pdus.join() !== details.pdus.join()) {
    throw new RangeError(`messageId must be new for another text, got "${message.messageId}" again`);
  }
  return reportOf(message, details);
}

const NOT_WRITTEN: SubmitResult = {
  state: 'failed',
  reason: 'it could not be written down before it was sent',
  code: null,
  mayRetry: true,
};

/** What the modem's answer means for a part. */
function eventOf(result: SubmitResult): PartEvent {
  switch (result.state) {
    case 'submitted':
      return { kind: 'accepted', messageReference: result.reference };
    case 'unknown':
      return { kind: 'silent', reason: result.reason };
    case 'failed':
      return result.mayRetry && result.code === null
        ? { kind: 'not sent', reason: result.reason }
        : { kind: 'refused', reason: result.reason, mayRetry: result.mayRetry };
  }
}
