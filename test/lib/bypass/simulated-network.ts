// Gateways and a head-end with their real engines, sealing and storage, on a network that loses, doubles, delays, reorders
// and spoils what passes. All chance comes from one seed, all time from one clock.
import { createHash } from 'node:crypto';
import Database from 'better-sqlite3';
import { itemText } from '../../../nodes/lib/bypass/body';
import type { StoredArrival } from '../../../nodes/lib/bypass/bypass-store';
import { GatewaySide, type GatewayEvent } from '../../../nodes/lib/bypass/gateway-side';
import { HeadEndSide, type HeadEndEvent } from '../../../nodes/lib/bypass/head-end-side';
import type { Lane } from '../../../nodes/lib/bypass/lane';
import type { OpenedMessage } from '../../../nodes/lib/bypass/opened-messages';
import { WAY_LIMITS, type Way } from '../../../nodes/lib/bypass/way-health';
import { FrameSealing } from '../../../nodes/lib/io/bypass/frame-sealing';
import { keyPairOf, type KeyPair } from '../../../nodes/lib/io/bypass/hpke';
import { openBypassDatabase } from '../../../nodes/lib/io/bypass/bypass-database';
import { SqliteBypassStore } from '../../../nodes/lib/io/bypass/sqlite-bypass-store';
import { chanceAt } from '../../../nodes/lib/simulation/seeded-random';

export interface Faults {
  loss: number;
  duplication: number;
  corruption: number;
  longestDelayMs: number;
}

const NO_FAULTS: Faults = { loss: 0, duplication: 0, corruption: 0, longestDelayMs: 50 };
const STEP_MS = 100;
const NETWORK_CHANCE = 100;
const METERS_PER_GATEWAY = 3;
const START_WALL_MS = Date.UTC(2026, 0, 1);

const seedOf = (text: string): Buffer => createHash('sha256').update(text).digest();
export const keyOf = (name: string): KeyPair => keyPairOf(seedOf(name));

interface Flight {
  atMs: number;
  frame: Uint8Array;
  /** A gateway, or the head-end with whoever brings it. */
  to: { gatewayId: string } | { via: string };
}

interface SimulatedGateway {
  gatewayId: string;
  db: Database.Database;
  store: SqliteBypassStore;
  side: GatewaySide;
  /** Which way each frame takes: our own, or the neighbour who carries it. */
  isCut: boolean;
  neighbour: string;
  events: GatewayEvent[];
  said: Set<string>;
  wallSkewMs: number;
  nextWh: number;
}

export class SimulatedNetwork {
  readonly random: () => number;
  readonly gateways = new Map<string, SimulatedGateway>();
  /** What the ledger behind the head-end has, and how often each reading came to it. */
  readonly ledger = new Map<string, number>();
  readonly arrived: StoredArrival[] = [];
  readonly events: HeadEndEvent[] = [];
  /** Everything that a neighbour ever had in its hands for somebody else. */
  readonly carried: Uint8Array[] = [];
  readonly overheard: Uint8Array[] = [];
  headEnd: HeadEndSide;
  /** The one in use first. */
  headKeys = [keyOf('head-end')];
  /** The clock of the head-end shows the first day of its makers. */
  isHeadClockBehind = false;
  faults = NO_FAULTS;
  isPartitioned = false;
  nowMs = 0;
  /** The ledger takes this long, and forgets what it was about to do when the head-end is killed. */
  commitMs = 20;
  private flights: Flight[] = [];
  private commits: { atMs: number; run: () => void }[] = [];
  private headDb = openBypassDatabase(':memory:');
  headStore: SqliteBypassStore;
  private lastBox = 0;

