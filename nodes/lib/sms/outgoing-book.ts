import { isRecord } from './json-record';
import { MessageBook, readStoredBook, type BookLimits } from './message-book';
import { OutgoingQueue, readOutgoingMeter, type OutgoingLimits } from './outgoing-queue';
import { readTextDetails, reportOf, waitingText, type TextDetails, type TextReport } from './outgoing-text';
import type { RecordChange, RecordStore } from './record-store';
import {
  stateOfMessage,
  type MessageEvent,
  type MessageState,
  type PartEvent,
  type SentMessage,
} from './sent-message';
import type { StatusReport } from './status-report-pdu';

const TEXT = 'text';
const STATE = 'outgoing';

export interface OutgoingBookOptions {
  readonly store: RecordStore;
  readonly wallMs: () => number;
  readonly book: BookLimits;
  readonly queue: OutgoingLimits;
  /**
   * Told once a state is on the disk; after a restart perhaps a second time. False when there is nobody to hear it: it
   * stays on the disk as untold.
   */
  readonly tell: (report: TextReport) => boolean;
}

/** Texts on their way out as they are on the disk: how far each has come, what it is, and what was spent on them. */
export class OutgoingBook {
  /** What waits; what was spent is written with every change. */
  readonly line: OutgoingQueue;
  /** The reference of the last text of several messages. */
  reference = 0;
  /** Results that nobody heard before their text had to make room for another. */
  droppedResults = 0;
  private readonly book: MessageBook;
  private readonly details = new Map<string, TextDetails>();
  /** Texts whose record is not on the disk as it is here. */
  private readonly dirty = new Set<string>();
  /** Texts whose state the flow does not know yet. */
  private readonly owed = new Set<string>();
  /** Those of them that were offered when nobody was there to hear. */
  private readonly unheard = new Set<string>();
  private savedEarly: MessageBook['early'];

  constructor(private readonly options: OutgoingBookOptions) {
    const { store, book, queue } = options;
    const records = store.readAll(TEXT).flatMap(({ value }) => (isRecord(value) ? [value] : []));
    const state = new Map(store.readAll(STATE).map(({ id, value }) => [id, value]));
    const messages = records.map(({ message }) => message);
    const { messages: known, early } = readStoredBook({ messages, early: state.get('early') });
    const sound = new Map<unknown, SentMessage>(known.map((message) => [message, message]));
    for (const record of records) {
      const details = readTextDetails(record['details']);
      const message = sound.get(record['message']);
      if (details && message) this.details.set(message.messageId, details);
    }
    const kept = known.filter(({ messageId }) => this.details.has(messageId));
    this.book = new MessageBook(book, { messages: kept, early });
    this.savedEarly = this.book.early;
    this.reference = countIn(state.get('reference'));
    this.droppedResults = countIn(state.get('dropped'));
    this.line = new OutgoingQueue(queue, readOutgoingMeter(state.get('meter')));
  }

  /** Results that wait for somebody to hear them. */
  get unheardCount(): number {
    return this.unheard.size;
  }

  find(messageId: string): { message: SentMessage; details: TextDetails } | null {
    const message = this.book.get(messageId);
    const details = this.details.get(messageId);
    return message && details ? { message, details } : null;
  }

  reportOf(messageId: string): TextReport | null {
    const found = this.find(messageId);
    return found && reportOf(found.message, found.details);
  }

  /** What an earlier process was just sending may have left the modem or not; what waited waits again. */
  async restart(): Promise<void> {
    this.mark(this.book.onRestart(this.options.wallMs()));
    const messages = [...this.book.all()];
    this.line.restore(
      messages.flatMap((message) => {
        const details = this.details.get(message.messageId);
        return (details && waitingText(message, details)) ?? [];
      }),
    );
    await this.saveAndTell(messages);
  }

  /** Writes a new text down; what cannot be written was never taken. */
  async add(message: SentMessage, details: TextDetails): Promise<void> {
    const { messageId } = message;
    try {
      for (const gone of this.book.add(message)) this.forget(gone);
      this.details.set(messageId, details);
      this.dirty.add(messageId);
      await this.saveAndTell([message]);
    } catch (error) {
      this.line.withdraw(messageId);
      this.book.remove(messageId);
      this.details.delete(messageId);
      this.owed.delete(messageId);
      this.dirty.add(messageId);
      throw error;
    }
  }

