import type { AccountState, SupplyState } from '../ledger/account';
import type { Micros } from '../money/micros';
import type { NoticeKind } from '../notice/notice';

/** What the relay of a meter shall do, and why. */
export interface RelayIntent {
  meterId: string;
  desired: SupplyState;
  reason: string;
  commandId: string;
  version: number;
}

/** What a utility decides about warning and cutting. */
export interface SupplyPolicy {
  /** At or below this balance the supply may be cut. */
  cutAtMicros: Micros;
  /** Below this balance the customer is warned, once. */
  warnBelowMicros: Micros;
  /** A warning stands until the balance is at least this far above the warning line, so that it does not flutter. */
  warnHysteresisMicros: Micros;
  /** No cut before the warning is this old. */
  warnLeadMs: number;
  /** No cut on a reading older than this. */
  freshWithinMs: number;
  /** No more cuts than this in the whole fleet within an hour. */
  maxCutsPerHour: number;
  /** Whether the local time allows cutting at all. */
  mayCutAt: (nowMs: number) => boolean;
}

export interface Circumstances {
  nowMs: number;
  /** When the meter was last read; null when no reading led to this decision. */
  readingAtMs: number | null;
  /** Whether money came in. What was said about the credit before no longer holds then. */
  hasPaid: boolean;
  /** Cuts in the last hour over the whole fleet. Asked only when a cut is due, since it costs a query. */
  cutsInLastHour: () => number;
}

/** A rule that holds a due cut back, by name. */
export type HeldBackBy = 'protected' | 'stale' | 'no-cut hours' | 'warning' | 'fleet budget';

export interface Decision {
  /** The new desired supply, or null when it stays. */
  supply: SupplyState | null;
  reason: string;
  heldBackBy: HeldBackBy | null;
  /** When the standing warning was given; null when none stands. */
  warnedAtMs: number | null;
  notices: NoticeKind[];
}

export type DecideSupply = (account: AccountState, circumstances: Circumstances) => Decision;

/** For those who move money and have no say about the light. */
export const leaveSupply: DecideSupply = ({ warnedAtMs }) => ({
  supply: null,
  reason: '',
  heldBackBy: null,
  warnedAtMs,
  notices: [],
});

interface BrakeInput {
  account: AccountState;
  policy: SupplyPolicy;
  now: Circumstances;
  warnedAtMs: number | null;
}

/** Every rule that can hold a cut back, in the order in which they are named to people. The fleet budget costs a query and so is last. */
const BRAKES: readonly { name: HeldBackBy; holds: (input: BrakeInput) => boolean }[] = [
  { name: 'protected', holds: ({ account }) => account.isProtected },
  {
    name: 'stale',
    holds: ({ policy, now }) =>
      now.readingAtMs === null || now.nowMs - now.readingAtMs > policy.freshWithinMs,
  },
  { name: 'no-cut hours', holds: ({ policy, now }) => !policy.mayCutAt(now.nowMs) },
  {
    name: 'warning',
    // At least a moment later, so that a warning and its cut never leave together.
    holds: ({ policy, now, warnedAtMs }) =>
      warnedAtMs === null || now.nowMs - warnedAtMs < Math.max(1, policy.warnLeadMs),
  },
  { name: 'fleet budget', holds: ({ policy, now }) => now.cutsInLastHour() >= policy.maxCutsPerHour },
];

/** Decides from an account as it stands after a commit. Pure: the same state always gives the same decision. */
export function decideSupply(policy: SupplyPolicy, account: AccountState, now: Circumstances): Decision {
  const warnedAtMs = standingWarning(policy, account, now);
  const isNewWarning = warnedAtMs !== null && warnedAtMs !== account.warnedAtMs;
  const warning: NoticeKind[] = isNewWarning ? ['low-credit'] : [];
  const isOn = account.supply === 'on';
  const stay = { supply: null, heldBackBy: null, warnedAtMs, notices: warning };

  const hasCredit = account.balanceMicros > policy.cutAtMicros;
  if (hasCredit || (account.isProtected && !isOn)) {
    const reason = hasCredit ? 'credit' : 'protected';
    // A cut that expired before it reached the relay was told all the same, so its end is told too.
    const notices: NoticeKind[] = account.toldSupply === 'off' ? [...warning, 'restored'] : warning;
    return { ...stay, supply: isOn ? null : 'on', reason, notices };
  }
  const reason = 'no credit';
  if (!isOn) return { ...stay, reason };
  const brake = BRAKES.find((candidate) => candidate.holds({ account, policy, now, warnedAtMs }));
  if (brake) return { ...stay, reason, heldBackBy: brake.name };
  return {
    ...stay,
    supply: 'off',
    reason,
    notices: account.toldSupply === 'on' ? [...warning, 'cut-off'] : warning,
  };
}

/** A warning stands until the credit has recovered, or until money comes in: too little of it is worth a new warning. */
function standingWarning(policy: SupplyPolicy, account: AccountState, now: Circumstances): number | null {
  const { balanceMicros, warnedAtMs } = account;
  if (balanceMicros < policy.warnBelowMicros) return now.hasPaid ? now.nowMs : (warnedAtMs ?? now.nowMs);
  const clearsAt = policy.warnBelowMicros + policy.warnHysteresisMicros;
  return now.hasPaid || balanceMicros >= clearsAt ? null : warnedAtMs;
}
