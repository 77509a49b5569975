import type { Micros } from '../money/micros';
import type { Charge } from '../tariff/charge';
import type { MeterHead, Reading, Refusal, Segment } from '../meter/reading';
import type { DecideSupply, RelayIntent } from '../policy/supply-decision';
import type { Notice } from '../notice/notice';
import type { AccountState, Registration, SupplyState } from './account';

/** A priced reading on its way into the ledger. */
export interface ChargePosting {
  type: 'charge';
  reading: Reading;
  segment: Segment;
  charge: Charge;
  decide: DecideSupply;
}

/** Money received. `reference` is the caller's own and stays the idempotency key for ever. */
export interface TopUpPosting {
  type: 'topUp';
  accountId: string;
  amountMicros: Micros;
  reference: string;
  channel: string;
  by: string;
  decide: DecideSupply;
}

/** A reading that cannot be billed, kept with its reason for staff to look at. */
export interface RefusalPosting {
  type: 'refusal';
  refusal: Refusal;
  source: string;
  content: string;
}

/** A customer and meter entered or changed by staff. */
export interface RegisterPosting {
  type: 'register';
  registration: Registration;
  by: string;
}

/** What a relay, or the way to it, said. */
export interface RelayReportPosting {
  type: 'relayReport';
  meterId: string;
  reported: SupplyState;
}

/** Progress of a relay command that is kept so that a restart knows what was tried. */
export interface RelayProgressPosting {
  type: 'relayProgress';
  meterId: string;
  commandId: string;
  state: 'sent' | 'failed' | 'expired';
  tries: number;
}

/** Notices were handed to the flow and need not be handed over again. */
export interface NoticesHandedPosting {
  type: 'noticesHanded';
  noticeIds: number[];
}

export type Posting =
  | ChargePosting
  | TopUpPosting
  | RefusalPosting
  | RegisterPosting
  | RelayReportPosting
  | RelayProgressPosting
  | NoticesHandedPosting;

/** Money was moved, or had been moved before by the same posting, and this is the account after it. */
export interface Committed {
  outcome: 'committed' | 'repeated';
  account: AccountState;
  /** What the relays of the account's meters shall do now; empty when nothing changes. */
  relays: RelayIntent[];
  notices: Notice[];
}

/** A posting that changes no money was stored. */
export interface Recorded {
  outcome: 'recorded';
}

/** The segment does not start where the stored head ends; nothing was written. `head` is what is stored. */
export interface ChainRefused {
  outcome: 'chain';
  head: MeterHead | null;
}

/** The posting itself is wrong; nothing was written. */
export interface Refused {
  outcome: 'refused';
  field: string;
  value: string;
  reason: string;
}

export type PostingResult = Committed | Recorded | ChainRefused | Refused;
