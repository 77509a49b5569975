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
  supply: SupplyState;
}

export function accountPayload(site: Site, account: AccountState, meterId: string): AccountPayload {
  const { accountId, balanceMicros, supply } = account;
  return { accountId, meterId, balanceMicros, balance: site.writeMoney(balanceMicros), supply };
}
