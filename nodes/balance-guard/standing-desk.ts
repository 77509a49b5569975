import type { Posting, PostingResult } from '../lib/ledger/posting';
import type { SupplyGuard } from '../lib/policy/supply-guard';
import { toError } from '../lib/text/to-error';
import type { Site } from '../lib/site/site';
import { accountPayload } from './account-payload';
import type { DeskResult } from './ledger-desk';

/** So many meters are charged in one commit; between commits readings have their turn. */
const METERS_PER_COMMIT = 200;
/** Pricing a past again takes milliseconds per meter. */
const RERATINGS_PER_COMMIT = 10;

/** So many accounts are looked at in one commit, as after a change of policy that concerns all of them. */
const LOOKS_PER_COMMIT = 200;

/**
 * Does what comes due without a reading: the standing charges of each day, corrections of the past, and decisions that
 * time alone may change.
 */
export class StandingDesk {
  private isBusy = false;

  constructor(
    private readonly site: Site,
    private readonly guard: SupplyGuard,
  ) {}

  /**
   * Everything that is due now, a commit at a time, each handed to `give`. Meters that cannot be charged do not hold up
   * the others; the first fault of them is thrown at the end. Does nothing while it is still at it.
   */
  async settleDue(give: (result: DeskResult) => void): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    const { site, guard } = this;
    try {
      const ofReratings = await this.drain(
        (others) => site.store.dueReratings(RERATINGS_PER_COMMIT + others),
        (meterKey) => ({ type: 'rerate', meterKey, guard }),
        (result) => this.givePriced(result, give),
      );
      const ofAccruals = await this.drain(
        (others) => site.store.dueAccruals(site.nowMs(), METERS_PER_COMMIT + others),
        (meterKey) => ({ type: 'accrual', meterKey, guard }),
        (result) => this.givePriced(result, give),
      );
      const ofLooks = await this.drain(
        (others) => site.store.dueLooks(site.nowMs(), LOOKS_PER_COMMIT + others),
        (accountKey) => ({ type: 'look', accountKey, guard }),
        give,
      );
      const [first] = [...ofReratings, ...ofAccruals, ...ofLooks];
      if (first) throw first;
    } finally {
      this.isBusy = false;
    }
  }

  /** What was charged here changes what the next reading is priced from. */
  private givePriced(result: DeskResult, give: (result: DeskResult) => void): void {
    this.site.prices.forgetAll();
    give(result);
  }

  /** Returns the faults of what could not be done. `findDue` looks for so many more than go in a commit. */
  private async drain(
    findDue: (others: number) => number[],
    postingFor: (key: number) => Posting,
    give: (result: DeskResult) => void,
  ): Promise<Error[]> {
    const faults = new Map<number, Error>();
    const findNext = (): number[] => findDue(faults.size).filter((key) => !faults.has(key));
    for (let due = findNext(); due.length > 0; due = findNext()) {
      const results = await Promise.allSettled(due.map((key) => this.site.post(postingFor(key))));
      give(this.collect(results));
      for (const [index, key] of due.entries()) {
        const result = results[index];
        const fault = result && faultOf(result);
        if (fault) faults.set(key, fault);
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

/** What cannot be charged now is no reason to look at it again at once. */
function faultOf(settled: PromiseSettledResult<PostingResult>): Error | null {
  if (settled.status === 'rejected') return toError(settled.reason);
  const { value: result } = settled;
  if (result.outcome !== 'refused') return null;
  return new RangeError(`${result.field} "${result.value}": ${result.reason}`);
}
