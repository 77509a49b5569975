import { MAX_READINGS_PER_FRAME, parseJsonReading, rejected } from './json-reading';
import type { TakenReading } from './prepaid-message';
import type { Reading, Refusal } from './reading';
import type { RegisterChain } from './register-chain';
import { topicOwner } from './topics';

/** What the ledger has stored about a moment of a meter. */
export interface StoredMoment {
  headMs: number | null;
  /** The register stored for exactly this time; null when no reading is stored for it. */
  energyWh: number | null;
}

export type LookUpMoment = (meterId: string, atMs: number) => StoredMoment;

/** A refused reading with what was sent, for the person who looks at it. */
export interface RefusedReading {
  refusal: Refusal;
  content: string;
}

/** A message taken apart: every reading in it is in exactly one of the lists. */
export interface Intake {
  taken: TakenReading[];
  refused: RefusedReading[];
  /** Readings that the ledger has already. */
  duplicates: number;
  isFrame: boolean;
  /** All readings of the message; one for a message that could not be read at all. */
  total: number;
}

export interface IntakeContext {
  chain: RegisterChain;
  nowMs: number;
  lookUp: LookUpMoment;
  /** Whether a reading has to be of the meter that the topic names. */
  bindsTopics: boolean;
}

/** Takes a message apart into readings and puts each on its meter's register chain. Never throws for what a device sent. */
export function takeMessage(topic: string, payload: unknown, context: IntakeContext): Intake {
  const intake: Intake = { taken: [], refused: [], duplicates: 0, isFrame: false, total: 1 };
  const decoded = decode(payload);
  if (!decoded.ok) {
    refuse(intake, decoded.refusal, payload);
    return intake;
  }
  const { value } = decoded;
  const fallback = { meterId: topicOwner(topic), atMs: context.nowMs };
  intake.isFrame = Array.isArray(value);
  const items: unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0 || items.length > MAX_READINGS_PER_FRAME) {
    const reason = `must hold 1 to ${MAX_READINGS_PER_FRAME} readings`;
    refuse(intake, rejected('payload', items, reason).refusal, '');
    return intake;
  }
  intake.total = items.length;
  for (const item of items) {
    const parsed = parseJsonReading(item, fallback);
    if (!parsed.ok) refuse(intake, parsed.refusal, item);
    else if (context.bindsTopics && parsed.reading.meterId !== fallback.meterId) {
      const { meterId } = parsed.reading;
      refuse(
        intake,
        rejected('meterId', meterId, `must be the meter of the topic, ${fallback.meterId}`).refusal,
        item,
      );
    } else takeReading(intake, parsed.reading, context);
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
  const intake: Intake = { taken: [], refused: [], duplicates: 0, isFrame, total };
  for (const reading of readings) takeReading(intake, reading, context);
  return intake;
}

function takeReading(intake: Intake, reading: Reading, context: IntakeContext): void {
  const verdict = context.chain.accept(reading, context.nowMs);
  if (verdict.kind === 'segment') {
    intake.taken.push({ reading, segment: verdict.segment, accountId: verdict.accountId });
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
    const verdict = context.chain.accept(reading, context.nowMs);
    if (verdict.kind === 'segment') {
      intake.taken.push({ reading, segment: verdict.segment, accountId: verdict.accountId });
      return;
    }
    if (verdict.kind === 'refused') {
      refuse(intake, verdict.refusal, reading);
      return;
    }
  }
  const reason =
    stored.energyWh === null ? 'not after the last reading' : 'differs from the stored reading of this time';
  refuse(intake, { kind: 'held', field: 'atMs', value: String(atMs), reason, meterId }, reading);
}

function refuse(intake: Intake, refusal: Refusal, content: unknown): void {
  intake.refused.push({ refusal, content: showContent(content) });
}

type Decoded = { ok: true; value: unknown } | { ok: false; refusal: Refusal };

function decode(payload: unknown): Decoded {
  const text = Buffer.isBuffer(payload) ? payload.toString() : payload;
  if (typeof text !== 'string') return { ok: true, value: text };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return rejected('payload', text, 'must be JSON');
  }
}

/** More than this of a refused message tells a person nothing new. */
const MAX_CONTENT_LENGTH = 500;

function showContent(content: unknown): string {
  if (Buffer.isBuffer(content)) return content.toString('utf8', 0, MAX_CONTENT_LENGTH);
  if (typeof content === 'string') return content.slice(0, MAX_CONTENT_LENGTH);
  try {
    // For what has no JSON, such as a function, the answer is undefined, whatever the type says.
    const text = JSON.stringify(content) as string | undefined;
    return text?.slice(0, MAX_CONTENT_LENGTH) ?? '';
  } catch {
    return '';
  }
}