  constructor(
    seed: number,
    gatewayIds: readonly string[],
    private readonly ways: readonly Way[] = ['direct', 'neighbour'],
  ) {
    let draws = 0;
    this.random = () => chanceAt(seed, NETWORK_CHANCE, (draws += 1));
    this.headStore = this.openStore(this.headDb);
    this.headEnd = this.startHeadEnd();
    for (const [index, gatewayId] of gatewayIds.entries()) {
      const db = openBypassDatabase(':memory:');
      const neighbour = gatewayIds[(index + 1) % gatewayIds.length]!;
      const store = this.openStore(db);
      const gateway: SimulatedGateway = {
        gatewayId,
        db,
        store,
        side: null as never,
        isCut: false,
        neighbour,
        events: [],
        said: new Set(),
        wallSkewMs: 0,
        nextWh: 0,
      };
      this.gateways.set(gatewayId, gateway);
      gateway.side = this.startGateway(gateway);
    }
  }

  gateway(gatewayId: string): SimulatedGateway {
    return this.gateways.get(gatewayId)!;
  }

  /** Lets time pass. `each` is called at every step. */
  run(durationMs: number, each: () => void = () => undefined): void {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs;) {
      this.nowMs += STEP_MS;
      each();
      for (const commit of this.take(this.commits)) commit.run();
      for (const flight of this.take(this.flights)) this.land(flight);
      for (const { side } of this.gateways.values()) side.tick();
      this.headEnd.tick();
    }
  }

  /** Everything has been delivered and acknowledged. */
  get isQuiet(): boolean {
    return [...this.gateways.values()].every(({ side }) => side.waiting === 0);
  }

  runUntilQuiet(mostMs: number): boolean {
    for (const endMs = this.nowMs + mostMs; this.nowMs < endMs && !this.isQuiet;) this.run(1_000);
    return this.isQuiet;
  }

  /** A gateway reads its meters. */
  read(gatewayId: string, lane: Lane = 1): void {
    const gateway = this.gateway(gatewayId);
    const readings = Array.from({ length: METERS_PER_GATEWAY }, (_, meter) => {
      gateway.nextWh += 1;
      const meterId = `METER-${gatewayId}-${meter}`;
      return { meterId, atMs: START_WALL_MS + gateway.nextWh, energyWh: 777_000_000 + gateway.nextWh };
    });
    gateway.side.put(
      readings.map((reading) => ({ lane, meterId: reading.meterId, text: itemText(reading, '') })),
    );
    for (const reading of readings) gateway.said.add(nameOf(reading));
  }

  /** Everything in memory is lost; what is on disk stays. */
  restartGateway(gatewayId: string): void {
    const gateway = this.gateway(gatewayId);
    gateway.store = this.openStore(gateway.db);
    gateway.side = this.startGateway(gateway);
    gateway.side.start();
  }

  restartHeadEnd(): void {
    this.commits = [];
    this.headStore = this.openStore(this.headDb);
    this.headEnd = this.startHeadEnd();
    this.headEnd.start();
  }

  /** Everything that a side has on disk; null for the head-end. */
  copyOf(gatewayId: string | null): Buffer {
    return (gatewayId === null ? this.headDb : this.gateway(gatewayId).db).serialize();
  }

  /** Somebody puts an older copy back and starts again. */
  putBack(gatewayId: string | null, copy: Buffer): void {
    if (gatewayId === null) {
      this.headDb.close();
      this.headDb = new Database(copy);
      this.restartHeadEnd();
      return;
    }
    this.gateway(gatewayId).db.close();
    this.gateway(gatewayId).db = new Database(copy);
    this.restartGateway(gatewayId);
  }

  /** What a gateway has said and nobody has got. */
  missing(gatewayId: string): string[] {
    const got = new Set(this.ledger.keys());
    for (const { item } of this.arrived) got.add(nameOf(item[1] as { meterId: string; energyWh: number }));
    return [...this.gateway(gatewayId).said].filter((name) => !got.has(name));
  }

  /** Puts a frame on the wire as an attacker would. */
  inject(frame: Uint8Array, via: string): void {
    this.headEnd.receive(frame, via);
  }

  dispose(): void {
    this.headDb.close();
    for (const { db } of this.gateways.values()) db.close();
  }

  private openStore(db: Database.Database): SqliteBypassStore {
    return new SqliteBypassStore(db, {
      monotonicMs: () => this.nowMs,
      wallMs: () => (this.isHeadClockBehind ? 0 : START_WALL_MS + this.nowMs),
      newBox: () => `box${(this.lastBox += 1)}`,
    });
  }

  private startGateway(gateway: SimulatedGateway): GatewaySide {
    const { gatewayId, store } = gateway;
    return new GatewaySide({
      gatewayId,
      store,
      sealing: new FrameSealing(
        () => [keyOf(gatewayId)],
        () => [keyOf('head-end').publicKey],
      ),
      clock: {
        monotonicMs: () => this.nowMs,
        wallMs: () => START_WALL_MS + this.nowMs + gateway.wallSkewMs,
      },
      random: this.random,
      ways: this.ways,
      mode: 'automatic',
      limits: WAY_LIMITS,
      room: { mostBytes: 100_000_000, mostAgeMs: 1e12 },
      heartbeatMs: 60_000,
      proof: null,
      isIntroduced: () => true,
      send: (way, frame) => this.sendUp(gateway, way, frame),
      hear: (event) => gateway.events.push(event),
    });
  }

  private startHeadEnd(): HeadEndSide {
    return new HeadEndSide({
      store: this.headStore,
      sealing: new FrameSealing(
        () => this.headKeys,
        (peer) => (this.gateways.has(peer) ? [keyOf(peer).publicKey] : []),
      ),
      clock: { monotonicMs: () => this.nowMs, wallMs: () => START_WALL_MS + this.nowMs },
      acknowledge: 'commit',
      send: (via, gatewayId, frame) => this.sendDown(via, gatewayId, frame),
      deliver: (_gatewayId, _via, messages) => this.commitLater(messages),
      arrived: (arrivals) => this.arrived.push(...arrivals),
      hear: (event) => this.events.push(event),
    });
  }

  private commitLater(messages: readonly OpenedMessage[]): void {
    for (const { payload, origin } of messages) {
      this.commits.push({
        atMs: this.nowMs + this.commitMs,
        run: () => {
          const readings = payload as { meterId: string; energyWh: number }[];
          for (const reading of readings) {
            const name = nameOf(reading);
            this.ledger.set(name, (this.ledger.get(name) ?? 0) + 1);
          }
          this.headEnd.confirm(origin);
        },
      });
    }
  }

  private sendUp(gateway: SimulatedGateway, way: Way, frame: Uint8Array): void {
    this.overheard.push(frame);
    const via = way === 'direct' ? gateway.gatewayId : gateway.neighbour;
    const carrier = this.gateway(via);
    if (carrier.isCut) return;
    if (via !== gateway.gatewayId) {
      this.carried.push(frame);
      carrier.side.receive(frame);
      carrier.side.hasCarried(gateway.gatewayId);
    }
    this.fly(frame, { via });
  }

  private sendDown(via: string, gatewayId: string, frame: Uint8Array): void {
    if (this.gateway(via).isCut) return;
    if (via !== gatewayId) this.carried.push(frame);
    this.fly(frame, { gatewayId });
  }

  private fly(frame: Uint8Array, to: Flight['to']): void {
    if (this.isPartitioned) return;
    const { loss, duplication, corruption, longestDelayMs } = this.faults;
    const copies = this.random() < duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      if (this.random() < loss) continue;
      const bytes = Uint8Array.from(frame);
      if (this.random() < corruption)
        bytes[Math.floor(this.random() * bytes.length)]! ^= 1 + this.random() * 254;
      this.flights.push({ atMs: this.nowMs + this.random() * longestDelayMs, frame: bytes, to });
    }
  }

  private land({ frame, to }: Flight): void {
    if ('via' in to) this.headEnd.receive(frame, to.via);
    else this.gateway(to.gatewayId).side.receive(frame);
  }

  private take<T extends { atMs: number }>(list: T[]): T[] {
    const due = list.filter(({ atMs }) => atMs <= this.nowMs).sort((a, b) => a.atMs - b.atMs);
    if (due.length === 0) return due;
    const later = list.filter(({ atMs }) => atMs > this.nowMs);
    list.splice(0, list.length, ...later);
    return due;
  }
}

const nameOf = ({ meterId, energyWh }: { meterId: string; energyWh: number }): string =>
  `${meterId} ${energyWh}`;
