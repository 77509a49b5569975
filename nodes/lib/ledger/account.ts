import type { Micros } from '../money/micros';

export type SupplyState = 'on' | 'off';

/** What the ledger knows of one customer's account when a decision is due. */
export interface AccountState {
  accountId: string;
  name: string;
  phone: string;
  language: string;
  isProtected: boolean;
  balanceMicros: Micros;
  /** What the ledger wants the supply to be; the relay's own report is kept beside it. */
  supply: SupplyState;
  /** What the customer was last told of the supply. A cut is told once, however often its command has to be made anew. */
  toldSupply: SupplyState;
  /** When the customer was last warned of low credit and has not recovered since; null when no warning stands. */
  warnedAtMs: number | null;
}

/** What staff enter about a customer and the meter that serves them. */
export interface Registration {
  accountId: string;
  name: string;
  meterId: string;
  phone: string;
  language: string;
  isProtected: boolean;
  relayDialect: string;
}
