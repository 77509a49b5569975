/** How a message ended: its readings are durable, or they could not be stored and the sender shall try again. */
export type ReceiptOutcome = 'durable' | 'failed' | 'timed out';

interface OpenReceipt {
  openReadings: number;
  failed: boolean;
  expiresAtMs: number;
  answer: (outcome: ReceiptOutcome) => void;
}

/**
 * The promises we owe to senders: each message in keeps its answer here until every reading in it is durable.
 * The receipt itself is an opaque string, so that a cloned or split message still carries it.
 * All receipts live equally long, so insertion order is expiry order and the oldest are at the front of the map.
 */
export class Receipts {
  private readonly open = new Map<string, OpenReceipt>();
  private lastNumber = 0;

  constructor(
    private readonly lifeMs: number,
    private readonly maxOpen: number,
    private readonly prefix = 'r',
  ) {}

  get size(): number {
    return this.open.size;
  }

  /** Returns null when too many are open: the caller answers "failed" at once and the sender backs off. */
  issue(readings: number, monotonicMs: number, answer: (outcome: ReceiptOutcome) => void): string | null {
    if (this.open.size >= this.maxOpen) return null;
    const receipt = `${this.prefix}${(this.lastNumber += 1)}`;
    this.open.set(receipt, {
      openReadings: readings,
      failed: false,
      expiresAtMs: monotonicMs + this.lifeMs,
      answer,
    });
    return receipt;
  }

  /** Takes `readings` readings of a message as ended. The sender is answered once, when the last of them has. */
  settle(receipt: string | undefined, readings: number, outcome: 'durable' | 'failed'): void {
    if (receipt === undefined) return;
    const entry = this.open.get(receipt);
    if (!entry) return;
    entry.openReadings -= readings;
    if (outcome === 'failed') entry.failed = true;
    if (entry.openReadings > 0) return;
    this.open.delete(receipt);
    entry.answer(entry.failed ? 'failed' : 'durable');
  }

  /** Answers everything that waited too long and returns how many there were. */
  expire(monotonicMs: number): number {
    let expired = 0;
    for (const [receipt, entry] of this.open) {
      if (entry.expiresAtMs > monotonicMs) break;
      this.open.delete(receipt);
      expired += 1;
      entry.answer('timed out');
    }
    return expired;
  }

  /** Answers everything still open as failed, for shutting down. */
  failAll(): void {
    for (const entry of this.open.values()) entry.answer('failed');
    this.open.clear();
  }
}
