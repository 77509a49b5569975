import { dialTcpLink, TcpLinkServer } from '../lib/io/neighbour/tcp-link';
import { MqttLink } from '../lib/io/neighbour/mqtt-link';
import { openSerialLink } from '../lib/io/neighbour/serial-link';
import type { LinkMedium, NeighbourLink, SerialWiring } from '../lib/neighbour/link';
import type { NeighbourMesh } from '../lib/neighbour/neighbour-mesh';
import { showValue } from '../lib/text/show-value';
import { WireLink } from './wire-link';

export interface LinkWish {
  /** One per link: a serial port, an address, or the name of a wire. */
  names: readonly string[];
  /** Of serial ports. */
  wiring: SerialWiring;
  /** What is at the end of the wires of the flow. */
  wireMedium: LinkMedium;
  nodeId: number;
  clientId: string;
  emit: (link: string, bytes: Uint8Array) => void;
  onError: (error: Error) => void;
}

const SERIAL_PORT = /^(\/|COM\d+$)/;
const TOPIC = 'wattkeeper/neighbours';
const EVERY_ADDRESS = '0.0.0.0';

/** The links of a gateway to its neighbours, whatever they are made of. */
export class NeighbourLinks {
  private readonly wires: WireLink[] = [];
  private readonly servers: Promise<TcpLinkServer | null>[] = [];

  constructor(
    private readonly mesh: NeighbourMesh,
    private readonly wish: LinkWish,
  ) {
    for (const name of wish.names) this.open(name);
  }

  /** Bytes that came in by a wire of the flow. */
  take(name: string, bytes: Uint8Array): void {
    const wire = this.wires.find((one) => one.name === name);
    if (!wire) throw new RangeError(`msg.link must name a wire of this node, got "${showValue(name)}"`);
    wire.take(bytes);
  }

  async close(): Promise<void> {
    const servers = await Promise.all(this.servers);
    await Promise.all(servers.map((server) => (server ? server.close() : Promise.resolve())));
  }

  private open(name: string): void {
    const { wiring, wireMedium, nodeId, clientId, emit } = this.wish;
    if (SERIAL_PORT.test(name)) this.mesh.addLink(openSerialLink({ path: name, ...wiring }));
    else if (name.startsWith('tcp://')) this.mesh.addLink(dial(new URL(name)));
    else if (name.startsWith('listen://')) this.listen(new URL(name));
    else if (/^mqtts?:\/\//.test(name)) this.mesh.addLink(share(new URL(name), nodeId, clientId));
    else {
      const wire = new WireLink(name, wireMedium, emit);
      this.wires.push(wire);
      this.mesh.addLink(wire);
    }
  }

  /** Each neighbour that connects is a link of its own. */
  private listen({ hostname, port }: URL): void {
    const add = (link: NeighbourLink): void => this.mesh.addLink(link);
    const gone = (link: NeighbourLink): void => void this.mesh.removeLink(link);
    const server = TcpLinkServer.listen(hostname || EVERY_ADDRESS, Number(port), add, gone);
    this.servers.push(
      server.catch((error: unknown) => {
        this.wish.onError(error as Error);
        return null;
      }),
    );
  }
}

function dial({ hostname, port }: URL): NeighbourLink {
  return dialTcpLink(hostname, Number(port));
}

/** A broker of the neighbourhood. Everything on it is sealed, so it needs no password of ours. */
function share(url: URL, nodeId: number, clientId: string): NeighbourLink {
  const topic = url.pathname.replace(/^\/+/, '') || TOPIC;
  const { username, password } = url;
  const address = `${url.protocol}//${url.host}`;
  return new MqttLink({
    url: address,
    username: decodeURIComponent(username),
    password: decodeURIComponent(password),
    clientId,
    topic,
    nodeId,
  });
}

/** What the slowest of the links carries. */
export function slowestBytesPerSecond(
  names: readonly string[],
  serial: LinkMedium,
  wires: LinkMedium,
): number {
  const rates = names.map((name) => {
    if (SERIAL_PORT.test(name)) return serial.bytesPerSecond;
    return name.includes('://') ? Infinity : wires.bytesPerSecond;
  });
  const slowest = Math.min(...rates, Infinity);
  return Number.isFinite(slowest) ? slowest : NETWORK_RATE;
}

const NETWORK_RATE = 1_000_000;
