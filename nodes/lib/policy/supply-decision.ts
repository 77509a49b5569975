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
    holds: ({ policy, now, warnedAtMs }) => warnedAtMs === null || now.nowMs - warnedAtMs < policy.warnLeadMs,
  },
  { name: 'fleet budget', holds: ({ policy, now }) => now.cutsInLastHour() >= policy.maxCutsPerHour },
];

/** Decides from an account as it stands after a commit. Pure: the same state always gives the same decision. */
export function decideSupply(policy: SupplyPolicy, account: AccountState, now: Circumstances): Decision {
  const notices: NoticeKind[] = [];
  const warnedAtMs = standingWarning(policy, account, now.nowMs);
  if (warnedAtMs !== null && account.warnedAtMs === null) notices.push('low-credit');

  if (account.balanceMicros > policy.cutAtMicros) {
    if (account.supply === 'on')
      return { supply: null, reason: 'credit', heldBackBy: null, warnedAtMs, notices };
    return {
      supply: 'on',
      reason: 'credit',
      heldBackBy: null,
      warnedAtMs,
      notices: [...notices, 'restored'],
    };
  }
  if (account.supply === 'off')
    return { supply: null, reason: 'no credit', heldBackBy: null, warnedAtMs, notices };

  const brake = BRAKES.find((candidate) => candidate.holds({ account, policy, now, warnedAtMs }));
  if (brake) return { supply: null, reason: 'no credit', heldBackBy: brake.name, warnedAtMs, notices };
  return {
    supply: 'off',
    reason: 'no credit',
    heldBackBy: null,
    warnedAtMs,
    notices: [...notices, 'cut-off'],
  };
}

function standingWarning(policy: SupplyPolicy, account: AccountState, nowMs: number): number | null {
  const { balanceMicros, warnedAtMs } = account;
  if (balanceMicros < policy.warnBelowMicros) return warnedAtMs ?? nowMs;
  const clearsAt = policy.warnBelowMicros + policy.warnHysteresisMicros;
  return balanceMicros >= clearsAt ? null : warnedAtMs;
}
