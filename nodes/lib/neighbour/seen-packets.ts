import { crc32 } from './crc-32';
import { type Packet, packetKey } from './packet';

/** `repeated`: this try was here already. `otherContent`: one number for two packets, which no honest sender makes. */
export type Sighting = 'new' | 'repeated' | 'otherContent';

const MAX_REMEMBERED = 4_096;

/** The packets that came by lately, so that each try is handed on once, whatever circles it comes in. */
export class SeenPackets {
  private readonly seen = new Map<string, { attempt: number; content: number }>();

  look(packet: Packet): Sighting {
    const known = this.seen.get(keyOf(packet));
    if (!known) return 'new';
    if (known.content !== crc32(packet.frame)) return 'otherContent';
    return packet.attempt > known.attempt ? 'new' : 'repeated';
  }

  remember(packet: Packet): void {
    const key = keyOf(packet);
    this.seen.delete(key);
    this.seen.set(key, { attempt: packet.attempt, content: crc32(packet.frame) });
    const [oldest] = this.seen.keys();
    if (this.seen.size > MAX_REMEMBERED && oldest !== undefined) this.seen.delete(oldest);
  }
}

/** Two gateways may take one packet, and each sends a receipt of its own. */
const keyOf = ({ kind, id, otherGatewayId }: Packet): string => `${kind} ${packetKey(id)} ${otherGatewayId}`;
