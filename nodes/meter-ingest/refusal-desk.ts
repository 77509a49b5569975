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

interface Waiting {
  source: string;
  filed: FiledRefusal;
  settle: Settle;
}

/** Each takes some hundredths of a millisecond; while so many are written, nobody else waits for long. */
const MAX_UNDER_WAY = 64;
/** Frames of strangers can bring thousands at once. What is beyond this is sent again later. */
const MAX_WAITING = 20_000;

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

  /** `settle` is called once for each line, when it is durable or can not be. */
  file(source: string, filed: readonly FiledRefusal[], settle: Settle): void {
    let dropped = 0;
    for (const one of filed) {
      if (this.size < MAX_WAITING) this.waiting.push({ source, filed: one, settle });
      else dropped += one.count;
    }
    if (dropped > 0) {
      this.options.onFault(
        new Error(`too many refused readings wait: ${dropped} of ${source} shall be sent again`),
      );
      settle(dropped, 'failed');
    }
    this.submitSome();
  }

  /** What has not been written stays with its senders. */
  close(): void {
    const rest = this.waiting.slice(this.next);
    this.waiting = [];
    this.next = 0;
    for (const { filed, settle } of rest) settle(filed.count, 'failed');
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

  private submit({ source, filed, settle }: Waiting): void {
    const { submit, onFault } = this.options;
    const { refusal, content, count } = filed;
    this.underWay += 1;
    let isEnded = false;
    const end = (fault: string | null): void => {
      if (isEnded) return;
      isEnded = true;
      this.underWay -= 1;
      if (fault !== null) onFault(new Error(`what ${source || 'a meter'} sent is not stored: ${fault}`));
      settle(count, fault === null ? 'durable' : 'failed');
      this.submitSome();
    };
    try {
      submit({ type: 'refusal', refusal, source, content }, (error, result) => {
        if (error) end(error.message);
        else end(result?.outcome === 'refused' ? result.reason : null);
      });
    } catch (error) {
      end(toError(error).message);
    }
  }
}
