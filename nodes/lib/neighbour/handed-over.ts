import type { PacketId, PacketKind } from './packet';

/** Numbers so far behind the highest count as handed over: no sender has that many under way. */
const WINDOW = 1_024;
/** No sender skips so many numbers. */
const MAX_STEP = 65_536;
const MAX_SENDERS = 256;

interface Numbers {
  highest: number;
  readonly counts: Set<number>;
}

/** Which packets have been handed over here, so that none is a second time. */
export class HandedOver {
  private readonly senders = new Map<string, Numbers>();

  has(kind: PacketKind, id: PacketId): boolean {
    const numbers = this.senders.get(keyOf(kind, id));
    return numbers !== undefined && (id.count <= numbers.highest - WINDOW || numbers.counts.has(id.count));
  }

  /** A jump in the numbers that no honest sender makes. */
  isImpossible(kind: PacketKind, id: PacketId): boolean {
    const numbers = this.senders.get(keyOf(kind, id));
    return numbers !== undefined && id.count > numbers.highest + MAX_STEP;
  }

  add(kind: PacketKind, id: PacketId): void {
    const key = keyOf(kind, id);
    const numbers = this.senders.get(key) ?? { highest: id.count, counts: new Set<number>() };
    this.senders.delete(key);
    this.senders.set(key, numbers);
    numbers.counts.add(id.count);
    numbers.highest = Math.max(numbers.highest, id.count);
    if (numbers.counts.size > WINDOW) {
      for (const count of numbers.counts) if (count <= numbers.highest - WINDOW) numbers.counts.delete(count);
    }
    const [oldest] = this.senders.keys();
    if (this.senders.size > MAX_SENDERS && oldest !== undefined) this.senders.delete(oldest);
  }
}

const keyOf = (kind: PacketKind, { gatewayId, boot }: PacketId): string => `${kind} ${gatewayId} ${boot}`;
