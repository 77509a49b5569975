// Gateways as they stand in a street: each with its outbox, its keys and its node of the mesh, all of them the real engines,
// on wires and a network that lose, double, delay, reorder and spoil what passes. All chance comes from one seed.
import type Database from 'better-sqlite3';
import { itemText } from '../../../nodes/lib/bypass/body';
import type { StoredArrival } from '../../../nodes/lib/bypass/bypass-store';
import { frameName, GatewaySide } from '../../../nodes/lib/bypass/gateway-side';
import { HeadEndSide, type HeadEndEvent } from '../../../nodes/lib/bypass/head-end-side';
import type { Lane } from '../../../nodes/lib/bypass/lane';
import type { OpenedMessage } from '../../../nodes/lib/bypass/opened-messages';
import { wayLimitsFor, type Way } from '../../../nodes/lib/bypass/way-health';
import { openBypassDatabase } from '../../../nodes/lib/io/bypass/bypass-database';
import { FrameSealing } from '../../../nodes/lib/io/bypass/frame-sealing';
import { SqliteBypassStore } from '../../../nodes/lib/io/bypass/sqlite-bypass-store';
import { NETWORK_MEDIUM } from '../../../nodes/lib/neighbour/link';
import type { MeshEvent } from '../../../nodes/lib/neighbour/mesh-report';
import { NeighbourMesh } from '../../../nodes/lib/neighbour/neighbour-mesh';
import { dice } from '../neighbour/seeded-dice';
import { SimulatedTime } from '../neighbour/simulated-time';
import { SimulatedLine, type SimulatedEnd } from '../neighbour/simulated-wires';
import { keyOf, type Faults } from './simulated-network';

const TICK_MS = 500;
const METERS_PER_GATEWAY = 2;
const START_WALL_MS = Date.UTC(2026, 0, 1);
const NO_FAULTS: Faults = { loss: 0, duplication: 0, corruption: 0, longestDelayMs: 50 };

export interface StreetPlan {
  seed: number;
  gateways: number;
  /** Those that have a way of their own; the others have their neighbours. */
  hasDirect: (at: number) => boolean;
  wires: readonly (readonly [number, number])[];
}

interface House {
  readonly gatewayId: string;
  readonly ways: readonly Way[];
  readonly db: Database.Database;
  readonly lines: SimulatedLine[];
  ends: SimulatedEnd[];
  readonly events: MeshEvent[];
  side: GatewaySide;
  mesh: NeighbourMesh;
  /** Its own cable is out. */
  isCut: boolean;
  wallSkewMs: number;
  nextWh: number;
}

export class SimulatedStreet {
  readonly time = new SimulatedTime();
  readonly random: () => number;
  readonly lines: SimulatedLine[];
  readonly houses: House[];
  readonly said = new Set<string>();
  readonly events: HeadEndEvent[] = [];
  /** Everything that somebody on the wires or at the network could have written down. */
  readonly overheard: { frame: Uint8Array; via: string }[] = [];
  headEnd: HeadEndSide;
  faults = NO_FAULTS;
  /** The head-end is out of everybody's reach. */
  isPartitioned = false;
  commitMs = 20;
  private readonly counts = new Map<string, number>();
  private readonly headDb = openBypassDatabase(':memory:');
  private headLife = 0;
  private boxes = 0;

  constructor({ seed, gateways, hasDirect, wires }: StreetPlan) {
    this.random = dice(seed);
    this.lines = wires.map(() => new SimulatedLine(this.time, this.random, NETWORK_MEDIUM));
    this.headEnd = this.startHeadEnd();
    this.houses = Array.from({ length: gateways }, (_, at) => {
      const lines = this.lines.filter((_line, index) => wires[index]!.includes(at));
      const ways: Way[] = hasDirect(at) ? ['direct', 'neighbour'] : ['neighbour'];
      const db = openBypassDatabase(':memory:');
      const rest = { isCut: false, wallSkewMs: 0, nextWh: 0, ends: [], events: [] };
      const house = { gatewayId: `gw-${at}`, ways, db, lines, ...rest } as unknown as House;
      this.open(house);
      return house;
    });
    this.tick();
  }

  /** How often each reading came to the ledger or, when it was urgent, to whoever looks after such news. */
  get arrivals(): ReadonlyMap<string, number> {
    return this.counts;
  }

  get waiting(): number {
    return this.houses.reduce((sum, { side }) => sum + side.waiting, 0);
  }

  read(at: number, lane: Lane): void {
    const house = this.houses[at]!;
    const items = Array.from({ length: METERS_PER_GATEWAY }, (_, meter) => {
      house.nextWh += 1;
      const meterId = `METER-${house.gatewayId}-${meter}`;
      const reading = { meterId, atMs: START_WALL_MS + house.nextWh, energyWh: 777_000_000 + house.nextWh };
      this.said.add(nameOf(reading));
      return { lane, meterId, text: itemText(reading, '') };
    });
    house.side.put(items);
  }

  /** Everything in memory is lost; what is on disk stays. */
  restart(at: number): void {
    const house = this.houses[at]!;
    void house.mesh.close();
    for (const [index, end] of house.ends.entries()) house.lines[index]!.leave(end);
    this.open(house);
    house.side.start();
  }

  /** What the ledger was about to store is forgotten with it. */
  restartHeadEnd(): void {
    this.headEnd = this.startHeadEnd();
    this.headEnd.start();
  }

  pass(durationMs: number): void {
    this.time.pass(durationMs);
  }

