import { toError } from '../text/to-error';

/** Calls back after a delay; returns the way to cancel. Injected, so that tests own the time. */
export type Schedule = (run: () => void, afterMs: number) => () => void;

export interface GroupCommitOptions<Item, Result> {
  commit: (items: Item[]) => Result[];
  /** A group is committed when it is this large … */
  maxItems: number;
  /** … or when its first item has waited this long, whichever comes first. */
  maxWaitMs: number;
  schedule: Schedule;
  /** Whether an error is the fault of one item, so that its neighbours are worth committing without it. */
  isItemFault: (error: Error) => boolean;
  /** Hears of an error that somebody threw when told of the commit. */
  onThrown: (error: Error) => void;
}

type Settle<Result> = (error: Error | null, result?: Result) => void;

/**
 * Collects items for a few milliseconds and commits them together: one disk flush serves them all.
 * The queue is never longer than one group, since a full group is committed at once by whoever fills it.
 */
export class GroupCommit<Item, Result> {
  private items: Item[] = [];
  private waiting: Settle<Result>[] = [];
  private cancelTimer: (() => void) | null = null;

  constructor(private readonly options: GroupCommitOptions<Item, Result>) {}

  submit(item: Item, settle: Settle<Result>): void {
    this.items.push(item);
    this.waiting.push(settle);
    if (this.items.length >= this.options.maxItems) this.flush();
    else this.cancelTimer ??= this.options.schedule(() => this.flush(), this.options.maxWaitMs);
  }

  /** Commits what is waiting, now. Everybody who waits is answered, whatever happens. */
  flush(): void {
    this.cancelTimer?.();
    this.cancelTimer = null;
    if (this.items.length === 0) return;
    const items = this.items;
    const waiting = this.waiting;
    this.items = [];
    this.waiting = [];
    let results: Result[];
    try {
      results = this.options.commit(items);
    } catch (error) {
      this.recover(items, waiting, toError(error));
      return;
    }
    let index = 0;
    for (const settle of waiting) {
      this.tell(settle, null, results[index]);
      index += 1;
    }
  }

  /** One bad item must not fail the others: after a fault of an item, each is committed by itself. */
  private recover(items: Item[], waiting: Settle<Result>[], error: Error): void {
    if (items.length === 1 || !this.options.isItemFault(error)) {
      for (const settle of waiting) this.tell(settle, error);
      return;
    }
    for (const [index, item] of items.entries()) {
      const settle = waiting[index];
      if (!settle) continue;
      let result: Result | undefined;
      try {
        [result] = this.options.commit([item]);
      } catch (itemError) {
        this.tell(settle, toError(itemError));
        continue;
      }
      this.tell(settle, null, result);
    }
  }

  /** What is committed stays committed: whoever throws at the news must not keep it from the others. */
  private tell(settle: Settle<Result>, error: Error | null, result?: Result): void {
    try {
      settle(error, result);
    } catch (thrown) {
      this.options.onThrown(toError(thrown));
    }
  }
}
