import type { SupplyState } from '../ledger/account';
import type { Micros } from '../money/micros';
import type { QuietHours } from '../notice/quiet-hours';
import type { LocalDays } from '../time/local-days';
import type { WeekdayCosts } from './days-left';
import type { DemandOrder } from './demand-order';
import type { Quarantine } from './fleet-budget';
import type { Policy } from './policy';

/** Everything about one account that a decision may need, as it stands after a commit. */
export interface AccountSituation {
  accountId: string;
  balanceMicros: Micros;
  /** The last one that was not taken back. */
  lastRecharge: { amountMicros: Micros; atMs: number } | null;
  /** What is owed besides the balance. */
  debtMicros: Micros;
  /** Since the begin of the billing period, which ends at `toMs` where that is known. */
  period: { fromMs: number; toMs?: number; spentMicros: Micros; usedWh: number };
  /** Where each dearer slab of this period begins. */
  slabs: readonly { fromWh: number; rateMicrosPerKwh: number }[];
  /** Today until now, and what is usual by this time; null when that is not known. */
  today: { usedWh: number; usualWh: number | null };
  /** From the last 28 days; null when there is too little data. */
  weekdayCosts: WeekdayCosts | null;
  /** What customers have set themselves. */
  own: { warnBelowMicros: Micros | null; spendMicros: Micros | null; energyWh: number | null };
  /** The newest power or demand that the meter reported. */
  demand: { powerW: number; atMs: number } | null;
  /**
   * Until when the registers of all its meters are known: when the one that has been silent longest was last heard of.
   * null as long as none was read; one that never was says nothing about the balance.
   */
  dataAtMs: number | null;
  /** When any of its meters was last heard of; null is never. */
  heardAtMs: number | null;
  /** What the ledger wants the supply to be. */
  supply: SupplyState;
  isProtected: boolean;
  /** When the account changed to prepayment; null when it began so. */
  convertedMs: number | null;
  staffCut: StaffCut | null;
  /** Tariff groups and feeders that orders may be for. */
  groups: readonly string[];
  demandOrders: readonly DemandOrder[];
  /** Whether the customer asks for emergency credit with this very decision. */
  asksEmergency: boolean;
  /** How many meters a cut would switch off. */
  meters: number;
  /** What the last decision left behind. */
  memory: PolicyMemory;
}

/** The supply shall be off until staff take this back. */
export interface StaffCut {
  by: string;
  reason: string;
  atMs: number;
}

/** When somebody was told, and when it arrived; null as long as that is not known. */
export interface Told {
  atMs: number;
  deliveredMs: number | null;
  /** Quiet hours keep it from the customer until then. */
  heldUntilMs?: number;
  /** Told again since, for money that came in and was not enough. */
  againMs?: number;
}

/** What has to be remembered from one decision to the next. Plain data: it is stored beside the balance. */
export interface PolicyMemory {
  /** By the key of a warning line, as long as the line is crossed. */
  told: Readonly<Record<string, Told>>;
  toldSupply: SupplyState;
  /** Why and since when the supply is off. */
  cut: { rule: string; sinceMs: number; orderId: string | null } | null;
  overload: OverloadMemory | null;
  emergency: { sinceMs: number } | null;
  quarantine: Quarantine | null;
}

export interface OverloadMemory {
  /** Since when the limit is exceeded without a break. */
  overSinceMs: number | null;
  lastOverMs: number;
  cuts: number;
  cutUntilMs: number | null;
  isLocked: boolean;
}

export const NEW_MEMORY: PolicyMemory = {
  told: {},
  toldSupply: 'on',
  cut: null,
  overload: null,
  emergency: null,
  quarantine: null,
};

/** What a decision has to know of all the others. The counts may cost a query and are asked for only when they matter. */
export interface Fleet {
  days: LocalDays;
  /** How far a clock that may be right after all is ahead of now; 0 without a doubt. */
  wallAheadMs: number;
  /** When customers are left alone; absent or null is never. */
  quiet?: QuietHours | null;
  meters: number;
  /** Meters cut without a release within the policy's time. */
  recentCuts: () => number;
}

/** What the rules look at: memory already stepped to now, and what was worked out once for all of them. */
export interface Look {
  readonly policy: Policy;
  readonly situation: AccountSituation;
  readonly memory: PolicyMemory;
  readonly nowMs: number;
  readonly fleet: Fleet;
  readonly daysLeft: number | null;
  /** The demand orders that the customer has to know of … */
  readonly toTell: readonly DemandOrder[];
  /** … and of those in force the one to go by. */
  readonly order: DemandOrder | null;
}

/** Units are in the names, as everywhere: words are made from them. */
export type Figures = Readonly<Record<string, number | string | null>>;

/** What is said of a rule: the one to staff, the other to the customer. `{name}` stands for a figure. */
export interface RuleWords {
  staff: string;
  customer: string;
}

/** One row of a table of rules: when it applies, with which figures, in which words. */
export interface Rule<Seen> {
  name: string;
  applies: (seen: Seen) => boolean;
  figures: (seen: Seen) => Figures;
  words: RuleWords;
}
