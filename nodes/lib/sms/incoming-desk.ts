import type { ReceivedPdu } from '../modem/message-shelf';
import { toError } from '../text/to-error';
import { isRecord } from './json-record';
import { readPdu, type ReadPdu } from './read-pdu';
import {
  endOverdueTexts,
  EMPTY_REASSEMBLY,
  readReassemblyState,
  takePart,
  type ReassembledText,
  type Reassembly,
  type ReassemblyLimits,
  type ReassemblyState,
} from './reassembly';
import type { RecordChange, RecordStore } from './record-store';
import type { StatusReport } from './status-report-pdu';

/** A text for the flow. */
export interface IncomingText {
  readonly incomingId: string;
  readonly from: string;
  /** Null when it is data, or nobody can read it. */
  readonly text: string | null;
  readonly dataHex: string | null;
  readonly sentAtMs: number | null;
  readonly receivedAtMs: number;
  readonly parts: number;
  /** Parts that did not come in time; each stands as … in the text. */
  readonly missing: readonly number[];
  /** What could not be read, in words. */
  readonly problem: string;
}

interface KeptText extends IncomingText {
  /** The messages of the modem that it was made of. */
  readonly pdus: readonly string[];
}

/** What the flow did with a text: it has it, it will say so later, or there is nobody. */
export type Reception = 'taken' | 'offered' | 'nobody';

export interface IncomingDeskOptions {
  readonly store: RecordStore;
  readonly wallMs: () => number;
  /** A new id, different from all others. */
  readonly newId: () => string;
  /** Hands a text to the flow. It stays here, and in the modem, until it is taken. */
  readonly offer: (text: IncomingText) => Reception;
  readonly onReport: (report: StatusReport) => Promise<void>;
  /** The modem may delete the message. */
  readonly release: (received: ReceivedPdu) => Promise<void>;
  readonly onError: (error: Error) => void;
}

const TEXT = 'incoming';
const STATE = 'reassembly';
/** Parts of a long text come within minutes; a phone that is switched off in between brings the rest a day later. */
const LIMITS: ReassemblyLimits = { deadlineMs: 24 * 3_600_000, maxOpen: 50 };
/** Taken messages that the modem may still have because it could not delete them. */
const REMEMBERED_PDUS = 500;
/** Past this the texts stay in the modem alone, whose storage then fills up and says so. */
const MAX_UNTAKEN = 1_000;

