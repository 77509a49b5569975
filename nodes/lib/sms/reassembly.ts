import { isRecord } from './json-record';
import type { PartOf } from './user-data-header';

/** One message as it came in. `slot` is where the modem keeps it, so that it can be deleted once it was taken. */
export interface IncomingPart {
  from: string;
  /** Null for a message that is whole by itself. */
  part: PartOf | null;
  text: string | null;
  dataHex: string | null;
  sentAtMs: number | null;
  slot: string | null;
}

interface HeldPart {
  sequence: number;
  text: string | null;
  dataHex: string | null;
  sentAtMs: number | null;
  slots: string[];
}

interface TextKey {
  from: string;
  reference: number;
  bits: number;
  total: number;
}

export interface OpenText extends TextKey {
  firstAtMs: number;
  parts: HeldPart[];
}

/** What a finished text is known by, so that a copy of one of its parts opens nothing. */
export interface FinishedText extends TextKey {
  atMs: number;
  prints: Record<string, number>;
}

/** Plain JSON: it is written to disk as it is, and a restart goes on where it was. */
export interface ReassemblyState {
  open: OpenText[];
  finished: FinishedText[];
}

export interface ReassemblyLimits {
  /** From the first part on: what is there then goes out as it is. */
  deadlineMs: number;
  /** Texts under way at once; the oldest goes out as it is when there would be more. */
  maxOpen: number;
}

/** Why a text goes out: it is whole, or something put an end to the waiting. */
export type EndOfText = 'whole' | 'deadline' | 'no room' | 'another text';

export interface ReassembledText {
  from: string;
  /** With … for each missing part; null when it is data. */
  text: string | null;
  dataHex: string | null;
  total: number;
  missing: number[];
  sentAtMs: number | null;
  end: EndOfText;
  slots: string[];
}

export interface Reassembly {
  state: ReassemblyState;
  texts: ReassembledText[];
  /** Where copies of parts of finished texts lie: of no use to anybody any more. */
  copySlots: string[];
}

export const EMPTY_REASSEMBLY: ReassemblyState = { open: [], finished: [] };
const GAP = '…';

function isSameText(one: TextKey, other: TextKey): boolean {
  return (
    one.from === other.from &&
    one.reference === other.reference &&
    one.bits === other.bits &&
    one.total === other.total
  );
}

/** A number that stands for what a part said (FNV-1a), so that no text is kept longer than it must be. */
function printOf({ text, dataHex, sentAtMs }: Pick<HeldPart, 'text' | 'dataHex' | 'sentAtMs'>): number {
  let print = 0x811c9dc5;
  const said = `${sentAtMs ?? ''}|${dataHex ?? ''}|${text ?? ''}`;
  for (let index = 0; index < said.length; index += 1) {
    print = Math.imul(print ^ said.charCodeAt(index), 0x01000193) >>> 0;
  }
  return print;
}

function endText(open: OpenText, end: EndOfText): ReassembledText {
  const bySequence = new Map(open.parts.map((part) => [part.sequence, part]));
  const sequences = Array.from({ length: open.total }, (_, index) => index + 1);
  const isData = open.parts.every(({ text }) => text === null);
  return {
    from: open.from,
    text: isData ? null : sequences.map((sequence) => bySequence.get(sequence)?.text ?? GAP).join(''),
    dataHex: isData ? sequences.map((sequence) => bySequence.get(sequence)?.dataHex ?? '').join('') : null,
    total: open.total,
    missing: sequences.filter((sequence) => !bySequence.has(sequence)),
    sentAtMs: open.parts[0]?.sentAtMs ?? null,
    end,
    slots: open.parts.flatMap(({ slots }) => slots),
  };
}

function finish({ from, reference, bits, total, parts }: OpenText, nowMs: number): FinishedText {
  const prints = Object.fromEntries(parts.map((part) => [String(part.sequence), printOf(part)]));
  return { from, reference, bits, total, atMs: nowMs, prints };
}

/** Either way of the clock: one that was set back must not keep a text for ever. */
function isOver(sinceMs: number, nowMs: number, { deadlineMs }: ReassemblyLimits): boolean {
  return Math.abs(nowMs - sinceMs) >= deadlineMs;
}

/** Lets go of what has waited too long. To be called now and then, and before each part. */
export function endOverdueTexts(state: ReassemblyState, nowMs: number, limits: ReassemblyLimits): Reassembly {
  const overdue = state.open.filter(({ firstAtMs }) => isOver(firstAtMs, nowMs, limits));
  const finished = state.finished.filter(({ atMs }) => !isOver(atMs, nowMs, limits));
  const isUnchanged = overdue.length === 0 && finished.length === state.finished.length;
  return {
    state: isUnchanged ? state : { open: state.open.filter((text) => !overdue.includes(text)), finished },
    texts: overdue.map((text) => endText(text, 'deadline')),
    copySlots: [],
  };
}

