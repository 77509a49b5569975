import { ALL_LANES, type Lane } from './lane';
import type { Range, WrittenRanges } from './range-set';
import { WAYS, type Way } from './way-health';

/** One thing that somebody said: its number in the sender's outbox, what it is, and the topic it came with. */
export type Item = readonly [seq: number, payload: unknown, topic?: string];

/**
 * A stretch of one lane of an outbox. It holds everything that the outbox still has between its ends; what was thinned
 * out in between is never going to come. So one acknowledgement covers the stretch whatever is missing in it.
 */
export interface Span {
  lane: Lane;
  from: number;
  to: number;
  items: Item[];
}

/** What has arrived of one outbox and is durable, by lane. */
export interface Done {
  box: string;
  lanes: WrittenRanges[];
}

/** What is sealed in a frame. */
export interface Body {
  /** The outbox that the sequence numbers belong to. Another one starts where the storage was replaced. */
  box: string;
  /** The sender's clock, for people. */
  sentMs: number;
  /** By lane: nothing below will ever come again. */
  low: number[];
  /** Asks for an answer, to find out whether the way works. */
  isProbe: boolean;
  /** By which way the sender meant it to go. */
  way: Way;
  /** Sequence numbers of frames that arrived lately, and the epoch that they are of. */
  heard: { epoch: number; seqs: number[] } | null;
  done: Done | null;
  span: Span | null;
  /** The highest epoch of the receiver that was seen, said when its frames look old: its storage and clock may be. */
  top: number | null;
  /** Proof of a one-time code, in an enrolment only. */
  proof: string | null;
}

/** An item as the outbox keeps it: the JSON of everything but its number. */
export interface StoredItem {
  seq: number;
  text: string;
}

export interface SpanText {
  lane: Lane;
  from: number;
  to: number;
  items: readonly StoredItem[];
}

export const MAX_ITEMS_PER_FRAME = 500;
const MAX_HEARD = 64;
const MAX_DONE_RANGES = 64;
const MAX_BOX_LENGTH = 32;
const MAX_PROOF_LENGTH = 100;

/** What an outbox keeps of a message. */
export function itemText(payload: unknown, topic: string): string {
  const json = JSON.stringify(payload ?? null);
  return topic === '' ? json : `${json},${JSON.stringify(topic)}`;
}

/** A frame takes this even where it does not get shorter by packing. */
const MAX_ITEM_BYTES = 32_000;

/** Refuses what no frame can hold, before it stands in the way of everything behind it. */
export function requireFitting(items: readonly { text: string }[]): void {
  for (const { text } of items) {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_ITEM_BYTES)
      throw new RangeError(`payload must be at most ${MAX_ITEM_BYTES} bytes of JSON, got ${bytes}`);
  }
}

/** Puts a body together from texts that are JSON already: nothing is written twice. */
export function writeBody(
  fixed: Pick<Body, 'box' | 'sentMs' | 'low'> & Partial<Body>,
  span: SpanText | null,
): string {
  const { box, sentMs, low, isProbe, way, heard, done, top, proof } = fixed;
  const head: Record<string, unknown> = { box, sentMs, low };
  if (isProbe === true) head['probe'] = 1;
  // The usual way needs no word.
  if (way !== undefined && way !== 'direct') head['way'] = way;
  if (heard) head['heard'] = heard;
  if (done) head['done'] = done;
  if (top) head['top'] = top;
  if (proof) head['proof'] = proof;
  const text = JSON.stringify(head);
  if (span === null) return text;
  const { lane, from, to, items } = span;
  const list = items.map(({ seq, text: item }) => `[${seq},${item}]`).join(',');
  return `${text.slice(0, -1)},"lane":${lane},"from":${from},"to":${to},"items":[${list}]}`;
}

/** Reads what was sealed; null when it is not what we write, which only a key holder can bring about. */
export function readBody(text: string): Body | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const { box, sentMs, low, probe, way = 'direct', heard, done, top = null, proof, lane } = value;
  if (!isShortText(box, MAX_BOX_LENGTH) || typeof sentMs !== 'number') return null;
  if (!Array.isArray(low) || low.length !== ALL_LANES.length || !low.every(isSeq)) return null;
  const span = lane === undefined ? null : readSpan(value);
  const heardFrames = heard === undefined ? null : readHeard(heard);
  const doneRanges = done === undefined ? null : readDone(done);
  if (span === undefined || heardFrames === undefined || doneRanges === undefined) return null;
  if (proof !== undefined && !isShortText(proof, MAX_PROOF_LENGTH)) return null;
  if (!isWay(way) || (top !== null && !isSeq(top))) return null;
  return {
    box,
    sentMs,
    low,
    isProbe: probe === 1,
    way,
    heard: heardFrames,
    done: doneRanges,
    span,
    top,
    proof: proof ?? null,
  };
}

function readSpan({ lane, from, to, items }: Record<string, unknown>): Span | undefined {
  const isLane = ALL_LANES.some((known) => known === lane);
  if (!isLane || !isSeq(from) || !isSeq(to) || to < from) return undefined;
  if (!Array.isArray(items) || items.length > MAX_ITEMS_PER_FRAME) return undefined;
  let before = from - 1;
  for (const item of items as unknown[]) {
    if (!Array.isArray(item) || !isSeq(item[0]) || item[0] <= before || item[0] > to) return undefined;
    if (item[2] !== undefined && typeof item[2] !== 'string') return undefined;
    before = item[0];
  }
  return { lane: lane as Lane, from, to, items: items as Item[] };
}

function readHeard(value: unknown): Body['heard'] | undefined {
  if (!isRecord(value) || !isSeq(value['epoch']) || !Array.isArray(value['seqs'])) return undefined;
  const seqs: unknown[] = value['seqs'];
  if (seqs.length > MAX_HEARD || !seqs.every(isSeq)) return undefined;
  return { epoch: value['epoch'], seqs };
}

function readDone(value: unknown): Done | undefined {
  if (!isRecord(value) || !isShortText(value['box'], MAX_BOX_LENGTH)) return undefined;
  const { box, lanes } = value;
  if (!Array.isArray(lanes) || lanes.length !== ALL_LANES.length || !lanes.every(isRanges)) return undefined;
  return { box, lanes };
}

function isRanges(value: unknown): value is WrittenRanges {
  if (!isRecord(value) || !isSeq(value['below']) || !Array.isArray(value['ranges'])) return false;
  const ranges: unknown[] = value['ranges'];
  return ranges.length <= MAX_DONE_RANGES && ranges.every(isRange);
}

const isRange = (value: unknown): value is Range =>
  Array.isArray(value) && value.length === 2 && isSeq(value[0]) && isSeq(value[1]) && value[0] <= value[1];

const isSeq = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isWay = (value: unknown): value is Way => WAYS.some((way) => way === value);

const isShortText = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= most;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