/** Everything that has to do with texts on their way in: parts, whole texts nobody has taken yet, what may be deleted. */
export class IncomingDesk {
  private state: ReassemblyState = EMPTY_REASSEMBLY;
  private readonly untaken = new Map<string, KeptText>();
  /** Taken messages, the oldest first. */
  private taken: string[] = [];
  /** Where the modem keeps what it has told in this process. */
  private readonly shelf = new Map<string, ReceivedPdu[]>();
  /** What could not be written down, or had no room: the modem tells it once only, so it is taken up again from here. */
  private missed: ReceivedPdu[] = [];
  /** One message after the other, so that the parts of a text find each other. */
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: IncomingDeskOptions) {
    const { store } = options;
    const state = new Map(store.readAll(STATE).map(({ id, value }) => [id, value]));
    this.state = readReassemblyState(state.get('open'));
    const taken = state.get('taken');
    if (Array.isArray(taken)) this.taken = taken.filter((pdu) => typeof pdu === 'string');
    for (const { id, value } of store.readAll(TEXT)) if (isKeptText(value)) this.untaken.set(id, value);
  }

  get untakenCount(): number {
    return this.untaken.size;
  }

  /** Settles when nothing is under way. */
  async close(): Promise<void> {
    await this.working;
  }

  /** A message of the modem. */
  onPdu(received: ReceivedPdu): Promise<void> {
    return this.inTurn(() => this.tryTake(received));
  }

  /** Offers again what nobody has taken, and lets go of texts whose rest will not come. To be called now and then. */
  tick(): Promise<void> {
    return this.inTurn(async () => {
      await this.settle(endOverdueTexts(this.state, this.options.wallMs(), LIMITS));
      for (const received of this.missed.splice(0)) await this.tryTake(received);
      for (const text of [...this.untaken.values()]) await this.offer(text);
    });
  }

  /** The flow has it. False when there is no such text, or no longer. */
  async onTaken(incomingId: string): Promise<boolean> {
    const text = this.untaken.get(incomingId);
    if (!text) return false;
    this.untaken.delete(incomingId);
    const taken = [...this.taken, ...text.pdus].slice(-REMEMBERED_PDUS);
    try {
      await this.options.store.write([
        { kind: TEXT, id: incomingId, value: null },
        { kind: STATE, id: 'taken', value: taken },
      ]);
    } catch (error) {
      this.untaken.set(incomingId, text);
      throw error;
    }
    this.taken = taken;
    await this.release(text.pdus);
    return true;
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.working = this.working.then(work).catch((error: unknown) => this.options.onError(toError(error)));
    return this.working;
  }

  private async tryTake(received: ReceivedPdu): Promise<void> {
    try {
      if (await this.take(received)) return;
    } catch (error) {
      this.options.onError(toError(error));
    }
    this.missed = [...this.missed, received].slice(-MAX_UNTAKEN);
  }

  /** False when there is no room for it just now. */
  private async take(received: ReceivedPdu): Promise<boolean> {
    const { pdu } = received;
    const isTaken = this.taken.includes(pdu);
    this.putOnShelf(received);
    if (isTaken) await this.release([pdu]);
    else if (!this.isKnown(pdu)) return await this.takeNew(pdu);
    return true;
  }

  private putOnShelf(received: ReceivedPdu): void {
    const { pdu, slot } = received;
    const others = (this.shelf.get(pdu) ?? []).filter((known) => known.slot !== slot);
    if (slot !== null) this.shelf.set(pdu, [...others, received]);
  }

  private isKnown(pdu: string): boolean {
    return [...this.untaken.values()].some(({ pdus }) => pdus.includes(pdu));
  }

  private async takeNew(pdu: string): Promise<boolean> {
    const read = readPdu(pdu);
    if (read.kind === 'status-report') {
      await this.options.onReport(read);
      await this.release([pdu]);
      return true;
    }
    if (this.untaken.size >= MAX_UNTAKEN) return false;
    if (read.kind === 'deliver') {
      const { from, part, text, dataHex, sentAt } = read;
      const incoming = { from: from.text, part, text, dataHex, sentAtMs: sentAt?.atMs ?? null, slot: pdu };
      await this.settle(takePart(this.state, incoming, this.options.wallMs(), LIMITS), problemsOf(read));
      return true;
    }
    const problem = problemsOf(read) || 'it is no text that came in';
    await this.keep([
      this.kept(
        { from: '', text: null, dataHex: pdu, sentAtMs: null, total: 1, missing: [], slots: [pdu] },
        problem,
      ),
    ]);
    return true;
  }

  /** Writes down what became of the parts, and hands on the texts that have come to their end. */
  private async settle({ state, texts, copySlots }: Reassembly, problem = ''): Promise<void> {
    const before = this.state;
    this.state = state;
    const kept = texts.map((text) => this.kept(text, problem));
    try {
      if (state !== before || kept.length > 0) await this.keep(kept);
    } catch (error) {
      // The modem still has the parts and tells them again.
      this.state = before;
      throw error;
    }
    await this.release(copySlots);
  }

  private kept(
    text: Pick<ReassembledText, 'from' | 'text' | 'dataHex' | 'sentAtMs' | 'total' | 'missing' | 'slots'>,
    problem: string,
  ): KeptText {
    const { from, dataHex, sentAtMs, total, missing, slots } = text;
    return {
      incomingId: this.options.newId(),
      from,
      text: text.text,
      dataHex,
      sentAtMs,
      receivedAtMs: this.options.wallMs(),
      parts: total,
      missing,
      problem,
      pdus: slots,
    };
  }

  private async keep(texts: readonly KeptText[]): Promise<void> {
    const changes: RecordChange[] = texts.map((text) => ({ kind: TEXT, id: text.incomingId, value: text }));
    changes.push({ kind: STATE, id: 'open', value: this.state });
    await this.options.store.write(changes);
    for (const text of texts) this.untaken.set(text.incomingId, text);
    for (const text of texts) await this.offer(text);
  }

  private async offer({ pdus: _inModem, ...text }: KeptText): Promise<void> {
    if (this.untaken.has(text.incomingId) && this.options.offer(text) === 'taken') {
      await this.onTaken(text.incomingId);
    }
  }

  /** Lets the modem delete messages. One that it cannot delete now is deleted when it is told again. */
  private async release(pdus: readonly string[]): Promise<void> {
    for (const pdu of pdus) {
      const places = this.shelf.get(pdu) ?? [];
      this.shelf.delete(pdu);
      for (const received of places) await this.options.release(received);
    }
  }
}

function problemsOf(read: ReadPdu): string {
  switch (read.kind) {
    case 'deliver':
    case 'submit':
    case 'status-report':
      return read.problems.join('; ');
    case 'unreadable':
      return read.problem;
  }
}

function isKeptText(value: unknown): value is KeptText {
  return (
    isRecord(value) &&
    typeof value['incomingId'] === 'string' &&
    typeof value['from'] === 'string' &&
    (value['text'] === null || typeof value['text'] === 'string') &&
    Array.isArray(value['pdus']) &&
    value['pdus'].every((pdu) => typeof pdu === 'string')
  );
}
