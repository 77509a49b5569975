import assert from 'node:assert/strict';
import type { LinkMedium } from '../../../nodes/lib/neighbour/link';
import { MeshNode } from './mesh-node';
import { dice } from './seeded-dice';
import { SimulatedTime } from './simulated-time';
import { SimulatedLine, type SimulatedEnd } from './simulated-wires';

interface Place {
  node: MeshNode;
  ends: SimulatedEnd[];
  readonly lines: SimulatedLine[];
  isWayUp: boolean;
  /** What its outbox holds: offered and not yet carried, by what it offered last. */
  readonly outbox: Map<string, { ticket: number; offers: number }>;
}

export interface Plan {
  readonly seed: number;
  readonly nodes: number;
  /** Pairs of nodes with a wire between them. */
  readonly wires: readonly (readonly [number, number])[];
  readonly medium: LinkMedium;
}

/** Gateways with outboxes, the wires between them and everything that can happen to both. */
export class SimulatedNeighbourhood {
  readonly time = new SimulatedTime();
  readonly random: () => number;
  readonly lines: SimulatedLine[];
  private readonly places: Place[];
  /** Every node that ever lived, since what one has handed on the next of its name cannot know. */
  private readonly lived: MeshNode[] = [];
  private readonly offered = new Set<string>();
  private count = 0;

  constructor({ seed, nodes, wires, medium }: Plan) {
    this.random = dice(seed);
    const lines = wires.map(() => new SimulatedLine(this.time, this.random, medium));
    this.lines = lines;
    this.places = Array.from({ length: nodes }, (_, at) => {
      const own = lines.filter((_line, index) => wires[index]!.includes(at));
      return this.start(at, { lines: own, isWayUp: false, outbox: new Map() });
    });
  }

  node(at: number): MeshNode {
    return this.places[at]!.node;
  }

  setWayUp(at: number, isUp: boolean): void {
    this.places[at]!.isWayUp = isUp;
    this.node(at).mesh.setWayUp(isUp);
  }

  /** Puts a frame into a gateway's outbox, which offers it until somebody has carried it. */
  offer(at: number, bytes: number): void {
    const name = `${at}.${this.count++}`.padEnd(bytes, '-');
    this.offered.add(name);
    this.places[at]!.outbox.set(name, { ticket: -1, offers: 0 });
    this.work(at);
  }

  restart(at: number): void {
    const place = this.places[at]!;
    this.collect(place);
    void place.node.mesh.close();
    place.ends.forEach((end, index) => place.lines[index]!.leave(end));
    for (const held of place.outbox.values()) held.ticket = -1;
    this.places[at] = this.start(at, place);
  }

  pass(durationMs: number): void {
    this.time.pass(durationMs);
    this.places.forEach((_, at) => this.work(at));
  }

  get isDone(): boolean {
    return this.places.every(({ outbox }) => outbox.size === 0);
  }

  untilDone(atMostMs: number): void {
    const endMs = this.time.nowMs() + atMostMs;
    while (!this.isDone && this.time.nowMs() < endMs) this.pass(1_000);
    const left = this.places.flatMap(({ outbox }) => [...outbox.keys()]).map((name) => name.slice(0, 8));
    assert.deepEqual(left, [], `not carried after ${atMostMs} ms`);
  }

  /** Everything is up at least once, and no node handed one offer on twice. */
  check(): void {
    const up = new Set<string>();
    for (const node of this.lived) {
      const offers = node.ups.map(({ text }) => text);
      assert.equal(new Set(offers).size, offers.length, `${node.gatewayId} handed a frame on twice`);
      for (const offer of offers) {
        const name = offer.slice(offer.indexOf(' ') + 1);
        assert.ok(this.offered.has(name), 'a frame that nobody offered');
        up.add(name);
      }
    }
    assert.equal(up.size, this.offered.size, 'frames that are up');
  }

  /** What honest nodes on bad wires must never be accused of. */
  get accusations(): string[] {
    return this.lived
      .flatMap(({ evidence }) => evidence)
      .filter(({ kind }) => kind === 'clone' || kind === 'impossibleSequence')
      .map(({ kind, detail }) => `${kind}: ${detail}`);
  }

  close(): void {
    for (const { node } of this.places) void node.mesh.close();
  }

  private start(at: number, { lines, isWayUp, outbox }: Omit<Place, 'node' | 'ends'>): Place {
    const node = new MeshNode(at + 1, this.time, dice(Math.floor(this.random() * 2 ** 31)));
    const ends = lines.map((line) => line.join(`${at}`));
    node.join(...ends);
    if (isWayUp) node.mesh.setWayUp(true);
    this.lived.push(node);
    return { node, ends, lines, isWayUp, outbox };
  }

  private work(at: number): void {
    const place = this.places[at]!;
    this.collect(place);
    for (const [name, held] of place.outbox) {
      if (held.ticket >= 0) continue;
      held.offers += 1;
      const answer = place.node.mesh.carryUp(Buffer.from(`${held.offers} ${name}`, 'latin1'));
      if (!answer.isTaken) return;
      held.ticket = answer.ticket;
    }
  }

  private collect(place: Place): void {
    const carried = new Set<number>();
    const givenUp = new Set<number>();
    for (const event of place.node.events) {
      if (event.kind === 'carried') carried.add(event.ticket);
      if (event.kind === 'givenUp') givenUp.add(event.ticket);
    }
    for (const [name, held] of place.outbox) {
      if (carried.has(held.ticket)) place.outbox.delete(name);
      else if (givenUp.has(held.ticket)) held.ticket = -1;
    }
  }
}
