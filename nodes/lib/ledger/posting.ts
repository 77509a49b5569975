import type { Micros } from '../money/micros';
import type { TimeNote } from '../time/sure-time';
import type { Charge } from '../tariff/charge';
import type { FeedPrice } from '../tariff/meter-terms';
import type { Tariff } from '../tariff/tariff';
import type { MeterHead, Reading, Refusal, Segment } from '../meter/reading';
import type { DemandOrder } from '../policy/demand-order';
import type { Policy, PolicyOverride } from '../policy/policy';
import type { SupplyGuard } from '../policy/supply-guard';
import type { Why } from '../policy/why';
import type { RelayIntent } from '../relay/relay-intent';
import type { NoticePosting } from './notice-posting';
import type { Notice } from '../notice/notice';
import type { DebtPlan } from '../payment/debt-plan';
import type { MoneyBackRequest, PaymentClaim } from '../payment/payment';
import type { AccountState, Registration, SupplyState } from './account';

/**
 * A priced reading on its way into the ledger, which prices it once more and takes it only if both agree. As with every
 * posting that moves money, `guard` decides on the supply afterwards; with null a guard is left to look at it soon.
 */
export interface ChargePosting {
  type: 'charge';
  reading: Reading;
  segment: Segment;
  charge: Pick<Charge, 'amountMicros' | 'tariffId'>;
  guard: SupplyGuard | null;
}

/** The standing charges of a meter that have come due. */
export interface AccrualPosting {
  type: 'accrual';
  meterKey: number;
  guard: SupplyGuard | null;
}

/** A meter whose past has to be priced again, since a tariff or its terms were changed for a time gone by. */
export interface ReratePosting {
  type: 'rerate';
  meterKey: number;
  guard: SupplyGuard | null;
}

/** Money received. `reference` is the caller's own and stays the idempotency key for ever. */
export interface TopUpPosting {
  type: 'topUp';
  accountId: string;
  amountMicros: Micros;
  reference: string;
  channel: string;
  by: string;
  guard: SupplyGuard | null;
}

/** A payment that was told of. It is kept from now on, whatever becomes of it; a top-up credits it. */
export interface ReceivePaymentPosting {
  type: 'receivePayment';
  claim: PaymentClaim;
}

/** A person says whose a payment is, or that it may be credited although something was in the way. */
export interface AssignPaymentPosting {
  type: 'assignPayment';
  channel: string;
  reference: string;
  accountId: string;
  by: string;
}

/** The payer, or who took the money, was told that it is credited. The first receipt is kept. */
export interface AcknowledgePaymentPosting {
  type: 'acknowledgePayment';
  channel: string;
  reference: string;
  receipt: string;
}

/** Money goes back. More than `secondPersonAboveMicros` of it waits for another person. */
export interface MoneyBackPosting {
  type: 'moneyBack';
  request: MoneyBackRequest;
  secondPersonAboveMicros: Micros;
  guard: SupplyGuard | null;
}

/** Another person's word on money that waits to go back. */
export interface SettleMoneyBackPosting {
  type: 'settleMoneyBack';
  reference: string;
  verdict: 'approve' | 'decline';
  by: string;
  guard: SupplyGuard | null;
}

/** A debt that is paid off from top-ups. The same one again with another plan changes the plan. */
export interface OpenDebtPosting {
  type: 'openDebt';
  accountId: string;
  code: string;
  amountMicros: Micros;
  plan: DebtPlan;
  by: string;
}

/** A reading that cannot be billed, kept with its reason for staff to look at. */
export interface RefusalPosting {
  type: 'refusal';
  refusal: Refusal;
  source: string;
  content: string;
}

/** A tariff version that was approved. From `inForceMs` on, or as soon as it is stored. */
export interface ApproveTariffPosting {
  type: 'approveTariff';
  tariff: Tariff;
  inForceMs: number | null;
  by: string;
}

/** Prices of a series. Those for a time gone by are corrected in what was charged. */
export interface FeedPricesPosting {
  type: 'feedPrices';
  tariffId: string;
  prices: readonly FeedPrice[];
}

/** The end of a meter's stay at an account: it is taken down, or goes on at another account. */
export interface CloseMeterPosting {
  type: 'closeMeter';
  meterId: string;
  /** What the device showed when it was read for the last time; null when nobody read it. */
  closing: { atMs: number; energyWh: number; exportWh?: number } | null;
  by: string;
  guard: SupplyGuard | null;
}

/** A person's word on a held reading. */
export interface SettleHeldPosting {
  type: 'settleHeld';
  refusalId: number;
  settlement: Settlement;
  by: string;
  guard: SupplyGuard | null;
}

/**
 * How a held reading came about. `rollover`: the register has `digits` digits and began again at zero. `reset`: it was
 * set to zero. `swap`: the device was replaced; what the old one counted until then, and what the new one began with, of
 * the register that the reading is held for, and `other` of the second one where there are two.
 * `accept`: it is right as it is. `reject`: it is wrong, and the next reading will close the gap.
 */
export type Settlement =
  | { as: 'rollover'; digits: number; whPerDigit: number }
  | { as: 'reset' }
  | ({ as: 'swap'; other?: SwappedRegister } & SwappedRegister)
  | { as: 'accept' }
  | { as: 'reject' };

/** `closingWh` is null when nobody has read the old device when it was taken down. */
export interface SwappedRegister {
  closingWh: number | null;
  openingWh: number;
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
  /** The command that the device says it has obeyed last; it speaks for no other one. */
  commandId?: string;
  /** The device's own time of its report, so that one that was overtaken is known. */
  deviceMs?: number;
  /** Who says so: the relay itself, the power behind it, or a contact that is read back. */
  source?: string;
}

