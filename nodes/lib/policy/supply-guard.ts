import type { QuietHours } from '../notice/quiet-hours';
import type { LocalDays } from '../time/local-days';
import { decide } from './decide';
import type { Policy } from './policy';

/** What decides on the supply of accounts: a policy, the calendar that it is read in, and the way to decide by it. */
export interface SupplyGuard {
  policy: Policy;
  days: LocalDays;
  /** How far a clock that may be right after all is ahead of the site's time; 0 without a doubt. */
  wallAheadMs: () => number;
  decide: typeof decide;
  /** When notices that can wait are held back; absent where nobody does that. */
  quiet?: () => QuietHours | null;
}

export function supplyGuard(
  policy: Policy,
  days: LocalDays,
  quiet?: SupplyGuard['quiet'],
  wallAheadMs: () => number = () => 0,
): SupplyGuard {
  return { policy, days, wallAheadMs, decide, ...(quiet ? { quiet } : {}) };
}
