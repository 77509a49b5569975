import type { SupplyState } from '../../../nodes/lib/ledger/account';
import type { Decision } from '../../../nodes/lib/policy/decide';
import { SAFE_POLICY } from '../../../nodes/lib/policy/policy-presets';
import type { SupplyGuard } from '../../../nodes/lib/policy/supply-guard';
import { localDays } from '../../../nodes/lib/time/local-days';

/** A guard that wants this supply, whatever the account; null leaves it. */
export function switchTo(
  supply: SupplyState | null,
  reason = 'x',
  changes: Partial<Decision> = {},
): SupplyGuard {
  return {
    policy: SAFE_POLICY,
    days: localDays('UTC'),
    wallAheadMs: () => 0,
    decide: (_policy, situation, atMs) => ({
      supply,
      reason,
      countedCuts: 0,
      emergency: null,
      notices: [],
      memory: situation.memory,
      why: {
        atMs,
        supply: supply ?? situation.supply,
        fired: [],
        heldBack: [],
        warned: [],
        figures: {},
      },
      nextLookMs: null,
      ...changes,
    }),
  };
}
