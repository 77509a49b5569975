import type { RelayRecord } from '../ledger/store';
import type { RelayRules } from './relay-rules';
import type { Rest } from './switching-rest';

/** What a relay waits for. */
export type WaitsFor =
  | 'lock'
  | 'button'
  | 'spread'
  | Rest['why']
  /** The broker, or whatever leads to the device. */
  | 'way'
  | 'answer';

/** What is to be done about a relay now. */
export type Step =
  | { kind: 'nothing' }
  /** Look again at `wakeMs`; null is when somebody or something moves. */
  | { kind: 'wait'; for: WaitsFor; wakeMs: number | null }
  /** The command can not act any more, or there is none; it is still wanted, so it is made anew. */
  | { kind: 'renew' }
  /** A cut that must not be made any more. The next reading decides afresh. */
  | { kind: 'take-back'; why: 'late' | 'protected' }
  /** `asFailed` keeps knocking at a device after its command has failed, without counting any further. */
  | { kind: 'send'; asFailed: boolean }
  | { kind: 'fail' };

/** What is known beside the ledger's record. */
export interface Circumstances {
  nowMs: number;
  rules: RelayRules;
  /** Whether commands reach the device's side at all. */
  isWayOpen: boolean;
  /** When to try again; null is at once. */
  tryAtMs: number | null;
  /** From when on a restore may leave. Asked only when one is about to. */
  dueMs: () => number;
  /** Whether the relay has to rest. Asked only when it is about to be switched. */
  rest: () => Rest | null;
  /** Only somebody at the premises may close this relay, and the device can not be told so: we wait for them here. */
  needsButton: boolean;
}

/** Whether the current command was sent and waits for its answer. */
export function hasLeft({ state }: RelayRecord): boolean {
  return state === 'sent' || state === 'retrying' || state === 'failed';
}

/** Whether a relay is where it shall be, as far as anybody can know. */
function isSettled(relay: RelayRecord): boolean {
  const { state, desired, reported } = relay;
  if (state === 'issued' || hasLeft(relay)) return false;
  // A cut that was taken back may have been obeyed unheard: the light is put on again, whatever was said before.
  if (state === 'expired' && relay.tries > 0) return false;
  // It was told to make itself ready and waits for whoever stands before it, or nobody will ever say more.
  if (state === 'armed' || state === 'unconfirmed') return true;
  return reported === null || reported === desired;
}

/**
 * Says what is to be done about a relay. It follows from what the ledger holds and from the time alone, so a restart at any
 * point goes on where it was: what is right is left alone, what is open is taken up, what is stale never acts.
 */
export function planRelay(relay: RelayRecord, now: Circumstances): Step {
  const { nowMs, rules } = now;
  if (isSettled(relay)) return { kind: 'nothing' };
  if (relay.lock) return { kind: 'wait', for: 'lock', wakeMs: null };
  const isCut = relay.desired === 'off';
  if (isCut && relay.isProtected) return { kind: 'take-back', why: 'protected' };
  const expiresMs = relay.expiresMs ?? relay.issuedMs + rules.lifeMs;
  const isExpired = nowMs >= expiresMs;
  if (isCut && isExpired) return { kind: 'take-back', why: 'late' };

  // A cut must be looked at again when it expires, whatever it waits for.
  const wakeBy = (wakeMs: number | null): number | null =>
    isCut ? Math.min(wakeMs ?? expiresMs, expiresMs) : wakeMs;
  const wait = (what: WaitsFor, wakeMs: number | null): Step => ({
    kind: 'wait',
    for: what,
    wakeMs: wakeBy(wakeMs),
  });

  if (!hasLeft(relay)) {
    if (!isCut && now.needsButton) return wait('button', null);
    const dueMs = isCut ? nowMs : now.dueMs();
    if (dueMs > nowMs) return wait('spread', dueMs);
    const rest = now.rest();
    if (rest) return wait(rest.why, rest.untilMs);
  }
  if (!now.isWayOpen) return wait('way', null);
  const needsNew = relay.state === 'idle' || relay.state === 'expired' || relay.version === 0;
  if (needsNew || isExpired) return { kind: 'renew' };
  if (now.tryAtMs !== null && now.tryAtMs > nowMs) {
    return { kind: 'wait', for: 'answer', wakeMs: Math.min(now.tryAtMs, expiresMs) };
  }
  if (relay.tries < rules.maxTries) return { kind: 'send', asFailed: false };
  return relay.state === 'failed' ? { kind: 'send', asFailed: true } : { kind: 'fail' };
}
