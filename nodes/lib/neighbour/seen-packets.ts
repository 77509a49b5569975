import { crc32 } from './crc-32';
import { type Packet, packetKey } from './packet';

/** `repeated`: this try was here already. `otherContent`: one number for two packets, which no honest sender makes. */
export type Sighting = 'new' | 'repeated' | 'otherContent';

const MAX_REMEMBERED = 4_096;
/** Of one number; whoever sends more of them wants the memory. */
const MOST_CONTENTS = 4;

/** The packets that came by lately, so that each try is handed on once, whatever circles it comes in. */
export class SeenPackets {
  /** By content: the latest try. */
  private readonly seen = new Map<string, Map<number, number>>();

  look(packet: Packet): Sighting {
    const tries = this.seen.get(keyOf(packet));
    if (!tries) return 'new';
    const attempt = tries.get(crc32(packet.frame));
    if (attempt === undefined) return 'otherContent';
    return packet.attempt > attempt ? 'new' : 'repeated';
  }

  remember(packet: Packet): void {
    const key = keyOf(packet);
    const tries = this.seen.get(key) ?? new Map<number, number>();
    this.seen.delete(key);
    this.seen.set(key, tries);
    const content = crc32(packet.frame);
    tries.delete(content);
    tries.set(content, packet.attempt);
    const [first] = tries.keys();
    if (tries.size > MOST_CONTENTS && first !== undefined) tries.delete(first);
    const [oldest] = this.seen.keys();
    if (this.seen.size > MAX_REMEMBERED && oldest !== undefined) this.seen.delete(oldest);
  }
}

/** Two gateways may take one packet, and each sends a receipt of its own. */
const keyOf = ({ kind, id, otherGatewayId }: Packet): string => `${kind} ${packetKey(id)} ${otherGatewayId}`;