function wholeByItself({ from, text, dataHex, sentAtMs, slot }: IncomingPart): ReassembledText {
  const slots = slot === null ? [] : [slot];
  return { from, text, dataHex, total: 1, missing: [], sentAtMs, end: 'whole', slots };
}

function heldPart({ text, dataHex, sentAtMs, slot }: IncomingPart, sequence: number): HeldPart {
  return { sequence, text, dataHex, sentAtMs, slots: slot === null ? [] : [slot] };
}

/** The text with one more part, or undefined when another one has its place. */
function withPart(open: OpenText, part: HeldPart): OpenText | undefined {
  const held = open.parts.find(({ sequence }) => sequence === part.sequence);
  if (!held) return { ...open, parts: [...open.parts, part] };
  if (held.text !== part.text || held.dataHex !== part.dataHex) return undefined;
  // A copy changes nothing, but where it lies is to be cleared together with the rest.
  const known = { ...held, slots: [...new Set([...held.slots, ...part.slots])] };
  return { ...open, parts: open.parts.map((candidate) => (candidate === held ? known : candidate)) };
}

/**
 * Takes in one part. Parts belong together by sender, reference and total; another part at a place that is taken means
 * that the sender uses the reference again, so what was there goes out and the new text begins.
 */
export function takePart(
  before: ReassemblyState,
  incoming: IncomingPart,
  nowMs: number,
  limits: ReassemblyLimits,
): Reassembly {
  const { state, texts } = endOverdueTexts(before, nowMs, limits);
  const { part, from, slot } = incoming;
  if (!part) return { state, texts: [...texts, wholeByItself(incoming)], copySlots: [] };
  const key: TextKey = { from, reference: part.reference, bits: part.bits, total: part.total };
  const isCopy = state.finished.some(
    (text) => isSameText(text, key) && text.prints[String(part.sequence)] === printOf(incoming),
  );
  if (isCopy) return { state, texts, copySlots: slot === null ? [] : [slot] };

  const known = state.open.find((text) => isSameText(text, key));
  const others = state.open.filter((text) => text !== known);
  const held = heldPart(incoming, part.sequence);
  const joined = known && withPart(known, held);
  if (known && !joined) texts.push(endText(known, 'another text'));
  const current = joined ?? { ...key, firstAtMs: nowMs, parts: [held] };
  if (current.parts.length === current.total) {
    const finished = [...state.finished, finish(current, nowMs)].slice(-limits.maxOpen);
    return { state: { open: others, finished }, texts: [...texts, endText(current, 'whole')], copySlots: [] };
  }
  const open = [...others, current];
  while (open.length > Math.max(1, limits.maxOpen)) {
    const oldest = open.shift();
    if (oldest) texts.push(endText(oldest, 'no room'));
  }
  return { state: { open, finished: state.finished }, texts, copySlots: [] };
}

const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';

function isHeldPart(value: unknown): value is HeldPart {
  return (
    isRecord(value) &&
    Number.isInteger(value['sequence']) &&
    isTextOrNull(value['text']) &&
    isTextOrNull(value['dataHex']) &&
    (value['sentAtMs'] === null || typeof value['sentAtMs'] === 'number') &&
    Array.isArray(value['slots']) &&
    value['slots'].every((slot) => typeof slot === 'string')
  );
}

function hasKey(value: unknown): value is TextKey & Record<string, unknown> {
  return (
    isRecord(value) &&
    typeof value['from'] === 'string' &&
    ['reference', 'bits', 'total'].every((field) => Number.isInteger(value[field]))
  );
}

function isOpenText(value: unknown): value is OpenText {
  return (
    hasKey(value) &&
    typeof value['firstAtMs'] === 'number' &&
    Array.isArray(value['parts']) &&
    value['parts'].every(isHeldPart)
  );
}

function isFinishedText(value: unknown): value is FinishedText {
  return hasKey(value) && typeof value['atMs'] === 'number' && isRecord(value['prints']);
}

/** What a file held. Entries that are none of ours are left out: a damaged file must not stop texts from coming in. */
export function readReassemblyState(value: unknown): ReassemblyState {
  if (!isRecord(value)) return EMPTY_REASSEMBLY;
  const { open, finished } = value;
  return {
    open: Array.isArray(open) ? open.filter(isOpenText) : [],
    finished: Array.isArray(finished) ? finished.filter(isFinishedText) : [],
  };
}