  heal(): void {
    this.isPartitioned = false;
    this.faults = NO_FAULTS;
    for (const house of this.houses) house.isCut = false;
  }

  dispose(): void {
    this.headDb.close();
    for (const { mesh, db } of this.houses) {
      void mesh.close();
      db.close();
    }
  }

  private tick(): void {
    for (const { side, mesh } of this.houses) {
      side.tick();
      mesh.setWayUp(side.ways.stateOf('direct') === 'up');
    }
    this.headEnd.tick();
    this.time.after(TICK_MS, () => this.tick());
  }

  private openStore(db: Database.Database): SqliteBypassStore {
    return new SqliteBypassStore(db, {
      monotonicMs: () => this.time.nowMs(),
      wallMs: () => 0,
      newBox: () => `box${(this.boxes += 1)}`,
    });
  }

  private open(house: House): void {
    const { gatewayId, ways, db } = house;
    const random = dice(Math.floor(this.random() * 2 ** 31));
    house.side = new GatewaySide({
      gatewayId,
      store: this.openStore(db),
      sealing: new FrameSealing(
        () => [keyOf(gatewayId)],
        () => [keyOf('head-end').publicKey],
      ),
      clock: {
        monotonicMs: () => this.time.nowMs(),
        wallMs: () => START_WALL_MS + this.time.nowMs() + house.wallSkewMs,
      },
      random,
      ways,
      mode: 'automatic',
      limits: wayLimitsFor(NETWORK_MEDIUM.bytesPerSecond),
      room: { mostBytes: 100_000_000, mostAgeMs: 1e12 },
      heartbeatMs: 60_000,
      proof: null,
      isIntroduced: () => true,
      send: (way, frame) => {
        if (way === 'neighbour') house.mesh.carryUp(frame, frameName(frame));
        else this.sendUp(house, frame);
      },
      hear: () => undefined,
      hearFrames: (names) => house.mesh.heardUp(names),
    });
    house.mesh = this.openMesh(house, random);
    house.ends = house.lines.map((line) => line.join(gatewayId));
    for (const end of house.ends) house.mesh.addLink(end);
  }

  private openMesh(house: House, random: () => number): NeighbourMesh {
    const nodeId = Number(house.gatewayId.slice(3)) + 1;
    return new NeighbourMesh(
      { nodeId, gatewayId: house.gatewayId },
      { schedule: this.time, random, epochMs: () => START_WALL_MS + this.time.nowMs() },
      {
        onUp: (frame, from) => {
          if (house.side.ways.stateOf('direct') !== 'up') return false;
          house.side.hasCarried(from);
          this.sendUp(house, frame);
          return true;
        },
        onDown: (frame) => void house.side.receive(frame),
        onEvent: (event) => house.events.push(event),
      },
    );
  }

  private startHeadEnd(): HeadEndSide {
    this.headLife += 1;
    const life = this.headLife;
    return new HeadEndSide({
      store: this.openStore(this.headDb),
      sealing: new FrameSealing(
        () => [keyOf('head-end')],
        (peer) => (this.houses.some(({ gatewayId }) => gatewayId === peer) ? [keyOf(peer).publicKey] : []),
      ),
      clock: {
        monotonicMs: () => this.time.nowMs(),
        wallMs: () => START_WALL_MS + this.time.nowMs(),
      },
      acknowledge: 'commit',
      send: (via, gatewayId, frame) => this.sendDown(via, gatewayId, frame),
      deliver: (_gatewayId, _via, messages) => {
        for (const message of messages)
          this.time.after(this.commitMs, () => {
            if (life === this.headLife) this.commit(message);
          });
      },
      arrived: (arrivals) => this.count(arrivals),
      hear: (event) => this.events.push(event),
    });
  }

  private commit({ payload, origin }: OpenedMessage): void {
    for (const reading of payload) this.add(nameOf(reading as Reading));
    this.headEnd.confirm(origin);
  }

  private count(arrivals: readonly StoredArrival[]): void {
    for (const { item } of arrivals) this.add(nameOf(item[1] as Reading));
  }

  private add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  private sendUp(house: House, frame: Uint8Array): void {
    this.overheard.push({ frame: Uint8Array.from(frame), via: house.gatewayId });
    this.fly(frame, house, (bytes) => this.headEnd.receive(bytes, house.gatewayId));
  }

  private sendDown(via: string, gatewayId: string, frame: Uint8Array): void {
    const house = this.houses.find((one) => one.gatewayId === via);
    if (!house) return;
    this.fly(frame, house, (bytes) => {
      const found = house.side.receive(bytes);
      if (found && found.gatewayId !== via && !found.isUp) house.mesh.carryDown(gatewayId, bytes);
    });
  }

  private fly(frame: Uint8Array, { isCut }: House, land: (bytes: Uint8Array) => void): void {
    if (this.isPartitioned || isCut) return;
    const { loss, duplication, corruption, longestDelayMs } = this.faults;
    const copies = this.random() < duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.random() < loss) continue;
      const bytes = Uint8Array.from(frame);
      if (this.random() < corruption)
        bytes[Math.floor(this.random() * bytes.length)]! ^= 1 + Math.floor(this.random() * 255);
      this.time.after(this.random() * longestDelayMs, () => land(bytes));
    }
  }
}

interface Reading {
  meterId: string;
  energyWh: number;
}

const nameOf = ({ meterId, energyWh }: Reading): string => `${meterId} ${energyWh}`;