/** Progress of a relay command that is kept so that a restart knows what was tried. */
export interface RelayProgressPosting {
  type: 'relayProgress';
  meterId: string;
  commandId: string;
  state: 'sent' | 'retrying' | 'armed' | 'unconfirmed' | 'failed' | 'expired';
  tries: number;
  /** Until when the command may act. */
  expiresMs?: number;
}

/** A command that is still wanted and can not act any more is made anew, with the next version and an id of its own. */
export interface RelayRenewPosting {
  type: 'relayRenew';
  meterId: string;
  /** The command that is replaced. When another one has taken its place, nothing happens. */
  commandId: string;
}

/** Somebody works behind a relay: while the lock stands, nobody switches it from afar. null takes the lock off. */
export interface RelayLockPosting {
  type: 'relayLock';
  meterId: string;
  lock: { name: string; reason: string } | null;
  /** Whoever put a lock on takes it off; somebody else has to say that this is meant. */
  override: boolean;
  by: string;
}

/** An account whose supply may have to change by time alone, or by an order or a policy that is new. */
export interface LookPosting {
  type: 'look';
  accountKey: number;
  guard: SupplyGuard;
}

/** Somebody asks why the supply of an account is what it is. */
export interface ExplainPosting {
  type: 'explain';
  accountId: string;
  guard: SupplyGuard;
}

/** What customers have set themselves; null is no limit, and what is absent stays. */
export interface OwnLimits {
  warnBelowMicros?: Micros | null;
  spendMicros?: Micros | null;
  energyWh?: number | null;
}

/** What a person wants of the policy for one account. */
export type PolicyChange =
  | { as: 'cut'; reason: string }
  | { as: 'withdrawCut' }
  /** After too many overloads. */
  | { as: 'unlock' }
  /** Of an account in quarantine: one person asks and another one gives. */
  | { as: 'askRelease' }
  | { as: 'giveRelease' }
  | { as: 'ownLimits'; limits: OwnLimits }
  | { as: 'emergency' }
  | { as: 'override'; override: PolicyOverride | null }
  /** Feeders and other groups that orders and overrides may be for, besides the tariffs of the account. */
  | { as: 'groups'; groups: readonly string[] }
  /** When the account changed to prepayment. */
  | { as: 'converted'; atMs: number | null };

export interface AccountPolicyPosting {
  type: 'accountPolicy';
  accountId: string;
  change: PolicyChange;
  by: string;
  guard: SupplyGuard;
}

/** A notice has arrived, by the word of whoever carried it. */
export interface NoticeDeliveredPosting {
  type: 'noticeDelivered';
  noticeId: number;
  deliveredMs: number;
  guard: SupplyGuard;
}

/** An order for a group to use less. The same one again changes nothing. */
export interface DemandOrderPosting {
  type: 'demandOrder';
  order: DemandOrder;
  guard: SupplyGuard;
}

export interface WithdrawOrderPosting {
  type: 'withdrawOrder';
  orderId: string;
  by: string;
}

/** What a group has otherwise than the site; null is nothing. */
export interface GroupPolicyPosting {
  type: 'groupPolicy';
  groupId: string;
  override: PolicyOverride | null;
  by: string;
  guard: SupplyGuard;
}

/** The policy of the site from now on. The one that holds already changes nothing. */
export interface SitePolicyPosting {
  type: 'sitePolicy';
  policy: Policy;
  by: string;
}

/** Which time is sure, for the next start, and what brought it about when that changed. */
export interface ClockPosting {
  type: 'clock';
  note: TimeNote;
  change: { did: string; by: string; sureMs: number; wallMs: number } | null;
}

export type Posting =
  | ClockPosting
  | NoticePosting
  | ChargePosting
  | AccrualPosting
  | ReratePosting
  | TopUpPosting
  | ReceivePaymentPosting
  | AssignPaymentPosting
  | AcknowledgePaymentPosting
  | MoneyBackPosting
  | SettleMoneyBackPosting
  | OpenDebtPosting
  | ApproveTariffPosting
  | FeedPricesPosting
  | CloseMeterPosting
  | SettleHeldPosting
  | RefusalPosting
  | RegisterPosting
  | RelayReportPosting
  | RelayProgressPosting
  | RelayRenewPosting
  | RelayLockPosting
  | LookPosting
  | ExplainPosting
  | AccountPolicyPosting
  | NoticeDeliveredPosting
  | DemandOrderPosting
  | WithdrawOrderPosting
  | GroupPolicyPosting
  | SitePolicyPosting;

/** Money was moved, or had been moved before by the same posting, and this is the account after it. */
export interface Committed {
  outcome: 'committed' | 'repeated';
  account: AccountState;
  /** What the relays of the account's meters shall do now; empty when nothing changes. */
  relays: RelayIntent[];
  notices: Notice[];
  /** Whether emergency credit that was asked for was given. */
  emergency?: 'granted' | 'refused';
  /** Why the supply is what it is; absent when nobody had to decide. */
  why?: Why;
}

/** The ledger comes to another price than the wire: a tariff changed meanwhile, or somebody altered the charge. */
export interface PriceRefused {
  outcome: 'price';
  amountMicros: Micros;
  head: MeterHead | null;
}

/** A posting that changes no money was stored; what it made for people to read is there. */
export interface Recorded {
  outcome: 'recorded';
  notices?: Notice[];
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

export type PostingResult = Committed | Recorded | ChainRefused | PriceRefused | Refused;
