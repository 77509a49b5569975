import type { CheckVerdict } from './checks/verdict';
import type { JumpLimits } from './checks/register-jump';
import type { TakenReading } from './prepaid-message';
import type { Reading, Refusal } from './reading';
import type { RegisterChain } from './register-chain';
import { placeLate, type Neighbours } from './register-curve';
import type { MeterReading } from './shapes/statement';
import type { Understood } from './shapes/understood';

/** What the ledger has stored about a moment of a meter. */
export interface StoredMoment {
  headMs: number | null;
  /** What the device showed at exactly this time; null when no reading is stored for it. */
  energyWh: number | null;
}

export type LookUpMoment = (meterId: string, atMs: number) => StoredMoment;
export type LookAround = (meterId: string, atMs: number) => Neighbours | undefined;

/** A refused reading with what was sent, for the person who looks at it. */
export interface RefusedReading {
  refusal: Refusal;
  content: unknown;
}

/** A message taken apart: every reading in it is in exactly one of the lists. */
export interface Intake {
  taken: TakenReading[];
  refused: RefusedReading[];
  /** Readings that the ledger has already. */
  duplicates: number;
  /** What said something, but not where a register stands. */
  noted: number;
  isFrame: boolean;
  /** All readings of the message; one for a message that could not be read at all. */
  total: number;
}

export interface IntakeContext {
  chain: RegisterChain;
  nowMs: number;
  lookUp: LookUpMoment;
  lookAround: LookAround;
  /** How far a meter's register may jump; undefined leaves it to the chain. */
  jumpOf: (meterId: string) => JumpLimits | undefined;
  /** What keeps a reading from being billed, whatever its register says; null when it is well. */
  judge: (reading: MeterReading, nowMs: number) => CheckVerdict | null;
  /** Hears of every reading that became its meter's latest. */
  onTaken: (reading: Reading, nowMs: number) => void;
}

/** Puts what was understood of a message on the register chains of its meters. Never throws for what a device sent. */
export function takeUnderstood(understood: Understood, context: IntakeContext): Intake {
  const { total, isFrame, noted, readings, refused } = understood;
  const intake: Intake = { taken: [], refused: [], duplicates: 0, noted, isFrame, total };
  for (const one of refused) intake.refused.push(one);
  for (const reading of readings) {
    const found = context.judge(reading, context.nowMs);
    if (found) refuse(intake, refusalOfVerdict(found, reading.meterId), reading);
    else takeReading(intake, reading, context);
  }
  return intake;
}

/** Puts readings on the chain again after the ledger refused them. */
export function retakeReadings(
  readings: readonly Reading[],
  isFrame: boolean,
  context: IntakeContext,
): Intake {
  const total = readings.length;
  const intake: Intake = { taken: [], refused: [], duplicates: 0, noted: 0, isFrame, total };
  for (const reading of readings) takeReading(intake, reading, context);
  return intake;
}

function takeReading(intake: Intake, reading: Reading, context: IntakeContext): void {
  const { nowMs } = context;
  const verdict = context.chain.accept(reading, nowMs, context.jumpOf(reading.meterId));
  if (verdict.kind === 'segment') {
    intake.taken.push({ reading, segment: verdict.segment, accountId: verdict.accountId });
    context.onTaken(reading, nowMs);
  } else if (verdict.kind === 'refused') {
    refuse(intake, verdict.refusal, reading);
  } else {
    takeStale(intake, reading, context);
  }
}

/**
 * A reading that is not newer than its meter's chain: a copy of what is stored, late, or a copy of one that was sent into
 * the flow and is not in the ledger. That one may be on its way or lost, so the copy is put on the chain again from what
 * is stored; should both arrive, the ledger takes one and finds the other to be a copy.
 */
function takeStale(intake: Intake, reading: Reading, context: IntakeContext): void {
  const { meterId, atMs, energyWh } = reading;
  const stored = context.lookUp(meterId, atMs);
  if (stored.energyWh === energyWh) {
    intake.duplicates += 1;
    return;
  }
  if (stored.headMs === null || atMs > stored.headMs) {
    context.chain.forget(meterId);
    const verdict = context.chain.accept(reading, context.nowMs, context.jumpOf(meterId));
    if (verdict.kind === 'segment') {
      intake.taken.push({ reading, segment: verdict.segment, accountId: verdict.accountId });
      return;
    }
    if (verdict.kind === 'refused') {
      refuse(intake, verdict.refusal, reading);
      return;
    }
  }
  takeLate(intake, reading, context);
}

/** A late reading splits a stretch of the register that was charged already; the ledger corrects what it cost. */
function takeLate(intake: Intake, reading: Reading, context: IntakeContext): void {
  const { meterId, atMs } = reading;
  const verdict = placeLate(reading, context.lookAround(meterId, atMs));
  if (verdict.kind === 'duplicate') intake.duplicates += 1;
  else if (verdict.kind === 'segment') {
    const accountId = context.chain.accountOf(meterId);
    intake.taken.push({ reading, segment: verdict.segment, accountId });
  } else {
    const { cause, field, reason } = verdict;
    const value = String(field === 'atMs' ? atMs : reading[field === 'exportWh' ? 'exportWh' : 'energyWh']);
    refuse(intake, { kind: 'held', cause, field, value, reason, meterId }, reading);
  }
}

function refusalOfVerdict({ kind, check, field, value, reason }: CheckVerdict, meterId: string): Refusal {
  const cause = check === 'clock' || check === 'age' ? check : 'other';
  return { kind: kind === 'held' ? 'held' : 'rejected', cause, field, value, reason, meterId };
}

function refuse(intake: Intake, refusal: Refusal, content: unknown): void {
  intake.refused.push({ refusal, content });
}
