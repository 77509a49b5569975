import type { Schedule } from '../modem/byte-port';
import { crc32 } from './crc-32';
import type { Stream } from './fragment';
import { HandedOver } from './handed-over';
import { airMs } from './link';
import type { LinkFault, Self } from './link-driver';
import type { MeshCounters } from './mesh-report';
import type { Neighbour } from './neighbour';
import { decodePacket, encodePacket, MAX_HOPS, type Packet } from './packet';
import { SeenPackets } from './seen-packets';
import { type Shipment, Shipments, type Shipped } from './shipments';
import { type TransitItem, TransitQueue } from './transit-queue';
import type { WayTable } from './way-table';
import { WaysBack } from './ways-back';

/** Whom the forwarder works for. */
export interface ForwarderSurroundings {
  readonly self: Self;
  readonly schedule: Schedule;
  readonly ways: WayTable;
  readonly counters: MeshCounters;
  /** The neighbours that can be given packets, each once. */
  usable(): Neighbour[];
  /** Lets the links send what they have been given. */
  wakeLinks(): void;
  onUp(frame: Uint8Array, fromGatewayId: string): boolean;
  onDown(frame: Uint8Array, fromGatewayId: string): void;
  onCarried(ticket: number, byGatewayId: string): void;
  onGivenUp(ticket: number): void;
  /** The neighbour has a frame of ours that is on its way up. */
  onLeft(neighbour: Neighbour, name: string): void;
  onFault(fault: Omit<LinkFault, 'isKeyed'>): void;
}

/** Own frames are kept this long; by then whoever gave them has long taken another way. */
const OWN_LIFE_MS = 3_600_000;
const TRANSIT_LIFE_MS = 300_000;
/** After this attempt a frame down goes to everybody: the way back is no longer what it was. */
const FLOOD_FROM_ATTEMPT = 1;
/** How long each hop may take besides the bytes. */
const HOP_MS = 1_000;
const FEW_HOPS = 3;
const EMPTY = new Uint8Array(0);

/** Moves packets: up to whoever has a way up, down to one gateway, receipts back. */
export class Forwarder {
  readonly shipments: Shipments;
  readonly transit = new TransitQueue();
  private readonly seen = new SeenPackets();
  private readonly handed = new HandedOver();
  private readonly back = new WaysBack();
  private cancelPump: (() => void) | null = null;
  private isClosed = false;

  constructor(private readonly around: ForwarderSurroundings) {
    this.shipments = new Shipments(around.schedule, () => this.pumpSoon());
  }

  ship(shipped: Shipped): number | null {
    const ticket = this.shipments.add(shipped, OWN_LIFE_MS);
    this.pumpSoon();
    return ticket;
  }

  forgetOver(neighbour: Neighbour): void {
    this.back.forgetOver(neighbour);
    this.pumpSoon();
  }

  close(): void {
    this.isClosed = true;
    this.cancelPump?.();
    this.shipments.close();
  }

  /** Moves on whatever can move, once everybody who is speaking now has finished. */
  pumpSoon(): void {
    if (this.isClosed) return;
    this.cancelPump ??= this.around.schedule.after(0, () => {
      this.cancelPump = null;
      this.pump();
    });
  }

  take(neighbour: Neighbour, bytes: Uint8Array): void {
    const packet = decodePacket(bytes);
    if (!packet) {
      this.report('malformed', neighbour.gatewayId, 'a packet that cannot be read');
      return;
    }
    const isOurs = packet.id.gatewayId === this.around.self.gatewayId;
    if (isOurs && packet.kind !== 'receipt') return;
    const sighting = this.seen.look(packet);
    if (sighting === 'otherContent') {
      const detail = `one number of ${packet.id.gatewayId} for two frames, the second over ${neighbour.gatewayId}`;
      this.report('clone', null, detail);
    }
    // Anybody can put a frame under the number that another gateway uses next: that must not keep the right one back.
    if (sighting === 'repeated') return;
    const speaker = packet.kind === 'receipt' ? packet.otherGatewayId : packet.id.gatewayId;
    this.back.learn(speaker, neighbour);
    if (packet.kind === 'receipt') this.takeReceipt(packet, neighbour);
    else if (this.isForUs(packet)) this.handOver(packet, neighbour);
    else this.handOn(packet, neighbour);
  }

  private isForUs({ kind, otherGatewayId }: Packet): boolean {
    return kind === 'up' ? this.around.ways.isOwn : otherGatewayId === this.around.self.gatewayId;
  }

  private takeReceipt(packet: Packet, from: Neighbour): void {
    const { id, attempt, otherGatewayId } = packet;
    const { self } = this.around;
    if (id.gatewayId !== self.gatewayId) {
      this.handOn(packet, from);
      return;
    }
    if (id.boot !== self.boot) return;
    const shipment = this.shipments.settle(id, attempt);
    if (!shipment) return;
    this.around.counters.carried += 1;
    this.around.onCarried(shipment.ticket, otherGatewayId);
    this.pumpSoon();
  }

  /** The end of the way. Who comes a second time gets its receipt again, in case the first was lost. */
  private handOver(packet: Packet, from: Neighbour): void {
    const { kind, id, frame } = packet;
    // Nobody has proved the name or the number: it keeps nothing back and accuses nobody.
    if (this.handed.isImpossible(kind, id))
      this.report('impossibleSequence', null, `a number of ${id.gatewayId} far beyond its last`);
    const content = crc32(frame);
    if (!this.handed.has(kind, id, content)) {
      if (!this.accept(packet)) return;
      this.handed.add(kind, id, content);
    }
    this.seen.remember(packet);
    const { attempt } = packet;
    const otherGatewayId = this.around.self.gatewayId;
    const receipt: Packet = {
      kind: 'receipt',
      hopsLeft: MAX_HOPS,
      attempt,
      id,
      otherGatewayId,
      frame: EMPTY,
    };
    this.queue(receipt, 'answers', from, null);
  }

