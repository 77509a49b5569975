import type { Micros } from '../money/micros';
import type { NoticeChannel } from '../notice/notice';
import type { RelaySettings } from '../relay/relay-settings';

export type SupplyState = 'on' | 'off';

/** What the ledger knows of one customer's account when a decision is due. */
export interface AccountState {
  accountId: string;
  balanceMicros: Micros;
  /** What the ledger wants the supply to be; the relay's own report is kept beside it. */
  supply: SupplyState;
  /** How long the credit lasts at the usual use, as of the last decision; null as long as too little is known. */
  daysLeft: number | null;
}

/** An account as it is addressed: its name, how its customer is reached, and its meters in use. */
export interface AccountCard {
  accountId: string;
  name: string;
  phone: string;
  email: string;
  language: string;
  /** How the customer wants to be told; null leaves it to the site. */
  channel: NoticeChannel | null;
  /** Wants no tips and reminders. */
  isOptedOut: boolean;
  balanceMicros: Micros;
  supply: SupplyState;
  meterIds: string[];
}

/** What a customer may change about being told; what is absent stays as it is. */
export interface ContactChange {
  language?: string;
  channel?: NoticeChannel | null;
  email?: string;
  isOptedOut?: boolean;
}

/** What staff enter about a customer and the meter that serves them. */
export interface Registration {
  accountId: string;
  /** The person or household behind the account; one may have several accounts. */
  customerId: string;
  name: string;
  meterId: string;
  phone: string;
  language: string;
  /** What is absent stays as it is, since customers may choose it themselves; null leaves the channel to the site. */
  channel?: NoticeChannel | null;
  email?: string;
  isProtected: boolean;
  relayDialect: string;
  /** What the dialect has to know of this relay. */
  relaySettings?: RelaySettings;
  /** The name under which the relay's device reports; the meter's own when it is absent. */
  relayDevice?: string;
  /** null leaves it as it is; a meter that has none yet takes the tariff that its readings pass first. */
  tariffId: string | null;
  /** null leaves it as it is, which is 0 and no lifeline at first. */
  sanctionedLoadW: number | null;
  isLifeline: boolean | null;
  /** Since when these three hold; null is from now on, or for a new meter from its first reading. */
  termsFromMs: number | null;
}
