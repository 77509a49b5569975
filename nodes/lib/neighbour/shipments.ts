import type { Schedule } from '../modem/byte-port';
import type { PacketId, PacketKind } from './packet';

/** A packet of our own, kept until whoever takes it has said so. */
export interface Shipment {
  /** What the giver knows it by. */
  readonly ticket: number;
  readonly kind: Exclude<PacketKind, 'receipt'>;
  readonly otherGatewayId: string;
  readonly frame: Uint8Array;
  /** What its giver calls it, to say later that the head-end heard it; empty when nobody will. */
  readonly name: string;
  readonly untilMs: number;
  /** Goes up with each departure. */
  attempt: number;
  state: 'waiting' | 'leaving' | 'awaiting';
  timeouts: number;
  leftAtMs: number;
  cancelTimer: () => void;
}

export type Shipped = Pick<Shipment, 'kind' | 'otherGatewayId' | 'frame' | 'name'>;

const MAX_SHIPMENTS = 128;
const MAX_BYTES = 4_194_304;
/** Receivers remember twice as many numbers, so none can be so late that it counts as old. */
const MAX_NUMBER_SPAN = 512;
/** One byte holds the attempt. */
const MAX_ATTEMPTS = 255;
const FIRST_WINDOW = 8;
const MIN_WINDOW = 2;
const MAX_WINDOW = 64;
const RTT_WEIGHT = 1 / 8;
/** The wait for a receipt, compared with how long receipts took before. */
const PATIENCE = 4;
const MAX_DOUBLINGS = 5;

/** Our own packets under way: few at first, more while receipts come, fewer when they stay out. */
export class Shipments {
  private readonly open = new Map<number, Shipment>();
  private window = FIRST_WINDOW;
  private usualMs = 0;
  private nextCount = 0;
  private bytes = 0;

  constructor(
    private readonly schedule: Schedule,
    private readonly onDue: () => void,
  ) {}

  get size(): number {
    return this.open.size;
  }

  /** The ticket, which is the packet's number too; null when enough is under way. */
  add({ kind, otherGatewayId, frame, name }: Shipped, lifeMs: number): number | null {
    const [oldest] = this.open.keys();
    const isSpanUsed = oldest !== undefined && this.nextCount - oldest >= MAX_NUMBER_SPAN;
    const isFull = this.open.size >= MAX_SHIPMENTS || this.bytes + frame.length > MAX_BYTES;
    if (isSpanUsed || isFull) return null;
    const ticket = this.nextCount++;
    const untilMs = this.schedule.nowMs() + lifeMs;
    const shipment: Shipment = {
      ticket,
      kind,
      otherGatewayId,
      frame,
      name,
      untilMs,
      attempt: -1,
      state: 'waiting',
      timeouts: 0,
      leftAtMs: 0,
      cancelTimer: () => undefined,
    };
    this.open.set(ticket, shipment);
    this.bytes += frame.length;
    return ticket;
  }

  /** Those that may leave now, the oldest first. */
  due(kind: Shipment['kind']): Shipment[] {
    const all = [...this.open.values()].filter((shipment) => shipment.kind === kind);
    const underWay = all.filter(({ state }) => state !== 'waiting').length;
    const waiting = all.filter(({ state }) => state === 'waiting');
    return waiting.slice(0, Math.max(0, this.window - underWay));
  }

  leave(shipment: Shipment): void {
    shipment.state = 'leaving';
    shipment.attempt += 1;
  }

  /** The next hop has it; a receipt is expected within about `expectedMs`. */
  left(shipment: Shipment, expectedMs: number): void {
    if (this.open.get(shipment.ticket) !== shipment) return;
    shipment.state = 'awaiting';
    shipment.leftAtMs = this.schedule.nowMs();
    const patienceMs = Math.max(expectedMs, PATIENCE * this.usualMs);
    const waitMs = patienceMs * 2 ** Math.min(shipment.timeouts, MAX_DOUBLINGS);
    shipment.cancelTimer();
    shipment.cancelTimer = this.schedule.after(waitMs, () => this.passDeadline(shipment));
  }

  /** The next hop was lost before it had everything. */
  comeBack(shipment: Shipment): void {
    if (shipment.state === 'leaving') shipment.state = 'waiting';
  }

  /** Somebody says that it has the packet. Gives back the shipment when it was still open. */
  settle({ count }: PacketId, attempt: number): Shipment | null {
    const shipment = this.open.get(count);
    // What has never left, nobody has.
    if (!shipment || shipment.attempt < 0) return null;
    if (shipment.state === 'awaiting' && shipment.attempt === attempt) {
      const tookMs = this.schedule.nowMs() - shipment.leftAtMs;
      this.usualMs += this.usualMs === 0 ? tookMs : (tookMs - this.usualMs) * RTT_WEIGHT;
    }
    this.window = Math.min(MAX_WINDOW, this.window + 1);
    this.forget(shipment);
    return shipment;
  }

  forget(shipment: Shipment): void {
    shipment.cancelTimer();
    if (this.open.delete(shipment.ticket)) this.bytes -= shipment.frame.length;
  }

  /** Those that nobody has taken in their time. */
  expired(): Shipment[] {
    const nowMs = this.schedule.nowMs();
    return [...this.open.values()].filter(
      ({ untilMs, attempt }) => untilMs <= nowMs || attempt >= MAX_ATTEMPTS,
    );
  }

  close(): void {
    for (const shipment of this.open.values()) shipment.cancelTimer();
    this.open.clear();
  }

  private passDeadline(shipment: Shipment): void {
    shipment.timeouts += 1;
    shipment.state = 'waiting';
    this.window = Math.max(MIN_WINDOW, Math.floor(this.window / 2));
    this.onDue();
  }
}
