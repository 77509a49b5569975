import { MAX_GATEWAY_ID_BYTES, readGatewayId, writeGatewayId } from './gateway-name';

/** What a neighbour knows of the way up: who stands at its end, how fresh the news is and how far it is. */
export interface Way {
  /** The node that can send to the head-end, and the number it drew when it started. */
  readonly rootNode: number;
  readonly rootBoot: number;
  /** Counted by that node: a later beat is fresher news. */
  readonly beat: number;
  readonly cost: number;
  readonly hops: number;
}

/** Said now and then by everybody: who I am, how far the way up is, whom I hear. */
export interface Hello {
  readonly gatewayId: string;
  /** Drawn at each start, so that a restart is seen. */
  readonly boot: number;
  readonly way: Way | null;
  /** How well each neighbour is heard here, from 0 to 255. */
  readonly heard: ReadonlyMap<number, number>;
}

export const MAX_HEARD = 40;
const FIXED_BYTES = 14;
const HEARD_BYTES = 3;
const NO_WAY = 0xffff;
export const MAX_HELLO_BYTES = FIXED_BYTES + 1 + MAX_GATEWAY_ID_BYTES + 1 + MAX_HEARD * HEARD_BYTES;

export function encodeHello({ gatewayId, boot, way, heard }: Hello): Uint8Array {
  const told = [...heard].slice(0, MAX_HEARD);
  const bytes = Buffer.alloc(FIXED_BYTES + 1 + gatewayId.length + 1 + told.length * HEARD_BYTES);
  bytes.writeUInt32BE(boot, 0);
  bytes.writeUInt16BE(way?.rootNode ?? 0, 4);
  bytes.writeUInt16BE(way?.rootBoot ?? 0, 6);
  bytes.writeUInt16BE(way?.beat ?? 0, 8);
  bytes.writeUInt16BE(way?.cost ?? NO_WAY, 10);
  bytes.writeUInt16BE(way?.hops ?? 0, 12);
  let at = writeGatewayId(bytes, FIXED_BYTES, gatewayId);
  bytes[at++] = told.length;
  for (const [nodeId, quality] of told) {
    bytes.writeUInt16BE(nodeId, at);
    bytes[at + 2] = quality;
    at += HEARD_BYTES;
  }
  return bytes;
}

/** Null when it is not a hello. */
export function decodeHello(body: Uint8Array): Hello | null {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const name = readGatewayId(bytes, FIXED_BYTES);
  if (!name) return null;
  const count = bytes[name.end];
  if (count === undefined || name.end + 1 + count * HEARD_BYTES !== bytes.length) return null;
  const heard = new Map<number, number>();
  for (let at = name.end + 1; at < bytes.length; at += HEARD_BYTES)
    heard.set(bytes.readUInt16BE(at), bytes.readUInt8(at + 2));
  const cost = bytes.readUInt16BE(10);
  const way = {
    rootNode: bytes.readUInt16BE(4),
    rootBoot: bytes.readUInt16BE(6),
    beat: bytes.readUInt16BE(8),
    cost,
    hops: bytes.readUInt16BE(12),
  };
  return { gatewayId: name.gatewayId, boot: bytes.readUInt32BE(0), way: cost === NO_WAY ? null : way, heard };
}
