import { dialTcpLink, TcpLinkServer } from '../lib/io/neighbour/tcp-link';
import { MqttLink } from '../lib/io/neighbour/mqtt-link';
import { openSerialLink } from '../lib/io/neighbour/serial-link';
import type { LinkMedium, NeighbourLink, SerialWiring } from '../lib/neighbour/link';
import type { NeighbourMesh } from '../lib/neighbour/neighbour-mesh';
import { showValue } from '../lib/text/show-value';
import { WireLink } from './wire-link';

export interface LinkPlace {
  /** A serial port, an address, or the name of a wire. */
  name: string;
  /** Of the user in the address, for those that have one. */
  password: string;
}

export interface LinkWish {
  links: readonly LinkPlace[];
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
    for (const link of wish.links) this.open(link);
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

  private open({ name, password }: LinkPlace): void {
    const { wiring, wireMedium, nodeId, clientId, emit } = this.wish;
    if (SERIAL_PORT.test(name)) this.mesh.addLink(openSerialLink({ path: name, ...wiring }));
    else if (name.startsWith('tcp://')) this.mesh.addLink(dial(address(name)));
    else if (name.startsWith('listen://')) this.listen(address(name));
    else if (/^mqtts?:\/\//.test(name)) {
      const user = { password, clientId };
      this.mesh.addLink(share(address(name), nodeId, user));
    } else {
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

/** Says that an address is wrong without saying it: what cannot be read may hold a password. */
function address(name: string): URL {
  if (!URL.canParse(name)) throw new RangeError('links must hold addresses such as mqtt://user@192.168.1.7');
  return new URL(name);
}

/** A broker of the neighbourhood. Whatever its password is worth, everything on it is sealed. */
function share(
  url: URL,
  nodeId: number,
  { password, clientId }: { password: string; clientId: string },
): NeighbourLink {
  const topic = url.pathname.replace(/^\/+/, '') || TOPIC;
  const { username } = url;
  const broker = `${url.protocol}//${url.host}`;
  return new MqttLink({
    url: broker,
    username: decodeURIComponent(username),
    password,
    clientId,
    topic,
    nodeId,
  });
}

/** What the slowest of the links carries. */
export function slowestBytesPerSecond(
  links: readonly LinkPlace[],
  serial: LinkMedium,
  wires: LinkMedium,
): number {
  const rates = links.map(({ name }) => {
    if (SERIAL_PORT.test(name)) return serial.bytesPerSecond;
    return name.includes('://') ? Infinity : wires.bytesPerSecond;
  });
  const slowest = Math.min(...rates, Infinity);
  return Number.isFinite(slowest) ? slowest : NETWORK_RATE;
}

const NETWORK_RATE = 1_000_000;
