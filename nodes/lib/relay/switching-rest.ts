import type { RelayRecord, RelaySwitching } from '../ledger/store';
import type { RelayRules } from './relay-rules';

export const HOUR_MS = 3_600_000;

/** Why a relay may not be switched yet. */
export interface Rest {
  why: 'min-on' | 'min-off' | 'budget';
  untilMs: number;
}

/**
 * Whether a relay has to rest before it may be switched: its contacts and the machines behind it need their time. `past`
 * is newest first. An hour is `hourMs` long, which a simulated site counts faster.
 */
export function restBefore(
  { desired, reported, reportedMs }: Pick<RelayRecord, 'desired' | 'reported' | 'reportedMs'>,
  past: readonly RelaySwitching[],
  { minOnMs, minOffMs, switchesPerHour }: Pick<RelayRules, 'minOnMs' | 'minOffMs' | 'switchesPerHour'>,
  nowMs: number,
  hourMs: number,
): Rest | null {
  const [last] = past;
  if (!last) return null;
  const isTurning = last.desired !== desired;
  const hasTurnedItself = reported !== null && reported !== desired && (reportedMs ?? 0) > last.atMs;
  // The same command made anew, because nobody obeyed it, moves no contact once more.
  if (!isTurning && !hasTurnedItself) return null;
  const rests: Rest[] = [];
  if (isTurning && last.desired === 'on') rests.push({ why: 'min-on', untilMs: last.atMs + minOnMs });
  if (isTurning && last.desired === 'off') rests.push({ why: 'min-off', untilMs: last.atMs + minOffMs });
  // The budget is used up as long as that many switchings lie within the hour that ends now.
  const first = past[switchesPerHour - 1];
  if (first) rests.push({ why: 'budget', untilMs: first.atMs + hourMs });
  const still = rests.filter(({ untilMs }) => untilMs > nowMs);
  return still.reduce<Rest | null>(
    (longest, rest) => (longest && longest.untilMs >= rest.untilMs ? longest : rest),
    null,
  );
}
