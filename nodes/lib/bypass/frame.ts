/** What a frame is for. An enrolment carries its sender's public key, since nobody knows it yet. */
export type FrameKind = 'up' | 'down' | 'carried' | 'enrol';

/**
 * What everybody on the way may read. All of it is authenticated with the sealed part as its associated data, so that
 * nobody can change it or put it before another one.
 */
export interface FrameHeader {
  kind: FrameKind;
  /** The gateway that sends an upward frame, or that a downward frame is for. */
  gatewayId: string;
  /** Counts the starts of the sender; each has a key of its own, so that no key ever meets a sequence number twice. */
  epoch: number;
  seq: number;
  /** The first bytes of the SHA-256 of both public keys: which of several keys fit during a change of keys. */
  senderKey: string;
  recipientKey: string;
  /** The encapsulated key of RFC 9180. */
  encapsulated: Uint8Array;
  /** The sender's public key, in an enrolment only. */
  publicKey?: Uint8Array;
}

/** What neighbours agreed to carry in one piece. */
export const MAX_FRAME_BYTES = 60_000;
/** The authentication tag of RFC 8439. */
export const TAG_BYTES = 16;
export const KEY_BYTES = 32;
export const KEY_MARK_BYTES = 4;

const MAGIC = 0x57;
const VERSION = 1;
const KINDS: readonly FrameKind[] = ['up', 'down', 'carried', 'enrol'];
const FIXED_BYTES = 4;
const EPOCH_BYTES = 4;
const SEQ_BYTES = 6;
const GATEWAY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/;

/** Short enough for every frame, and safe in topics and file names. */
export const isGatewayId = (id: unknown): id is string => typeof id === 'string' && GATEWAY_ID.test(id);

export function writeHeader(header: FrameHeader): Buffer {
  const { kind, gatewayId, epoch, seq, senderKey, recipientKey, encapsulated, publicKey } = header;
  const bytes = Buffer.allocUnsafe(headerBytes(gatewayId.length, kind));
  bytes[0] = MAGIC;
  bytes[1] = VERSION;
  bytes[2] = KINDS.indexOf(kind);
  bytes[3] = gatewayId.length;
  let at = FIXED_BYTES + bytes.write(gatewayId, FIXED_BYTES, 'latin1');
  at = bytes.writeUInt32BE(epoch, at);
  at = bytes.writeUIntBE(seq, at, SEQ_BYTES);
  at += bytes.write(senderKey, at, 'hex');
  at += bytes.write(recipientKey, at, 'hex');
  bytes.set(encapsulated, at);
  if (publicKey) bytes.set(publicKey, at + KEY_BYTES);
  return bytes;
}

/** The same header with another sequence number: all that changes from frame to frame of an epoch. */
export function withSeq(head: Buffer, gatewayId: string, seq: number): Buffer {
  const copy = Buffer.from(head);
  copy.writeUIntBE(seq, FIXED_BYTES + gatewayId.length + EPOCH_BYTES, SEQ_BYTES);
  return copy;
}

/** The header and where the sealed part begins, or null for what is no frame of ours. */
export function readHeader(frame: Uint8Array): { header: FrameHeader; end: number } | null {
  if (frame.length > MAX_FRAME_BYTES || frame[0] !== MAGIC || frame[1] !== VERSION) return null;
  const kind = KINDS[frame[2] ?? -1];
  const idLength = frame[3] ?? 0;
  if (kind === undefined) return null;
  const end = headerBytes(idLength, kind);
  if (frame.length < end + TAG_BYTES) return null;
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  let at = FIXED_BYTES + idLength;
  const gatewayId = bytes.toString('latin1', FIXED_BYTES, at);
  if (!isGatewayId(gatewayId)) return null;
  const epoch = bytes.readUInt32BE(at);
  at += EPOCH_BYTES;
  const seq = bytes.readUIntBE(at, SEQ_BYTES);
  at += SEQ_BYTES;
  const senderKey = bytes.toString('hex', at, at + KEY_MARK_BYTES);
  at += KEY_MARK_BYTES;
  const recipientKey = bytes.toString('hex', at, at + KEY_MARK_BYTES);
  at += KEY_MARK_BYTES;
  const encapsulated = bytes.subarray(at, at + KEY_BYTES);
  const header: FrameHeader = { kind, gatewayId, epoch, seq, senderKey, recipientKey, encapsulated };
  if (kind === 'enrol') header.publicKey = bytes.subarray(at + KEY_BYTES, at + 2 * KEY_BYTES);
  return { header, end };
}

function headerBytes(idLength: number, kind: FrameKind): number {
  const keys = kind === 'enrol' ? 2 * KEY_BYTES : KEY_BYTES;
  return FIXED_BYTES + idLength + EPOCH_BYTES + SEQ_BYTES + 2 * KEY_MARK_BYTES + keys;
}
