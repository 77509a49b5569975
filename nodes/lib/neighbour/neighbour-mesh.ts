import type { Schedule } from '../modem/byte-port';
import { type CellMark, isNodeId } from './cell';
import { EvidenceBook, type EvidenceKind } from './evidence';
import { Forwarder } from './forwarder';
import { isGatewayId } from './gateway-name';
import { HopTrust } from './hop-trust';
import type { Way } from './hello';
import type { NeighbourLink } from './link';
import { type LinkFault, type LinkListener, LinkDriver, type LossReason, type Self } from './link-driver';
import type { CarryAnswer, MeshCounters, MeshEvent, MeshListener, MeshStatus } from './mesh-report';
import type { Neighbour } from './neighbour';
import { MAX_FRAME_BYTES } from './packet';
import type { Shipped } from './shipments';
import { WayTable, type WayNews } from './way-table';

export interface MeshConfig {
  /** Agreed for the links, different for each node on them; 1 to 65534. */
  readonly nodeId: number;
  /** The gateway's pseudonym. Everybody on the wire reads it: never a meter's number. */
  readonly gatewayId: string;
}

export interface MeshNeeds {
  /** Never jumps. */
  readonly schedule: Schedule;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** UTC, for evidence only. */
  readonly epochMs: () => number;
  /** Whether anything is given to a neighbour or taken from it; without it everybody is trusted. */
  readonly isTrusted?: (gatewayId: string) => boolean;
  /** What all neighbours share, so that nobody else is taken for one. */
  readonly mark?: CellMark | null;
}

const BOOTS = 0x1_0000_0000;

/**
 * Carries sealed frames between neighbours: up to whichever of them has a way to the head-end, and down to a gateway.
 * Whoever is on the way sees bytes that only the ends can read. A frame that was taken is carried at least once to
 * somebody with a way up, and no such node hands it on twice; whether the head-end has it, only the head-end's own
 * acknowledgement says.
 */
export class NeighbourMesh {
  private readonly self: Self;
  private readonly ways: WayTable;
  private readonly evidence: EvidenceBook;
  private readonly forwarder: Forwarder;
  private readonly hops = new HopTrust();
  private readonly drivers = new Map<NeighbourLink, LinkDriver>();
  private readonly counters: MeshCounters = { carried: 0, routed: 0, dropped: 0, badCells: 0 };
  private isClosed = false;

  constructor(
    config: MeshConfig,
    private readonly needs: MeshNeeds,
    private readonly listener: MeshListener,
  ) {
    if (!isNodeId(config.nodeId)) throw new RangeError(`a node number is 1 to 65534, not ${config.nodeId}`);
    if (!isGatewayId(config.gatewayId))
      throw new RangeError('a gateway id is 1 to 32 letters, digits and signs without a space');
    this.self = { ...config, boot: Math.floor(needs.random() * BOOTS) };
    this.ways = new WayTable(
      config.nodeId,
      this.self.boot,
      () => needs.schedule.nowMs(),
      (neighbour) => this.hops.leftAtMs(hopOf(neighbour), needs.schedule.nowMs()),
    );
    this.evidence = new EvidenceBook(needs.schedule, needs.epochMs, (evidence) =>
      this.tell({ kind: 'evidence', evidence }),
    );
    this.forwarder = this.makeForwarder();
  }

  /** The link stays the mesh's until it is removed or the mesh is closed. */
  addLink(link: NeighbourLink): void {
    const { schedule, random, isTrusted = () => true, mark = null } = this.needs;
    const needs = { self: this.self, schedule, random, isTrusted, mark };
    this.drivers.set(link, new LinkDriver(link, needs, this.linkListener()));
  }

  async removeLink(link: NeighbourLink): Promise<void> {
    const driver = this.drivers.get(link);
    if (!driver) return;
    this.drivers.delete(link);
    const gone = [...driver.all];
    await driver.close();
    for (const neighbour of gone) this.lose(neighbour, 'link down');
  }

  /** Somebody may not be trusted any more. Whoever is trusted again comes back with its next hello. */
  leaveDistrusted(): void {
    for (const driver of this.drivers.values()) driver.leaveDistrusted();
  }

  /** Whether we can send to the head-end ourselves. */
  setWayUp(isUp: boolean): void {
    if (this.isClosed || this.ways.isOwn === isUp) return;
    this.ways.setOwn(isUp);
    this.ways.choose(this.all());
    this.tellNeighbours();
    this.tellWay();
    this.forwarder.pumpSoon();
  }

  /** Takes a frame of our own to whoever has a way up. A name is for saying later that the head-end heard it. */
  carryUp(frame: Uint8Array, name = ''): CarryAnswer {
    return this.carry({ kind: 'up', otherGatewayId: '', frame, name });
  }

  /** The head-end says, sealed, that it has heard these frames: whoever took them is a good way. */
  heardUp(names: readonly string[]): void {
    const idle = this.hops.heard(names, this.needs.schedule.nowMs());
    for (const hop of idle) this.observe('unheard', gatewayOf(hop), 'what it takes does not arrive');
  }

  /** Takes a frame to one gateway, by the way it was last heard or by all ways. */
  carryDown(gatewayId: string, frame: Uint8Array): CarryAnswer {
    const isFar = isGatewayId(gatewayId) && gatewayId !== this.self.gatewayId;
    return isFar
      ? this.carry({ kind: 'down', otherGatewayId: gatewayId, frame, name: '' })
      : { isTaken: false, why: 'name' };
  }

