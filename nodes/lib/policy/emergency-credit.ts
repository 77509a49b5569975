import type { Micros } from '../money/micros';
import type { AccountSituation, PolicyMemory } from './account-situation';
import type { Policy } from './policy';

type EmergencyMemory = PolicyMemory['emergency'];
type Rules = Pick<Policy, 'cut' | 'emergency'>;

/**
 * Emergency credit is a cut-off that lies lower for a while. So the next payment repays it first by itself, and it is
 * repaid when the balance is back where it could be had.
 */
export function stepEmergency(
  { cut, emergency }: Rules,
  { balanceMicros, asksEmergency, memory }: AccountSituation,
  nowMs: number,
): EmergencyMemory {
  if (emergency.mode === 'off' || balanceMicros >= emergency.offerBelowMicros) return null;
  if (memory.emergency) return memory.emergency;
  const begins = emergency.mode === 'automatic' ? balanceMicros <= cut.atMicros : asksEmergency;
  return begins ? { sinceMs: nowMs } : null;
}

/** Whether it can be had now: once, until it is repaid. */
export function isEmergencyOnOffer({
  policy,
  situation,
  memory,
}: {
  policy: Policy;
  situation: AccountSituation;
  memory: PolicyMemory;
}): boolean {
  const { mode, offerBelowMicros } = policy.emergency;
  return mode === 'activated' && memory.emergency === null && situation.balanceMicros < offerBelowMicros;
}

/** Whether the customer lives on it now: it is needed, has begun, and is neither used up nor over. */
export function isEmergencyInUse(
  { cut, emergency }: Rules,
  balanceMicros: Micros,
  memory: EmergencyMemory,
  nowMs: number,
): boolean {
  if (memory === null || balanceMicros > cut.atMicros) return false;
  const { amountMicros, lastsMs } = emergency;
  const hasMoney = amountMicros === null || balanceMicros > cut.atMicros - amountMicros;
  return hasMoney && (lastsMs === null || nowMs < memory.sinceMs + lastsMs);
}
