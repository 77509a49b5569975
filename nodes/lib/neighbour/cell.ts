import { cobsBytes, readCobs, writeCobs } from './cobs';
import { crc32 } from './crc-32';

/** What travels on a link in one piece. */
export type CellKind = 'hello' | 'fragment' | 'acknowledgement' | 'request';

export interface Cell {
  readonly kind: CellKind;
  readonly fromNode: number;
  readonly toNode: number;
  /** Counts every cell that its sender puts on this link, so that whoever listens knows how many were lost. */
  readonly sequence: number;
  readonly body: Uint8Array;
}

export type CellFault = 'crc' | 'length' | 'form' | 'mark';

/** Shows that whoever made a cell knows what all neighbours share. */
export interface CellMark {
  /** MARK_BYTES for these bytes, which nobody else can work out. */
  of(bytes: Uint8Array): Uint8Array;
}

/** Nobody guesses 64 bits on a wire, and a slow wire has no room for more. */
export const MARK_BYTES = 8;

export const EVERYBODY = 0xffff;
/** Node numbers are agreed for a link and mean nothing elsewhere. */
export const isNodeId = (id: number): boolean => Number.isInteger(id) && id > 0 && id < EVERYBODY;

const KINDS: readonly CellKind[] = ['hello', 'fragment', 'acknowledgement', 'request'];
const VERSION = 1;
const MARKED_VERSION = 2;
const VERSION_SHIFT = 4;
const KIND_BITS = 0x0f;
const HEADER_BYTES = 9;
const CRC_BYTES = 4;
const DELIMITER = 0;

/** What a cell with such a body takes on the wire, with the zero before it and the zero after it. */
export const wireBytes = (bodyBytes: number): number => cobsBytes(HEADER_BYTES + bodyBytes + CRC_BYTES) + 2;

/** Header, body, mark, CRC-32, without zeros inside, between two zeros: noise before a cell never costs the cell. */
export function encodeCell(
  { kind, fromNode, toNode, sequence, body }: Cell,
  mark: CellMark | null = null,
): Uint8Array {
  const markAt = HEADER_BYTES + body.length;
  const crcAt = markAt + (mark ? MARK_BYTES : 0);
  const plain = Buffer.allocUnsafe(crcAt + CRC_BYTES);
  plain[0] = ((mark ? MARKED_VERSION : VERSION) << VERSION_SHIFT) | KINDS.indexOf(kind);
  plain.writeUInt16BE(body.length, 1);
  plain.writeUInt16BE(fromNode, 3);
  plain.writeUInt16BE(toNode, 5);
  plain.writeUInt16BE(sequence, 7);
  plain.set(body, HEADER_BYTES);
  if (mark) plain.set(mark.of(plain.subarray(0, markAt)), markAt);
  plain.writeUInt32BE(crc32(plain, crcAt), crcAt);
  const wire = new Uint8Array(wireBytes(crcAt - HEADER_BYTES));
  wire[0] = DELIMITER;
  const end = writeCobs(plain, wire, 1);
  wire[end] = DELIMITER;
  return wire.subarray(0, end + 1);
}

/** Takes what stood between two zeros. With a mark, cells without it or with a wrong one are not taken. */
export function decodeCell(stuffed: Uint8Array, mark: CellMark | null = null): Cell | CellFault {
  const bytes = readCobs(stuffed);
  if (!bytes) return 'form';
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const crcAt = plain.length - CRC_BYTES;
  if (crcAt < HEADER_BYTES) return 'length';
  if (crc32(plain, crcAt) !== plain.readUInt32BE(crcAt)) return 'crc';
  const version = plain.readUInt8(0) >> VERSION_SHIFT;
  const kind = KINDS[plain.readUInt8(0) & KIND_BITS];
  if (kind === undefined || (version !== VERSION && version !== MARKED_VERSION)) return 'form';
  const bodyBytes = crcAt - HEADER_BYTES - (version === MARKED_VERSION ? MARK_BYTES : 0);
  if (plain.readUInt16BE(1) !== bodyBytes) return 'length';
  if ((version === MARKED_VERSION) !== (mark !== null)) return 'mark';
  const markAt = HEADER_BYTES + bodyBytes;
  if (mark && !plain.subarray(markAt, crcAt).equals(mark.of(plain.subarray(0, markAt)))) return 'mark';
  return {
    kind,
    fromNode: plain.readUInt16BE(3),
    toNode: plain.readUInt16BE(5),
    sequence: plain.readUInt16BE(7),
    body: plain.subarray(HEADER_BYTES, HEADER_BYTES + bodyBytes),
  };
}