  get status(): MeshStatus {
    const { forwarder, ways, counters } = this;
    return {
      neighbours: [...this.all()].map((one) => ({
        gatewayId: one.gatewayId,
        link: one.linkName,
        isUsable: one.isUsable,
        delivery: one.delivery,
        hops: one.way?.hops ?? null,
      })),
      viaGatewayId: ways.isOwn ? null : (ways.nextHop?.gatewayId ?? null),
      hops: ways.hops,
      waiting: forwarder.shipments.size,
      transit: forwarder.transit.size,
      counters: { ...counters },
    };
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.forwarder.close();
    this.evidence.close();
    const drivers = [...this.drivers.values()];
    this.drivers.clear();
    await Promise.all(drivers.map((driver) => driver.close()));
  }

  private carry(shipped: Shipped): CarryAnswer {
    const { frame } = shipped;
    if (this.isClosed) return { isTaken: false, why: 'closed' };
    if (frame.length === 0 || frame.length > MAX_FRAME_BYTES) return { isTaken: false, why: 'size' };
    const ticket = this.forwarder.ship(shipped);
    return ticket === null ? { isTaken: false, why: 'full' } : { isTaken: true, ticket };
  }

  private makeForwarder(): Forwarder {
    const { listener } = this;
    return new Forwarder({
      self: this.self,
      schedule: this.needs.schedule,
      ways: this.ways,
      counters: this.counters,
      usable: () => this.usable(),
      wakeLinks: () => {
        for (const driver of this.drivers.values()) driver.wake();
      },
      onUp: (frame, from) => listener.onUp(frame, from),
      onDown: (frame, from) => listener.onDown(frame, from),
      onCarried: (ticket, byGatewayId) => this.tell({ kind: 'carried', ticket, byGatewayId }),
      onGivenUp: (ticket) => this.tell({ kind: 'givenUp', ticket }),
      onLeft: (neighbour, name) => {
        if (name !== '') this.hops.left(hopOf(neighbour), name, this.needs.schedule.nowMs());
      },
      onFault: ({ kind, gatewayId, detail }) => this.observe(kind, gatewayId, detail),
    });
  }

  private linkListener(): LinkListener {
    return {
      wayToTell: () => this.wayToTell(),
      onNeighbour: ({ gatewayId, linkName }) =>
        this.tell({ kind: 'neighbourSeen', gatewayId, link: linkName }),
      onHello: () => this.chooseWay(),
      onLost: (neighbour, reason) => this.lose(neighbour, reason),
      onPacket: (neighbour, bytes) => this.forwarder.take(neighbour, bytes),
      onFault: (fault) => this.noteFault(fault),
      onRoom: () => this.forwarder.pumpSoon(),
    };
  }

  private wayToTell(): Way | null {
    if (this.choose() === 'other') this.tellWay();
    return this.ways.wayToTell();
  }

  private choose(): WayNews {
    const bad = this.hops.judge(this.needs.schedule.nowMs());
    for (const neighbour of this.all()) if (bad.includes(hopOf(neighbour))) this.ways.forgetNewsOf(neighbour);
    for (const hop of bad) this.tell({ kind: 'wayLeft', gatewayId: gatewayOf(hop) });
    return this.ways.choose(this.all());
  }

  private chooseWay(): void {
    const news = this.choose();
    if (news !== 'same') this.tellNeighbours();
    if (news === 'other') this.tellWay();
    this.forwarder.pumpSoon();
  }

  private lose(neighbour: Neighbour, reason: LossReason): void {
    if (this.isClosed) return;
    const { gatewayId, linkName } = neighbour;
    this.forwarder.forgetOver(neighbour);
    this.tell({ kind: 'neighbourLost', gatewayId, link: linkName, reason });
    if (reason === 'silence') this.observe('silence', gatewayId, 'nothing is heard of it');
    this.chooseWay();
  }

  private noteFault(fault: LinkFault): void {
    if (fault.kind === 'badCrc') this.counters.badCells += 1;
    this.evidence.note(fault);
  }

  /** Of a neighbour that was met on a link of ours. */
  private observe(kind: EvidenceKind, gatewayId: string | null, detail: string): void {
    this.evidence.note({ kind, gatewayId, detail, isKeyed: this.isKeyed });
  }

  private get isKeyed(): boolean {
    return (this.needs.mark ?? null) !== null;
  }

  private tellNeighbours(): void {
    for (const driver of this.drivers.values()) driver.helloSoon();
  }

  private tellWay(): void {
    const { viaGatewayId, hops } = this.status;
    this.tell({ kind: 'wayChanged', viaGatewayId, hops });
  }

  private tell(event: MeshEvent): void {
    if (!this.isClosed) this.listener.onEvent(event);
  }

  private *all(): Iterable<Neighbour> {
    for (const driver of this.drivers.values()) yield* driver.all;
  }

  /** A neighbour that is heard over two links is taken over the better one. */
  private usable(): Neighbour[] {
    const best = new Map<number, Neighbour>();
    for (const neighbour of this.all()) {
      const other = best.get(neighbour.nodeId);
      if (neighbour.isUsable && (!other || neighbour.linkCost < other.linkCost))
        best.set(neighbour.nodeId, neighbour);
    }
    return [...best.values()];
  }
}

const hopOf = ({ gatewayId, nodeId }: Neighbour): string => `${gatewayId} ${nodeId}`;
const gatewayOf = (hop: string): string => hop.slice(0, hop.indexOf(' '));
