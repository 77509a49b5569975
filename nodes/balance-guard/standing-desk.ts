import type { Posting, PostingResult } from '../lib/ledger/posting';
import type { DecideSupply } from '../lib/policy/supply-decision';
import { toError } from '../lib/text/to-error';
import type { Site } from '../lib/site/site';
import { accountPayload } from './account-payload';
import type { DeskResult } from './ledger-desk';

/** So many meters are charged in one commit; between commits readings have their turn. */
const METERS_PER_COMMIT = 200;
/** Pricing a past again takes milliseconds per meter. */
const RERATINGS_PER_COMMIT = 10;

/** Charges what comes due without a reading: the standing charges of each day, and corrections of the past. */
export class StandingDesk {
  private isBusy = false;

  constructor(
    private readonly site: Site,
    private readonly decide: DecideSupply,
  ) {}

  /**
   * Everything that is due now, a commit at a time, each handed to `give`. Meters that cannot be charged do not hold up
   * the others; the first fault of them is thrown at the end. Does nothing while it is still at it.
   */
  async chargeDue(give: (result: DeskResult) => void): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const { site, decide } = this;
    try {
      const ofReratings = await this.drain(
        (others) => site.store.dueReratings(RERATINGS_PER_COMMIT + others),
        (meterKey) => ({ type: 'rerate', meterKey, decide }),
        give,
      );
      const ofAccruals = await this.drain(
        (others) => site.store.dueAccruals(site.nowMs(), METERS_PER_COMMIT + others),
        (meterKey) => ({ type: 'accrual', meterKey, decide }),
        give,
      );
      const [first] = [...ofReratings, ...ofAccruals];
      if (first) throw first;
    } finally {
      this.isBusy = false;
    }
  }

  /** Returns the faults of the meters that could not be charged. `findDue` looks for so many more than go in a commit. */
  private async drain(
    findDue: (others: number) => number[],
    postingFor: (meterKey: number) => Posting,
    give: (result: DeskResult) => void,
  ): Promise<Error[]> {
    const faults = new Map<number, Error>();
    const findNext = (): number[] => findDue(faults.size).filter((meterKey) => !faults.has(meterKey));
    for (let due = findNext(); due.length > 0; due = findNext()) {
      const results = await Promise.allSettled(due.map((meterKey) => this.site.post(postingFor(meterKey))));
      this.site.prices.forgetAll();
      give(this.collect(results));
      for (const [index, meterKey] of due.entries()) {
        const result = results[index];
        if (result?.status === 'rejected') faults.set(meterKey, toError(result.reason));
      }
      // A ledger that takes nothing is not asked once for each meter.
      if (this.site.storeFault !== null) break;
    }
    return [...faults.values()];
  }

  private collect(results: readonly PromiseSettledResult<PostingResult>[]): DeskResult {
    const done: DeskResult = { accounts: [], relays: [], notices: [], error: null };
    for (const settled of results) {
      const result = settled.status === 'fulfilled' ? settled.value : null;
      if (result?.outcome !== 'committed') continue;
      done.accounts.push(accountPayload(this.site, result.account, ''));
      done.relays.push(...result.relays);
      done.notices.push(...result.notices);
    }
    return done;
  }
}
