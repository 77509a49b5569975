import type { Posting, PostingResult } from '../lib/ledger/posting';
import type { FiledRefusal } from '../lib/meter/filed-refusals';
import { toError } from '../lib/text/to-error';

type Submit = (posting: Posting, settle: (error: Error | null, result?: PostingResult) => void) => void;
type Settle = (readings: number, outcome: 'durable' | 'failed') => void;

export interface RefusalDeskOptions {
  submit: Submit;
  /** Hears of what is not stored. */
  onFault: (error: Error) => void;
}

/** The refused readings of one message, and what became of them. */
interface Frame {
  source: string;
  settle: Settle;
  /** Lines that are not written yet. */
  open: number;
  readings: number;
  /** How many of the readings are not stored, and why the first of them is not. */
  notStored: number;
  firstFault: string | null;
}

interface Waiting {
  frame: Frame;
  filed: FiledRefusal;
}

/** Each takes some hundredths of a millisecond; while so many are written, nobody else waits for long. */
const MAX_UNDER_WAY = 64;
/** Frames of strangers can bring thousands at once. What is beyond this is sent again later. */
const MAX_WAITING = 20_000;
const TOO_MANY = 'too many wait already';

/** Writes refused readings down, a few at a time, so that a frame full of them does not hold up everybody else. */
export class RefusalDesk {
  private waiting: Waiting[] = [];
  /** Where the queue begins. What is before it is done. */
  private next = 0;
  private underWay = 0;
  private isSubmitting = false;

  constructor(private readonly options: RefusalDeskOptions) {}

  /** How many lines wait to be written. */
  get size(): number {
    return this.waiting.length - this.next;
  }

  /**
   * `settle` is called once for each line, when it is durable or can not be. However many lines of a message can not be,
   * one fault tells of them.
   */
  file(source: string, filed: readonly FiledRefusal[], settle: Settle): void {
    const readings = filed.reduce((sum, { count }) => sum + count, 0);
    const frame: Frame = { source, settle, open: filed.length, readings, notStored: 0, firstFault: null };
    for (const one of filed) {
      if (this.size < MAX_WAITING) this.waiting.push({ frame, filed: one });
      else this.end(frame, one.count, 'failed', TOO_MANY);
    }
    this.submitSome();
  }

  /** What has not been written stays with its senders. */
  close(): void {
    const rest = this.waiting.slice(this.next);
    this.waiting = [];
    this.next = 0;
    for (const { filed, frame } of rest) this.end(frame, filed.count, 'failed', null);
  }

  private submitSome(): void {
    // A ledger that answers at once would otherwise lead here again from within, as deep as the queue is long.
    if (this.isSubmitting) return;
    this.isSubmitting = true;
    try {
      while (this.underWay < MAX_UNDER_WAY) {
        const one = this.waiting[this.next];
        if (!one) break;
        this.next += 1;
        this.submit(one);
      }
    } finally {
      this.isSubmitting = false;
    }
    if (this.next < this.waiting.length && this.next < MAX_WAITING) return;
    this.waiting = this.waiting.slice(this.next);
    this.next = 0;
  }

  private submit({ frame, filed }: Waiting): void {
    const { refusal, content, count } = filed;
    this.underWay += 1;
    let isEnded = false;
    const end = (fault: string | null): void => {
      if (isEnded) return;
      isEnded = true;
      this.underWay -= 1;
      this.end(frame, count, fault === null ? 'durable' : 'failed', fault);
      this.submitSome();
    };
    try {
      this.options.submit({ type: 'refusal', refusal, source: frame.source, content }, (error, result) => {
        if (error) end(error.message);
        else end(result?.outcome === 'refused' ? result.reason : null);
      });
    } catch (error) {
      end(toError(error).message);
    }
  }

  /** A line has ended. What is wrong is told of when the last line of its message has, once. */
  private end(frame: Frame, count: number, outcome: 'durable' | 'failed', fault: string | null): void {
    frame.open -= 1;
    if (outcome === 'failed') frame.notStored += count;
    frame.firstFault ??= fault;
    if (frame.open === 0 && frame.firstFault !== null) this.options.onFault(faultOf(frame, frame.firstFault));
    frame.settle(count, outcome);
  }
}

function faultOf({ source, readings, notStored }: Frame, fault: string): Error {
  const whose = source || 'a meter';
  return new Error(
    readings === 1
      ? `what ${whose} sent is not stored: ${fault}`
      : `${notStored} of ${readings} refused readings that ${whose} sent are not stored: ${fault}`,
  );
}
