import type { LinkMedium, NeighbourLink } from '../lib/neighbour/link';

/** A link whose bytes travel on the wires of the flow, to whatever serial, TCP or MQTT node the operator has put there. */
export class WireLink implements NeighbourLink {
  private hear: (bytes: Uint8Array) => void = () => undefined;

  constructor(
    readonly name: string,
    readonly medium: LinkMedium,
    private readonly emit: (link: string, bytes: Uint8Array) => void,
  ) {}

  send(bytes: Uint8Array): void {
    this.emit(this.name, bytes);
  }

  take(bytes: Uint8Array): void {
    this.hear(bytes);
  }

  onBytes(hear: (bytes: Uint8Array) => void): void {
    this.hear = hear;
  }

  /** A wire of the flow does not say whether anything is at its end; the neighbours' greetings do. */
  onState(hear: (isUp: boolean, reason: string | null) => void): void {
    hear(true, null);
  }

  close(): Promise<void> {
    this.hear = () => undefined;
    return Promise.resolve();
  }
}