  /** A text that is sent once more gets another time to expire. */
  renew(messageId: string, details: TextDetails): void {
    // That it is queued again is the answer to the call.
    this.details.set(messageId, { ...details, told: 'queued' });
    this.dirty.add(messageId);
  }

  onPart(messageId: string, part: number, event: PartEvent): Promise<void> {
    return this.change(this.book.onPart(messageId, part, event, this.options.wallMs()));
  }

  onMessage(messageId: string, event: MessageEvent): Promise<void> {
    return this.change(this.book.onMessage(messageId, event, this.options.wallMs()));
  }

  onReport(report: StatusReport): Promise<void> {
    return this.change(this.book.onReport(report, this.options.wallMs()));
  }

  onTick(): Promise<void> {
    return this.change(this.book.onTick(this.options.wallMs()));
  }

  /** Offers again what nobody has heard. */
  async tellAgain(): Promise<void> {
    if (this.owed.size === 0) return;
    const reports = [...this.owed].flatMap((messageId) => this.reportOf(messageId) ?? []);
    await this.save();
    // What has changed meanwhile is told by who changed it.
    for (const report of reports) if (this.stateOf(report.messageId) === report.state) this.tellOnce(report);
  }

  /** Writes down what is not on the disk yet, so that nothing is told a second time. */
  async settle(): Promise<void> {
    if (this.dirty.size > 0) await this.save();
  }

  async save(): Promise<void> {
    const ids = [...this.dirty];
    this.dirty.clear();
    const changes: RecordChange[] = ids.map((id) => ({ kind: TEXT, id, value: this.recordOf(id) }));
    const { early } = this.book;
    const own = { meter: this.line.spent, reference: this.reference, early, dropped: this.droppedResults };
    for (const [id, value] of Object.entries(own)) changes.push({ kind: STATE, id, value });
    try {
      await this.options.store.write(changes);
      this.savedEarly = early;
    } catch (error) {
      for (const id of ids) this.dirty.add(id);
      throw error;
    }
  }

  private mark(changed: readonly SentMessage[]): void {
    for (const { messageId } of changed) this.dirty.add(messageId);
  }

  private async change(changed: readonly SentMessage[]): Promise<void> {
    this.mark(changed);
    if (this.dirty.size > 0 || this.book.early !== this.savedEarly) await this.saveAndTell(changed);
  }

  /** Tells each state in its turn, and not the next one that may not be on the disk. */
  private async saveAndTell(messages: readonly SentMessage[]): Promise<void> {
    const reports = messages.flatMap((message) => {
      const details = this.details.get(message.messageId);
      return details ? [reportOf(message, details)] : [];
    });
    for (const { messageId, state } of reports)
      if (this.details.get(messageId)?.told !== state) this.owed.add(messageId);
    await this.save();
    for (const report of reports) this.tellOnce(report);
  }

  private stateOf(messageId: string): MessageState | undefined {
    const message = this.book.get(messageId);
    return message && stateOfMessage(message);
  }

  private tellOnce(report: TextReport): void {
    const { messageId, state } = report;
    const details = this.details.get(messageId);
    this.unheard.delete(messageId);
    if (details && details.told !== state) {
      if (!this.options.tell(report)) {
        this.unheard.add(messageId);
        return;
      }
      details.told = state;
      // Worth no wait for the disk: at worst the flow is told once more after a restart.
      this.dirty.add(messageId);
    }
    if (!details || this.stateOf(messageId) === state) this.owed.delete(messageId);
  }

  private recordOf(messageId: string): unknown {
    const found = this.find(messageId);
    return found && { message: found.message, details: { ...found.details } };
  }

  /** The book has let go of a settled text. */
  private forget({ messageId }: SentMessage): void {
    this.details.delete(messageId);
    this.dirty.add(messageId);
    this.unheard.delete(messageId);
    if (this.owed.delete(messageId)) this.droppedResults += 1;
  }
}

const countIn = (value: unknown): number => (typeof value === 'number' ? value : 0);