  private accept({ kind, id, frame }: Packet): boolean {
    const { around } = this;
    if (kind === 'down') around.onDown(frame, id.gatewayId);
    else if (!around.onUp(frame, id.gatewayId)) return false;
    else around.counters.routed += 1;
    return true;
  }

  private handOn(packet: Packet, from: Neighbour): void {
    if (packet.hopsLeft === 0 || this.transit.holds(packet)) return;
    const next = { ...packet, hopsLeft: packet.hopsLeft - 1 };
    if (packet.kind === 'up') {
      if (this.queue(next, 'transit', null, from)) this.seen.remember(packet);
      return;
    }
    this.seen.remember(packet);
    const target = packet.kind === 'down' ? packet.otherGatewayId : packet.id.gatewayId;
    const to = this.back.to(target);
    const isFlooded = packet.kind === 'down' && (to === null || packet.attempt > FLOOD_FROM_ATTEMPT);
    if (isFlooded) this.flood(next, from);
    else if (to && to.nodeId !== from.nodeId) this.queue(next, 'answers', to, from);
  }

  private flood(packet: Packet, from: Neighbour | null): void {
    for (const neighbour of this.around.usable())
      if (neighbour.nodeId !== from?.nodeId) this.queue(packet, 'answers', neighbour, from);
  }

  private queue(packet: Packet, stream: Stream, to: Neighbour | null, from: Neighbour | null): boolean {
    const untilMs = this.around.schedule.nowMs() + TRANSIT_LIFE_MS;
    const isTaken = this.transit.add({ packet, stream, to, from, untilMs, isLeaving: false });
    if (!isTaken) this.around.counters.dropped += 1;
    this.pumpSoon();
    return isTaken;
  }

  private pump(): void {
    const { around, shipments } = this;
    const nowMs = around.schedule.nowMs();
    const isHopeless = ({ to, untilMs }: TransitItem): boolean => untilMs <= nowMs || (to?.isGone ?? false);
    around.counters.dropped += this.transit.drop(isHopeless);
    for (const shipment of shipments.expired()) {
      shipments.forget(shipment);
      around.onGivenUp(shipment.ticket);
    }
    if (around.ways.isOwn) this.handOverWaiting();
    for (const item of this.transit.waiting()) this.moveTransit(item);
    for (const shipment of shipments.due('up')) this.moveUp(shipment);
    for (const shipment of shipments.due('down')) this.moveDown(shipment);
    around.wakeLinks();
  }

  /** The way up has come to us while packets waited for it. */
  private handOverWaiting(): void {
    const { around, shipments } = this;
    for (const item of this.transit.waiting()) {
      if (item.packet.kind !== 'up' || !item.from) continue;
      this.transit.remove(item);
      this.handOver(item.packet, item.from);
    }
    for (const shipment of shipments.due('up')) {
      if (!around.onUp(shipment.frame, around.self.gatewayId)) return;
      shipments.forget(shipment);
      around.onCarried(shipment.ticket, around.self.gatewayId);
      this.pumpSoon();
    }
  }

  private moveTransit(item: TransitItem): void {
    const to = item.to ?? this.around.ways.nextHop;
    // Back to where it came from would be a circle: the way is just changing.
    if (!to || (item.to === null && to.nodeId === item.from?.nodeId)) return;
    if (!to.sender.shares.hasRoom(item.stream)) return;
    item.isLeaving = true;
    to.sender.shares.offer({
      stream: item.stream,
      bytes: encodePacket(item.packet),
      onDone: (isDelivered) => {
        item.isLeaving = false;
        if (isDelivered) this.transit.remove(item);
        if (isDelivered && item.stream === 'transit') this.around.counters.routed += 1;
        this.pumpSoon();
      },
    });
  }

  private moveUp(shipment: Shipment): void {
    const to = this.around.ways.nextHop;
    if (!to?.sender.shares.hasRoom('own')) return;
    this.shipments.leave(shipment);
    const hops = this.around.ways.hops ?? FEW_HOPS;
    to.sender.shares.offer({
      stream: 'own',
      bytes: encodePacket(this.packetOf(shipment)),
      onDone: (isDelivered) => {
        if (isDelivered) {
          this.shipments.left(shipment, expectedMs(shipment, to, hops));
          this.around.onLeft(to, shipment.name);
        } else this.shipments.comeBack(shipment);
        this.pumpSoon();
      },
    });
  }

  private moveDown(shipment: Shipment): void {
    const to = this.back.to(shipment.otherGatewayId);
    const anybody = to ?? this.around.usable()[0];
    if (!anybody) return;
    this.shipments.leave(shipment);
    const packet = this.packetOf(shipment);
    if (to && shipment.attempt <= FLOOD_FROM_ATTEMPT) this.queue(packet, 'answers', to, null);
    else this.flood(packet, null);
    this.shipments.left(shipment, expectedMs(shipment, anybody, FEW_HOPS));
  }

  private packetOf({ kind, attempt, ticket, otherGatewayId, frame }: Shipment): Packet {
    const { gatewayId, boot } = this.around.self;
    const id = { gatewayId, boot, count: ticket };
    return { kind, hopsLeft: MAX_HOPS, attempt, id, otherGatewayId, frame };
  }

  private report(kind: LinkFault['kind'], gatewayId: string | null, detail: string): void {
    this.around.onFault({ kind, gatewayId, detail });
  }
}

/** There and back over wires like the first. */
function expectedMs({ frame }: Shipment, { medium }: Neighbour, hops: number): number {
  return 2 * hops * (airMs(medium, frame.length) + medium.latencyMs + HOP_MS);
}
