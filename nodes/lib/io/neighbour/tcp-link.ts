import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { BytePort } from '../../modem/byte-port';
import { NETWORK_MEDIUM, type NeighbourLink } from '../../neighbour/link';
import { TcpPort } from '../serial/tcp-port';
import { PortLink } from './port-link';

/** A far side that was switched off says nothing; the kernel asks it now and then. */
const KEEP_ALIVE_MS = 30_000;
/** More connections are refused: a neighbourhood is small, and everybody who connects takes memory. */
const MAX_CONNECTIONS = 32;
/** Twice what a neighbour may leave unanswered: a far side that takes nothing until this much waits is as good as gone. */
const MAX_WAITING_BYTES = 262_144;
/** One gateway is at the other end, whatever names it goes by. */
const ONE = 1;
/** Every neighbour greets within seconds. Who does not would keep a place from one who does. */
const INTRODUCTION_MS = 30_000;

/** Connects to a neighbour that listens, and again whenever the connection is lost. */
export function dialTcpLink(host: string, port: number): PortLink {
  return new PortLink(`${host}:${port}`, NETWORK_MEDIUM, () => TcpPort.open(host, port), ONE);
}

/** Takes connections of neighbours; each is a link of its own, until it ends. */
export class TcpLinkServer {
  private readonly links = new Map<SocketLink, Socket>();

  private constructor(
    private readonly server: Server,
    private readonly onLink: (link: NeighbourLink) => void,
    private readonly onGone: (link: NeighbourLink) => void,
    private readonly introductionMs: number,
  ) {
    server.maxConnections = MAX_CONNECTIONS;
    server.on('connection', (socket) => this.take(socket));
  }

  /** Resolves when it listens. A link that ended is told of, to be taken out of the mesh. */
  static listen(
    host: string,
    port: number,
    onLink: (link: NeighbourLink) => void,
    onGone: (link: NeighbourLink) => void,
    introductionMs = INTRODUCTION_MS,
  ): Promise<TcpLinkServer> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        server.on('error', () => undefined);
        resolve(new TcpLinkServer(server, onLink, onGone, introductionMs));
      });
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    await Promise.all([...this.links.keys()].map((link) => link.close()));
    await closed;
  }

  private take(socket: Socket): void {
    const name = `${socket.remoteAddress ?? 'unknown'}:${socket.remotePort ?? 0}`;
    const wait = (): NodeJS.Timeout => setTimeout(() => socket.destroy(), this.introductionMs);
    let stranger = wait();
    const link = new SocketLink(name, new SocketBytes(socket), (areThere) => {
      clearTimeout(stranger);
      if (!areThere && !socket.destroyed) stranger = wait();
    });
    this.links.set(link, socket);
    socket.once('close', () => {
      clearTimeout(stranger);
      this.links.delete(link);
      this.onGone(link);
    });
    this.onLink(link);
  }
}

/** A connection that somebody else made and nobody here can make again. */
class SocketLink implements NeighbourLink {
  readonly medium = NETWORK_MEDIUM;
  readonly mostNeighbours = ONE;
  private isUp = true;

  constructor(
    readonly name: string,
    private readonly bytes: SocketBytes,
    readonly onNeighbours: (areThere: boolean) => void,
  ) {}

  send(bytes: Uint8Array): void {
    this.bytes.write(bytes);
  }

  onBytes(hear: (bytes: Uint8Array) => void): void {
    this.bytes.onData(hear);
  }

  onState(hear: (isUp: boolean, reason: string | null) => void): void {
    this.bytes.onClose((reason) => {
      this.isUp = false;
      hear(false, reason);
    });
    hear(this.isUp, null);
  }

  close(): Promise<void> {
    return this.bytes.close();
  }
}

class SocketBytes implements BytePort {
  private isClosed = false;
  private reason = 'the connection was closed';

  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('error', (error) => (this.reason = error.message));
  }

  write(bytes: Uint8Array): void {
    if (this.isClosed || this.socket.destroyed) return;
    if (this.socket.writableLength > MAX_WAITING_BYTES) this.socket.destroy(new Error('nothing is taken'));
    else this.socket.write(bytes);
  }

  onData(hear: (bytes: Uint8Array) => void): void {
    this.socket.on('data', (bytes: Buffer) => {
      if (!this.isClosed) hear(bytes);
    });
  }

  onClose(hear: (reason: string) => void): void {
    this.socket.once('close', () => {
      if (this.isClosed) return;
      this.isClosed = true;
      hear(this.reason);
    });
  }

  close(): Promise<void> {
    this.isClosed = true;
    if (this.socket.closed) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.destroy();
    });
  }
}
