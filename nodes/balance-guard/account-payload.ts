import type { AccountState, SupplyState } from '../lib/ledger/account';
import type { Micros } from '../lib/money/micros';
import type { Site } from '../lib/site/site';

/** An account as it stands after a commit, for flows and dashboards. */
export interface AccountPayload {
  accountId: string;
  /** The meter whose reading led to this; empty after a top-up. */
  meterId: string;
  balanceMicros: Micros;
  /** The same for people, such as "INR 12.50". */
  balance: string;
  /** How many days the credit lasts at the usual use; null as long as too little is known of it. */
  daysLeft: number | null;
  supply: SupplyState;
}

export function accountPayload(site: Site, account: AccountState, meterId: string): AccountPayload {
  const { accountId, balanceMicros, daysLeft, supply } = account;
  return { accountId, meterId, balanceMicros, balance: site.writeMoney(balanceMicros), daysLeft, supply };
}
