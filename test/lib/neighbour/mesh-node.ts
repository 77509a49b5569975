import { NeighbourMesh, type MeshNeeds } from '../../../nodes/lib/neighbour/neighbour-mesh';
import type { MeshEvent } from '../../../nodes/lib/neighbour/mesh-report';
import type { Evidence } from '../../../nodes/lib/neighbour/evidence';
import type { SimulatedTime } from './simulated-time';
import type { NeighbourLink } from '../../../nodes/lib/neighbour/link';

const EPOCH_MS = 1_780_000_000_000;

/** A mesh under test with everything it told. */
export class MeshNode {
  readonly ups: { text: string; from: string }[] = [];
  readonly downs: { text: string; from: string }[] = [];
  readonly events: MeshEvent[] = [];
  readonly mesh: NeighbourMesh;
  /** Whether a frame that comes up is taken. */
  takesUp = true;

  constructor(
    readonly nodeId: number,
    time: SimulatedTime,
    random: () => number,
    readonly gatewayId = `gw-${nodeId}`,
    more: Partial<MeshNeeds> = {},
  ) {
    const needs = { schedule: time, random, epochMs: () => EPOCH_MS + time.nowMs(), ...more };
    this.mesh = new NeighbourMesh({ nodeId, gatewayId }, needs, {
      onUp: (frame, from) => {
        if (this.takesUp) this.ups.push({ text: Buffer.from(frame).toString('latin1'), from });
        return this.takesUp;
      },
      onDown: (frame, from) => this.downs.push({ text: Buffer.from(frame).toString('latin1'), from }),
      onEvent: (event) => this.events.push(event),
    });
  }

  join(...links: NeighbourLink[]): this {
    for (const link of links) this.mesh.addLink(link);
    return this;
  }

  up(text: string): boolean {
    return this.mesh.carryUp(Buffer.from(text, 'latin1')).isTaken;
  }

  get carried(): number {
    return this.events.filter(({ kind }) => kind === 'carried').length;
  }

  get evidence(): Evidence[] {
    return this.events.flatMap((event) => (event.kind === 'evidence' ? [event.evidence] : []));
  }
}
