import type { SupplyState } from '../ledger/account';
import type { RelayCommandState, RelayLock, RelayRecord } from '../ledger/store';
import type { WaitsFor } from './relay-plan';

/** What is told about a relay: what is wanted, what it said, and how hard we tried. */
export interface RelayState {
  meterId: string;
  desired: SupplyState;
  reported: SupplyState | null;
  confirmed: boolean;
  tries: number;
  state: RelayCommandState | 'waiting';
  reason: string;
  commandId: string;
  version: number;
  expiresMs?: number;
  /** With state `waiting`: what for, and until when if that is known. */
  waitsFor?: WaitsFor;
  untilMs?: number;
  lock?: RelayLock;
}

/** What went wrong with a relay, or that it is well again. */
export type AlarmKind = 'failed' | 'expired' | 'still-drawing' | 'no-voltage' | 'driver' | 'recovered';

/** One way in which a command was tried. */
export interface Attempt {
  atMs: number;
  commandId: string;
  dialect: string;
  topic: string;
}

export interface RelayAlarm {
  kind: AlarmKind;
  meterId: string;
  desired: SupplyState;
  reported: SupplyState | null;
  reason: string;
  atMs: number;
  tried: Attempt[];
}

export function stateOf(relay: RelayRecord, changes: Partial<RelayState> = {}): RelayState {
  const { meterId, desired, reported, tries, state, reason, commandId, version, expiresMs, lock } = relay;
  return {
    meterId,
    desired,
    reported,
    confirmed: state === 'confirmed' || (state === 'idle' && reported === desired),
    tries,
    state,
    reason,
    commandId,
    version,
    ...(expiresMs === null ? {} : { expiresMs }),
    ...(lock ? { lock } : {}),
    ...changes,
  };
}
