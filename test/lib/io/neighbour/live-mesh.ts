import { NeighbourMesh } from '../../../../nodes/lib/neighbour/neighbour-mesh';
import type { MeshEvent } from '../../../../nodes/lib/neighbour/mesh-report';
import type { LinkMedium, NeighbourLink } from '../../../../nodes/lib/neighbour/link';
import { realSchedule } from '../../../../nodes/lib/io/serial/real-schedule';

/** A mesh on the machine's own time, that can be waited for. */
export class LiveMesh {
  readonly ups: string[] = [];
  readonly downs: string[] = [];
  readonly events: MeshEvent[] = [];
  readonly mesh: NeighbourMesh;
  private readonly watchers = new Set<() => void>();

  constructor(nodeId: number) {
    const needs = { schedule: realSchedule, random: Math.random, epochMs: Date.now };
    this.mesh = new NeighbourMesh({ nodeId, gatewayId: `gw-${nodeId}` }, needs, {
      onUp: (frame) => {
        this.ups.push(Buffer.from(frame).toString('latin1'));
        this.look();
        return true;
      },
      onDown: (frame) => {
        this.downs.push(Buffer.from(frame).toString('latin1'));
        this.look();
      },
      onEvent: (event) => {
        this.events.push(event);
        this.look();
      },
    });
  }

  /** Resolves as soon as something that is told here makes the condition true. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.watchers.delete(check);
        resolve();
      };
      this.watchers.add(check);
      check();
    });
  }

  up(text: string): void {
    this.mesh.carryUp(Buffer.from(text, 'latin1'));
  }

  private look(): void {
    for (const check of [...this.watchers]) check();
  }
}

/** The same link, with hellos so often that a test need not wait for them. */
export function hasty(link: NeighbourLink, helloMs = 300): NeighbourLink {
  const medium: LinkMedium = { ...link.medium, helloMs, latencyMs: Math.min(50, link.medium.latencyMs) };
  return {
    name: link.name,
    medium,
    mostNeighbours: link.mostNeighbours ?? Infinity,
    onNeighbours: (areThere) => link.onNeighbours?.(areThere),
    send: (bytes) => link.send(bytes),
    onBytes: (hear) => link.onBytes(hear),
    onState: (hear) => link.onState(hear),
    close: () => link.close(),
  };
}
