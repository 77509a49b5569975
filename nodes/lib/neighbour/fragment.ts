/** Frames of one kind come after each other, frames of different kinds share the link fragment by fragment. */
export const STREAMS = ['answers', 'own', 'transit'] as const;
export type Stream = (typeof STREAMS)[number];

/** A piece of a frame on its way to a neighbour. */
export interface Fragment {
  /** Drawn by the sender for each new start of the numbers. */
  readonly session: number;
  readonly number: number;
  readonly stream: Stream;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  /** The sender falls silent and listens for the acknowledgement. */
  readonly wantsAnswer: boolean;
  readonly bytes: Uint8Array;
}

export interface Acknowledgement {
  readonly session: number;
  /** The first number that is missing. */
  readonly next: number;
  /** Bit n: the number n + 1 after `next` is here already. */
  readonly later: number;
  /** The listener's boot, so that its restart is noticed at once. */
  readonly boot: number;
}

export const FRAGMENT_HEADER_BYTES = 5;
const ACKNOWLEDGEMENT_BYTES = 12;
const STREAM_BITS = 0x03;
const FIRST = 0x04;
const LAST = 0x08;
const ANSWER = 0x10;

export function encodeFragment(fragment: Fragment): Uint8Array {
  const body = Buffer.allocUnsafe(FRAGMENT_HEADER_BYTES + fragment.bytes.length);
  body.writeUInt16BE(fragment.session, 0);
  body.writeUInt16BE(fragment.number, 2);
  const flags =
    (fragment.isFirst ? FIRST : 0) | (fragment.isLast ? LAST : 0) | (fragment.wantsAnswer ? ANSWER : 0);
  body[4] = STREAMS.indexOf(fragment.stream) | flags;
  body.set(fragment.bytes, FRAGMENT_HEADER_BYTES);
  return body;
}

export function decodeFragment(body: Uint8Array): Fragment | null {
  if (body.length < FRAGMENT_HEADER_BYTES) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const flags = bytes.readUInt8(4);
  const stream = STREAMS[flags & STREAM_BITS];
  if (stream === undefined) return null;
  return {
    session: bytes.readUInt16BE(0),
    number: bytes.readUInt16BE(2),
    stream,
    isFirst: (flags & FIRST) !== 0,
    isLast: (flags & LAST) !== 0,
    wantsAnswer: (flags & ANSWER) !== 0,
    bytes: body.subarray(FRAGMENT_HEADER_BYTES),
  };
}

export function encodeAcknowledgement({ session, next, later, boot }: Acknowledgement): Uint8Array {
  const body = Buffer.allocUnsafe(ACKNOWLEDGEMENT_BYTES);
  body.writeUInt16BE(session, 0);
  body.writeUInt16BE(next, 2);
  body.writeUInt32BE(later >>> 0, 4);
  body.writeUInt32BE(boot, 8);
  return body;
}

export function decodeAcknowledgement(body: Uint8Array): Acknowledgement | null {
  if (body.length !== ACKNOWLEDGEMENT_BYTES) return null;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  return {
    session: bytes.readUInt16BE(0),
    next: bytes.readUInt16BE(2),
    later: bytes.readUInt32BE(4),
    boot: bytes.readUInt32BE(8),
  };
}
