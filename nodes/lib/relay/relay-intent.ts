import type { SupplyState } from '../ledger/account';

/** What the relay of a meter shall do, and why. */
export interface RelayIntent {
  meterId: string;
  desired: SupplyState;
  reason: string;
  commandId: string;
  version: number;
}
