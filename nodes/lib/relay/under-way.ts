import type { SupplyState } from '../ledger/account';
import type { RelayRecord } from '../ledger/store';
import { confirmationOf } from './dialects';
import type { WaitsFor } from './relay-plan';
import type { AlarmKind, Attempt } from './relay-state';

/** What is remembered of a relay that is under way. The ledger has the rest. */
export interface UnderWay {
  meterId: string;
  commandId: string;
  desired: SupplyState | null;
  tryAtMs: number | null;
  lastTryMs: number;
  /** How often the same wish was put into a new command. */
  renewals: number;
  due: { wantedMs: number; dueMs: number } | null;
  isPressed: boolean;
  waitsFor: WaitsFor | null;
  tried: Attempt[];
  /** What the power said when it did not fit. */
  doubt: AlarmKind | null;
  /** A reading came after the command had time to act, whatever it said. */
  isHeard: boolean;
  isBusy: boolean;
  isAgain: boolean;
  cancelWake: () => void;
}

export const NO_WAKE = (): void => undefined;

export function newUnderWay(meterId: string): UnderWay {
  return {
    meterId,
    commandId: '',
    desired: null,
    tryAtMs: null,
    lastTryMs: 0,
    renewals: 0,
    due: null,
    isPressed: false,
    waitsFor: null,
    tried: [],
    doubt: null,
    isHeard: false,
    isBusy: false,
    isAgain: false,
    cancelWake: NO_WAKE,
  };
}

/** Another command has taken the place of the one before. The same wish again is not more urgent than a repetition. */
export function turnTo(entry: UnderWay, { commandId, desired }: RelayRecord, retryMs: number): void {
  const isSameWish = entry.desired === desired && entry.lastTryMs > 0;
  entry.tryAtMs = isSameWish ? entry.lastTryMs + retryMs : null;
  if (!isSameWish) entry.renewals = 0;
  if (entry.desired !== null && entry.desired !== desired) entry.isPressed = false;
  entry.commandId = commandId;
  entry.desired = desired;
  entry.doubt = null;
  entry.isHeard = false;
}

/** Keeps what a reading says about a command; it counts as heard once the command had time to act. */
export function heed(entry: UnderWay, doubt: AlarmKind | null, hadTime: boolean): void {
  entry.doubt = doubt;
  if (hadTime) entry.isHeard = true;
}

/** A house in which nothing runs says nothing: that is no failure. One of which nothing at all is heard is away. */
export function isSilent({ isHeard, doubt }: UnderWay, { desired, dialect, settings }: RelayRecord): boolean {
  return desired === 'on' && isHeard && doubt === null && confirmationOf(dialect, settings) === 'power';
}

/** Whether somebody asked to look at it again while it was being looked at. */
export function isAskedAgain(entry: UnderWay): boolean {
  const { isAgain } = entry;
  entry.isAgain = false;
  return isAgain;
}
