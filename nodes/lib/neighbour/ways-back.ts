import type { Neighbour } from './neighbour';

const MAX_GATEWAYS = 256;

/** Over which neighbour each gateway was heard last: the way back to it. */
export class WaysBack {
  private readonly ways = new Map<string, Neighbour>();

  learn(gatewayId: string, neighbour: Neighbour): void {
    this.ways.delete(gatewayId);
    this.ways.set(gatewayId, neighbour);
    const [oldest] = this.ways.keys();
    if (this.ways.size > MAX_GATEWAYS && oldest !== undefined) this.ways.delete(oldest);
  }

  to(gatewayId: string): Neighbour | null {
    return this.ways.get(gatewayId) ?? null;
  }

  /** It is gone, or did not bring us there. */
  forgetOver(neighbour: Neighbour): void {
    for (const [gatewayId, over] of this.ways) if (over === neighbour) this.ways.delete(gatewayId);
  }

  forget(gatewayId: string): void {
    this.ways.delete(gatewayId);
  }
}
