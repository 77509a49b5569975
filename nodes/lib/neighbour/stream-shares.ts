import { STREAMS, type Stream } from './fragment';

/** A packet on its way to one neighbour. */
export interface Outgoing {
  readonly stream: Stream;
  readonly bytes: Uint8Array;
  /** Called once: the neighbour has the whole packet, or it was lost before that was known. */
  onDone(isDelivered: boolean): void;
}

/** What goes into one cell. */
export interface Piece {
  readonly packet: Outgoing;
  readonly bytes: Uint8Array;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

interface Queue {
  readonly packets: Outgoing[];
  /** How much of the first packet has been handed out. */
  offset: number;
  /** Bytes handed out so far, on a scale that all queues share. */
  served: number;
}

/** Enough to keep the wire busy; what waits longer waits where it can still take another way. */
const MAX_WAITING_BYTES = 16_384;
const MAX_WAITING = 8;

/** Shares a link among the streams: whoever has been given least is next, so that none starves another. */
export class StreamShares {
  private readonly queues: Record<Stream, Queue> = {
    answers: { packets: [], offset: 0, served: 0 },
    own: { packets: [], offset: 0, served: 0 },
    transit: { packets: [], offset: 0, served: 0 },
  };

  get isEmpty(): boolean {
    return STREAMS.every((stream) => this.queues[stream].packets.length === 0);
  }

  hasRoom(stream: Stream): boolean {
    const { packets } = this.queues[stream];
    const waiting = packets.reduce((total, { bytes }) => total + bytes.length, 0);
    return packets.length < MAX_WAITING && waiting < MAX_WAITING_BYTES;
  }

  offer(packet: Outgoing): void {
    const queue = this.queues[packet.stream];
    if (queue.packets.length === 0) this.join(queue);
    queue.packets.push(packet);
  }

  nextPiece(mostBytes: number): Piece | null {
    const queue = this.leastServed();
    const packet = queue?.packets[0];
    if (!queue || !packet) return null;
    const start = queue.offset;
    const bytes = packet.bytes.subarray(start, start + mostBytes);
    const isLast = start + bytes.length >= packet.bytes.length;
    queue.served += bytes.length;
    queue.offset = isLast ? 0 : start + bytes.length;
    if (isLast) queue.packets.shift();
    return { packet, bytes, isFirst: start === 0, isLast };
  }

  /** Puts packets that were handed out in part or whole before all others, to be sent from their beginnings. */
  putBack(packets: readonly Outgoing[]): void {
    for (const stream of STREAMS) {
      const queue = this.queues[stream];
      const again = packets.filter((packet) => packet.stream === stream && packet !== queue.packets[0]);
      if (queue.packets.length === 0 && again.length > 0) this.join(queue);
      queue.packets.unshift(...again);
      queue.offset = 0;
    }
  }

  clear(): Outgoing[] {
    const all = STREAMS.flatMap((stream) => this.queues[stream].packets.splice(0));
    for (const stream of STREAMS) this.queues[stream].offset = 0;
    return all;
  }

  private leastServed(): Queue | undefined {
    let least: Queue | undefined;
    for (const stream of STREAMS) {
      const queue = this.queues[stream];
      if (queue.packets.length > 0 && (!least || queue.served < least.served)) least = queue;
    }
    return least;
  }

  /** Whoever was idle has no claim on what the others used meanwhile. */
  private join(queue: Queue): void {
    const least = this.leastServed();
    if (least) queue.served = Math.max(queue.served, least.served);
  }
}
