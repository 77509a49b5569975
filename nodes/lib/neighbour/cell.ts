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

export type CellFault = 'crc' | 'length' | 'form';

export const EVERYBODY = 0xffff;
/** Node numbers are agreed for a link and mean nothing elsewhere. */
export const isNodeId = (id: number): boolean => Number.isInteger(id) && id > 0 && id < EVERYBODY;

const KINDS: readonly CellKind[] = ['hello', 'fragment', 'acknowledgement', 'request'];
const VERSION = 1;
const VERSION_SHIFT = 4;
const KIND_BITS = 0x0f;
const HEADER_BYTES = 9;
const CRC_BYTES = 4;
const DELIMITER = 0;

/** What a cell with such a body takes on the wire, with the zero before it and the zero after it. */
export const wireBytes = (bodyBytes: number): number => cobsBytes(HEADER_BYTES + bodyBytes + CRC_BYTES) + 2;

/** Header, body, CRC-32, without zeros inside, between two zeros: noise before a cell never costs the cell. */
export function encodeCell({ kind, fromNode, toNode, sequence, body }: Cell): Uint8Array {
  const plain = Buffer.allocUnsafe(HEADER_BYTES + body.length + CRC_BYTES);
  plain[0] = (VERSION << VERSION_SHIFT) | KINDS.indexOf(kind);
  plain.writeUInt16BE(body.length, 1);
  plain.writeUInt16BE(fromNode, 3);
  plain.writeUInt16BE(toNode, 5);
  plain.writeUInt16BE(sequence, 7);
  plain.set(body, HEADER_BYTES);
  plain.writeUInt32BE(crc32(plain, HEADER_BYTES + body.length), HEADER_BYTES + body.length);
  const wire = new Uint8Array(wireBytes(body.length));
  wire[0] = DELIMITER;
  const end = writeCobs(plain, wire, 1);
  wire[end] = DELIMITER;
  return wire.subarray(0, end + 1);
}

/** Takes what stood between two zeros. */
export function decodeCell(stuffed: Uint8Array): Cell | CellFault {
  const bytes = readCobs(stuffed);
  if (!bytes) return 'form';
  const plain = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const bodyBytes = plain.length - HEADER_BYTES - CRC_BYTES;
  if (bodyBytes < 0) return 'length';
  if (crc32(plain, HEADER_BYTES + bodyBytes) !== plain.readUInt32BE(HEADER_BYTES + bodyBytes)) return 'crc';
  if (plain.readUInt16BE(1) !== bodyBytes) return 'length';
  const first = plain.readUInt8(0);
  const kind = KINDS[first & KIND_BITS];
  if (kind === undefined || first >> VERSION_SHIFT !== VERSION) return 'form';
  return {
    kind,
    fromNode: plain.readUInt16BE(3),
    toNode: plain.readUInt16BE(5),
    sequence: plain.readUInt16BE(7),
    body: plain.subarray(HEADER_BYTES, HEADER_BYTES + bodyBytes),
  };
}
