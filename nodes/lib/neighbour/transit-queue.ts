import type { Stream } from './fragment';
import type { Neighbour } from './neighbour';
import { type Packet, packetKey } from './packet';

/** A packet of somebody else that waits for its next hop. */
export interface TransitItem {
  readonly packet: Packet;
  readonly stream: Stream;
  /** Over which neighbour it goes; null for the way up, whichever that is by then. */
  readonly to: Neighbour | null;
  /** Who brought it; null for ourselves. */
  readonly from: Neighbour | null;
  readonly untilMs: number;
  /** A neighbour is taking it at the moment. */
  isLeaving: boolean;
}

const MAX_ITEMS = 256;
const MAX_BYTES = 2_097_152;

/** What is held for others, within bounds, of which no single neighbour takes more than half. */
export class TransitQueue {
  private readonly items = new Set<TransitItem>();
  private bytes = 0;

  get size(): number {
    return this.items.size;
  }

  add(item: TransitItem): boolean {
    const from = [...this.items].filter((other) => other.from === item.from);
    const fromBytes = from.reduce((total, { packet }) => total + packet.frame.length, 0);
    const itemBytes = item.packet.frame.length;
    const isFull = this.items.size >= MAX_ITEMS || this.bytes + itemBytes > MAX_BYTES;
    if (isFull || from.length >= MAX_ITEMS / 2 || fromBytes + itemBytes > MAX_BYTES / 2) return false;
    this.items.add(item);
    this.bytes += itemBytes;
    return true;
  }

  remove(item: TransitItem): void {
    if (this.items.delete(item)) this.bytes -= item.packet.frame.length;
  }

  /** An earlier try of this packet is still here. */
  holds(packet: Packet): boolean {
    const key = packetKey(packet.id);
    return [...this.items].some(
      (item) =>
        item.packet.kind === packet.kind &&
        packetKey(item.packet.id) === key &&
        Buffer.compare(item.packet.frame, packet.frame) === 0,
    );
  }

  waiting(): TransitItem[] {
    return [...this.items].filter(({ isLeaving }) => !isLeaving);
  }

  /** What can no longer go where it should, or has waited too long. Returns how many that were. */
  drop(isHopeless: (item: TransitItem) => boolean): number {
    const hopeless = this.waiting().filter(isHopeless);
    for (const item of hopeless) this.remove(item);
    return hopeless.length;
  }
}
