import type { PacketId, PacketKind } from './packet';

/** So many numbers of a sender are remembered: no sender has that many under way. */
const WINDOW = 1_024;
/** No sender skips so many numbers. */
const MAX_STEP = 65_536;
const MAX_SENDERS = 256;

interface Numbers {
  highest: number;
  /** By number: the content that came under it. */
  readonly counts: Map<number, number>;
}

/** Which packets have been handed over here, so that none is a second time. */
export class HandedOver {
  private readonly senders = new Map<string, Numbers>();

  /** Nobody has proved the number, so it takes the same content to be the same packet. */
  has(kind: PacketKind, id: PacketId, content: number): boolean {
    return this.senders.get(keyOf(kind, id))?.counts.get(id.count) === content;
  }

  /** A jump in the numbers that no honest sender makes. */
  isImpossible(kind: PacketKind, id: PacketId): boolean {
    const numbers = this.senders.get(keyOf(kind, id));
    return numbers !== undefined && id.count > numbers.highest + MAX_STEP;
  }

  add(kind: PacketKind, id: PacketId, content: number): void {
    const key = keyOf(kind, id);
    const numbers = this.senders.get(key) ?? { highest: id.count, counts: new Map<number, number>() };
    this.senders.delete(key);
    this.senders.set(key, numbers);
    numbers.counts.delete(id.count);
    numbers.counts.set(id.count, content);
    numbers.highest = Math.max(numbers.highest, id.count);
    const [first] = numbers.counts.keys();
    if (numbers.counts.size > WINDOW && first !== undefined) numbers.counts.delete(first);
    const [oldest] = this.senders.keys();
    if (this.senders.size > MAX_SENDERS && oldest !== undefined) this.senders.delete(oldest);
  }
}

const keyOf = (kind: PacketKind, { gatewayId, boot }: PacketId): string => `${kind} ${gatewayId} ${boot}`;
