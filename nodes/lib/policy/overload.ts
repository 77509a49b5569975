import type { AccountSituation, OverloadMemory } from './account-situation';
import type { Policy } from './policy';

const PPM = 1_000_000;

type Rules = Policy['overload'];

/** Follows the demand. It is judged only while the supply is on: behind an open relay there is none. */
export function stepOverload(
  rules: Rules,
  { demand, supply, memory }: AccountSituation,
  nowMs: number,
): OverloadMemory | null {
  const { limitW } = rules;
  if (limitW === null) return null;
  const state = tryAgain(memory.overload, nowMs);
  if (state?.isLocked || demand === null) return state;
  if (supply === 'off') return state && { ...state, overSinceMs: null, lastOverMs: nowMs };
  // A demand from before the cut says nothing about the try after it.
  const isNews = (state?.cutUntilMs ?? null) === null && demand.atMs >= (state?.lastOverMs ?? 0);
  if (isNews && demand.powerW > limitW) {
    const before = state ?? {
      overSinceMs: null,
      lastOverMs: demand.atMs,
      cuts: 0,
      cutUntilMs: null,
      isLocked: false,
    };
    return { ...before, overSinceMs: before.overSinceMs ?? demand.atMs, lastOverMs: demand.atMs };
  }
  if (state === null) return null;
  const isBelow = demand.powerW <= limitW - Math.floor((limitW * rules.hysteresisPpm) / PPM);
  if (!isNews || !isBelow) return state;
  return nowMs - state.lastOverMs >= rules.calmMs ? null : { ...state, overSinceMs: null };
}

/** The time of a cut is over: the customer may try again, and has to be heard of anew. */
function tryAgain(state: OverloadMemory | null, nowMs: number): OverloadMemory | null {
  const untilMs = state?.cutUntilMs ?? null;
  if (state === null || untilMs === null || nowMs < untilMs) return state;
  return { ...state, cutUntilMs: null, overSinceMs: null, lastOverMs: nowMs };
}

/** Whether the supply has to be off for it now. */
export function isOverloadDue(rules: Rules, state: OverloadMemory | null, nowMs: number): boolean {
  if (state === null) return false;
  if (state.isLocked || (state.cutUntilMs !== null && nowMs < state.cutUntilMs)) return true;
  // Between two reports of it: a single one may be the start of a motor.
  return state.overSinceMs !== null && state.lastOverMs - state.overSinceMs >= rules.warnMs;
}

/** A cut for overload was made: for some minutes, or until staff unlock when there were too many. */
export function afterOverloadCut(rules: Rules, state: OverloadMemory, nowMs: number): OverloadMemory {
  // The same cut made anew, because its command did not reach the relay, is no further one.
  if (state.isLocked || state.cutUntilMs !== null) return state;
  const cuts = state.cuts + 1;
  const isLocked = cuts > rules.retries;
  return { ...state, cuts, isLocked, cutUntilMs: isLocked ? null : nowMs + rules.cutMs, overSinceMs: null };
}
