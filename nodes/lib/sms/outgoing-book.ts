import { isRecord } from './json-record';
import {
  addMessage,
  EMPTY_BOOK,
  onBookMessageEvent,
  onBookPartEvent,
  onBookReport,
  onBookRestart,
  onBookTick,
  readMessageBook,
  type BookChange,
  type BookLimits,
  type MessageBook,
} from './message-book';
import { EMPTY_OUTGOING, meterOf, readOutgoingMeter, withdraw, type OutgoingState } from './outgoing-queue';
import { readTextDetails, reportOf, waitingText, type TextDetails, type TextReport } from './outgoing-text';
import type { RecordChange, RecordStore } from './record-store';
import { stateOfMessage, type MessageEvent, type PartEvent, type SentMessage } from './sent-message';
import type { StatusReport } from './status-report-pdu';

const TEXT = 'text';
const STATE = 'outgoing';

/** Texts on their way out as they are on the disk: how far each has come, what it is, and what was spent on them. */
export class OutgoingBook {
  /** The queue; its meter is written with every change. */
  line: OutgoingState = EMPTY_OUTGOING;
  /** The reference of the last text of several messages. */
  reference = 0;
  private book: MessageBook = EMPTY_BOOK;
  private readonly details = new Map<string, TextDetails>();
  /** Texts whose record is not on the disk as it is here. */
  private readonly dirty = new Set<string>();

  constructor(
    private readonly store: RecordStore,
    private readonly wallMs: () => number,
    private readonly limits: BookLimits,
    /** Told once a state is on the disk; after a restart perhaps a second time. */
    private readonly tell: (report: TextReport) => void,
  ) {
    const records = store.readAll(TEXT).flatMap(({ value }) => (isRecord(value) ? [value] : []));
    const state = new Map(store.readAll(STATE).map(({ id, value }) => [id, value]));
    const messages = records.map(({ message }) => message);
    const { messages: known, early } = readMessageBook({ messages, early: state.get('early') });
    const sound = new Map<unknown, SentMessage>(known.map((message) => [message, message]));
    for (const record of records) {
      const details = readTextDetails(record['details']);
      const message = sound.get(record['message']);
      if (details && message) this.details.set(message.messageId, details);
    }
    this.book = { early, messages: known.filter(({ messageId }) => this.details.has(messageId)) };
    const reference = state.get('reference');
    this.reference = typeof reference === 'number' ? reference : 0;
    this.line = { waiting: [], ...readOutgoingMeter(state.get('meter')) };
  }

  find(messageId: string): { message: SentMessage; details: TextDetails } | null {
    const message = this.book.messages.find((each) => each.messageId === messageId);
    const details = this.details.get(messageId);
    return message && details ? { message, details } : null;
  }

  reportOf(messageId: string): TextReport | null {
    const found = this.find(messageId);
    return found && reportOf(found.message, found.details);
  }

  /** What an earlier process was just sending may have left the modem or not; what waited waits again. */
  async restart(): Promise<void> {
    this.apply(onBookRestart(this.book, this.wallMs()));
    const waiting = this.book.messages.flatMap((message) => {
      const details = this.details.get(message.messageId);
      return (details && waitingText(message, details)) ?? [];
    });
    this.line = { ...this.line, waiting };
    await this.saveAndTell(this.book.messages);
  }

  /** Writes a new text down; what cannot be written was never taken. */
  async add(message: SentMessage, details: TextDetails): Promise<void> {
    const { messageId } = message;
    try {
      this.book = addMessage(this.book, message, this.limits);
      this.details.set(messageId, details);
      this.dirty.add(messageId);
      this.forgetOldest();
      await this.saveAndTell([message]);
    } catch (error) {
      this.line = withdraw(this.line, messageId);
      const messages = this.book.messages.filter((each) => each.messageId !== messageId);
      this.book = { ...this.book, messages };
      this.details.delete(messageId);
      this.dirty.add(messageId);
      throw error;
    }
  }

  /** A text that is sent once more gets another time to expire. */
  renew(messageId: string, details: TextDetails): void {
    this.details.set(messageId, details);
    this.dirty.add(messageId);
  }

  onPart(messageId: string, part: number, event: PartEvent): Promise<void> {
    return this.change(onBookPartEvent(this.book, messageId, part, event, this.wallMs()));
  }

  onMessage(messageId: string, event: MessageEvent): Promise<void> {
    return this.change(onBookMessageEvent(this.book, messageId, event, this.wallMs()));
  }

  onReport(report: StatusReport): Promise<void> {
    return this.change(onBookReport(this.book, report, this.wallMs()));
  }

  onTick(): Promise<void> {
    return this.change(onBookTick(this.book, this.wallMs(), this.limits));
  }

  async save(): Promise<void> {
    const ids = [...this.dirty];
    this.dirty.clear();
    const changes: RecordChange[] = ids.map((id) => ({ kind: TEXT, id, value: this.recordOf(id) }));
    const own = { meter: meterOf(this.line), reference: this.reference, early: this.book.early };
    for (const [id, value] of Object.entries(own)) changes.push({ kind: STATE, id, value });
    try {
      await this.store.write(changes);
    } catch (error) {
      for (const id of ids) this.dirty.add(id);
      throw error;
    }
  }

  private apply({ book, changed }: BookChange): void {
    this.book = book;
    for (const { messageId } of changed) this.dirty.add(messageId);
  }

  private async change(change: BookChange): Promise<void> {
    const hasEarly = change.book.early !== this.book.early;
    this.apply(change);
    if (this.dirty.size > 0 || hasEarly) await this.saveAndTell(change.changed);
  }

  private async saveAndTell(messages: readonly SentMessage[]): Promise<void> {
    await this.save();
    for (const { messageId } of messages) {
      const found = this.find(messageId);
      if (!found) continue;
      const { message, details } = found;
      const state = stateOfMessage(message);
      if (details.told === state) continue;
      details.told = state;
      // Worth no wait for the disk: at worst the flow is told once more after a restart.
      this.dirty.add(messageId);
      this.tell(reportOf(message, details));
    }
  }

  private recordOf(messageId: string): unknown {
    const found = this.find(messageId);
    return found && { message: found.message, details: { ...found.details } };
  }

  /** The book has let go of the oldest settled texts. */
  private forgetOldest(): void {
    if (this.details.size <= this.book.messages.length) return;
    const kept = new Set(this.book.messages.map(({ messageId }) => messageId));
    for (const messageId of this.details.keys()) {
      if (kept.has(messageId)) continue;
      this.details.delete(messageId);
      this.dirty.add(messageId);
    }
  }
}
