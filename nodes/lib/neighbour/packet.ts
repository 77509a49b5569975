import { MAX_GATEWAY_ID_BYTES, readGatewayId, writeGatewayId } from './gateway-name';

/** `up` to whoever has a way up, `down` to one gateway, `receipt` to tell the sender that its packet has arrived. */
export type PacketKind = 'up' | 'down' | 'receipt';

/** What neighbours hand on whole. The frame inside is sealed: nobody on the way can read it. */
export interface Packet {
  readonly kind: PacketKind;
  readonly hopsLeft: number;
  /** Raised when the sender tries again, so that who saw an earlier try hands it on once more. */
  readonly attempt: number;
  /** Who sent it, when that gateway started, and which of its packets it is. Of a receipt: the packet it is for. */
  readonly id: PacketId;
  /** Of `down` the gateway it is for, of `receipt` the one that took the packet; empty for `up`. */
  readonly otherGatewayId: string;
  readonly frame: Uint8Array;
}

export interface PacketId {
  readonly gatewayId: string;
  readonly boot: number;
  readonly count: number;
}

const KINDS: readonly PacketKind[] = ['up', 'down', 'receipt'];
const FIXED_BYTES = 11;

/** The largest sealed frame. */
export const MAX_FRAME_BYTES = 60_000;
export const MAX_PACKET_BYTES = FIXED_BYTES + 2 * (1 + MAX_GATEWAY_ID_BYTES) + MAX_FRAME_BYTES;
/** Enough for a chain of all nodes of a large neighbourhood. */
export const MAX_HOPS = 32;

/** Text that stands for an id in a map. */
export const packetKey = ({ gatewayId, boot, count }: PacketId): string => `${gatewayId} ${boot} ${count}`;

export function encodePacket({ kind, hopsLeft, attempt, id, otherGatewayId, frame }: Packet): Uint8Array {
  const names = 2 + id.gatewayId.length + otherGatewayId.length;
  const bytes = Buffer.allocUnsafe(FIXED_BYTES + names + frame.length);
  bytes[0] = KINDS.indexOf(kind);
  bytes[1] = hopsLeft;
  bytes[2] = attempt;
  bytes.writeUInt32BE(id.boot, 3);
  bytes.writeUInt32BE(id.count, 7);
  const at = writeGatewayId(bytes, FIXED_BYTES, id.gatewayId);
  bytes.set(frame, writeGatewayId(bytes, at, otherGatewayId));
  return bytes;
}

/** Null when nobody who keeps to the rules has made it. */
export function decodePacket(received: Uint8Array): Packet | null {
  const bytes = Buffer.from(received.buffer, received.byteOffset, received.length);
  const kind = KINDS[bytes[0] ?? KINDS.length];
  const from = readGatewayId(bytes, FIXED_BYTES);
  if (kind === undefined || !from) return null;
  const isNamed = kind !== 'up';
  const other = isNamed ? readGatewayId(bytes, from.end) : unnamed(bytes, from.end);
  if (!other) return null;
  const frame = received.subarray(other.end);
  if (frame.length > MAX_FRAME_BYTES || (frame.length === 0) !== (kind === 'receipt')) return null;
  const hopsLeft = bytes.readUInt8(1);
  if (hopsLeft > MAX_HOPS) return null;
  return {
    kind,
    hopsLeft,
    attempt: bytes.readUInt8(2),
    id: { gatewayId: from.gatewayId, boot: bytes.readUInt32BE(3), count: bytes.readUInt32BE(7) },
    otherGatewayId: other.gatewayId,
    frame,
  };
}

const unnamed = (bytes: Buffer, at: number): { gatewayId: string; end: number } | null =>
  bytes[at] === 0 ? { gatewayId: '', end: at + 1 } : null;
