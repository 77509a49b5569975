import { DAY_MS } from './calendar-date';

const MINUTE_MS = 60_000;

/** A clock is put right by small steps all the time; machines that sleep for a moment make some too. */
export const MAX_STEP_MS = 10 * MINUTE_MS;
/** A machine may have been off for so long; a longer time is more likely a wrong year, or an empty battery. */
export const MAX_GAP_MS = 40 * DAY_MS;
/** A machine without a battery for its clock sets it within this time from its start, as soon as there is a network. */
export const SETTLING_MS = 15 * MINUTE_MS;
/** Time services look at their servers twice an hour at least; an older word of theirs is none. */
export const MAX_CONFIRMATION_AGE_MS = 60 * MINUTE_MS;

/** What the clocks of a machine show at one moment. */
export interface ClockView {
  /** The clock that people, and servers of time, set. */
  wallMs: number;
  /** A clock that nobody can set. Only differences mean something. */
  monotonicMs: number;
}

/** Why the wall clock is not followed. */
export interface Doubt {
  /** The sure time at which it began. */
  sinceMs: number;
  /** By the monotonic clock: the wall clock was set after this. */
  steppedMs: number;
  /**
   * The time service had confirmed the clock, and it is now far from there. Whoever confirmed the one and the other
   * contradicts himself, so only a person can say which is right.
   */
  needsPerson: boolean;
}

/**
 * How a doubt ended: the wall clock came back to the sure time, or was set for the first time since the machine's start,
 * or the time service or a person says that it is right.
 */
export type DoubtEnd = 'returned' | 'set' | 'confirmed' | 'accepted';

/** The time that is sure at a moment of the monotonic clock. Without a doubt it is that of the wall clock. */
export interface SureTime {
  sureMs: number;
  wallMs: number;
  monotonicMs: number;
  doubt: Doubt | null;
  /** How the last doubt ended. */
  ended: DoubtEnd | null;
  /** The time service has confirmed the wall clock since the start. */
  isConfirmed: boolean;
  /** At the start the wall clock was behind the ledger, so nobody has set it yet. */
  isUnset: boolean;
  /** By the monotonic clock: until then a step ahead is the first setting of a machine that has just started. */
  settlesUntilMs: number;
}

/** What is kept of the sure time over a restart. */
export interface TimeNote {
  sureMs: number;
  wallMs: number;
  /** The ledger's last time then; later than the sure time after the clock was put back. */
  ledgerMs: number;
  doubt: { sinceMs: number; needsPerson: boolean; isUnset: boolean } | null;
}

/**
 * The sure time at a start. A wall clock that stands within forty days behind the last known time is taken as right:
 * the machine was off. `uptimeMs` is how long the machine has been on, and `ledgerMs` 0 for an empty ledger.
 */
export function startSureTime(
  { wallMs, monotonicMs }: ClockView,
  uptimeMs: number,
  ledgerMs: number,
  note: TimeNote | null,
): SureTime {
  const settlesUntilMs = monotonicMs + SETTLING_MS - uptimeMs;
  const known = { monotonicMs, doubt: null, ended: null, isConfirmed: false, isUnset: true, settlesUntilMs };
  const lastMs = lastKnownMs(ledgerMs, note);
  if (lastMs === 0) return { ...known, sureMs: wallMs, wallMs, isUnset: false };
  const steppedMs = monotonicMs - uptimeMs;
  if (note?.doubt && isStillAhead(note, wallMs)) {
    const passedMs = wallMs - note.wallMs;
    const sureMs = note.sureMs + (passedMs > MAX_GAP_MS ? 0 : Math.max(0, passedMs));
    // What was in doubt before the restart is not made right by it.
    const { sinceMs, needsPerson } = note.doubt;
    const doubt = { sinceMs, steppedMs, needsPerson };
    return { ...known, sureMs, wallMs, doubt, isUnset: false, settlesUntilMs: -Infinity };
  }
  const judged = goOn({ ...known, sureMs: lastMs, wallMs: lastMs }, { wallMs, monotonicMs }, 0);
  if (judged.doubt === null) return { ...judged, ended: null, isUnset: false };
  const { sinceMs, needsPerson, isUnset } = note?.doubt ?? NOT_DOUBTED_YET;
  const doubt = { sinceMs: sinceMs ?? lastMs, steppedMs, needsPerson };
  return { ...judged, doubt, isUnset: isUnset && wallMs < lastMs };
}

const NOT_DOUBTED_YET = { sinceMs: undefined, needsPerson: false, isUnset: true };

/** A ledger that was ahead of the sure time already says nothing new. */
function lastKnownMs(ledgerMs: number, note: TimeNote | null): number {
  if (!note) return ledgerMs;
  const wasAhead = note.ledgerMs > note.sureMs + MAX_STEP_MS;
  return wasAhead ? note.sureMs : Math.max(ledgerMs, note.sureMs);
}

/** A wall clock that was ahead and has not been put back since. */
function isStillAhead(note: TimeNote, wallMs: number): boolean {
  return note.wallMs > note.sureMs && wallMs >= note.wallMs - MAX_STEP_MS;
}

/**
 * The sure time at a later moment. `suspendedMs` is how long the machine has slept since, which the monotonic clock may
 * leave out. Without a doubt the wall clock is followed; with one, time goes on by the monotonic clock alone.
 */
export function goOn(known: SureTime, { wallMs, monotonicMs }: ClockView, suspendedMs: number): SureTime {
  const passedMs = Math.max(0, monotonicMs - known.monotonicMs) + suspendedMs;
  const sureMs = known.sureMs + passedMs;
  const awayMs = wallMs - sureMs;
  const view = { wallMs, monotonicMs };
  if (Math.abs(awayMs) <= MAX_STEP_MS) return follow(known, view, 'returned');
  const isSettling = known.isUnset || monotonicMs < known.settlesUntilMs;
  if (isSettling && awayMs > 0 && awayMs <= MAX_GAP_MS) return follow(known, view, 'set');
  const steppedByMs = wallMs - (known.wallMs + passedMs);
  if (known.doubt !== null && Math.abs(steppedByMs) <= MAX_STEP_MS) return { ...known, ...view, sureMs };
  const doubt = {
    sinceMs: known.doubt?.sinceMs ?? sureMs,
    steppedMs: known.monotonicMs,
    needsPerson: known.isConfirmed && Math.abs(awayMs) > MAX_GAP_MS,
  };
  return { ...known, ...view, sureMs, doubt };
}

/** The system's time service says that it confirmed the wall clock so long ago; null when it says nothing. */
export function hearConfirmation(known: SureTime, agoMs: number | null): SureTime {
  if (agoMs === null || agoMs < 0 || agoMs > MAX_CONFIRMATION_AGE_MS) return known;
  const { doubt } = known;
  if (doubt === null) return known.isConfirmed ? known : { ...known, isConfirmed: true };
  const isOfBefore = known.monotonicMs - agoMs < doubt.steppedMs;
  if (isOfBefore || doubt.needsPerson) return known;
  return { ...follow(known, known, 'confirmed'), isConfirmed: true };
}

/** A person says that the wall clock is right. */
export function acceptWallClock(known: SureTime): SureTime {
  return follow(known, known, 'accepted');
}

function follow(known: SureTime, { wallMs, monotonicMs }: ClockView, end: DoubtEnd): SureTime {
  const ended = known.doubt === null ? known.ended : end;
  return { ...known, sureMs: wallMs, wallMs, monotonicMs, doubt: null, ended, isUnset: false };
}
