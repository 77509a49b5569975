import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';
import { AddressDesk } from '../../devices/address-desk';
import type { BrokerLimits } from '../../devices/broker-limits';
import type { RefusalKind } from '../../devices/refusal-log';
import { readTlsFiles, watchTlsFiles, type TlsFiles } from './tls-files';

/** One address and port to listen on. */
export interface ListenPoint {
  host: string;
  port: number;
  tls: TlsFiles | null;
}

export interface ListenerOptions {
  limits: BrokerLimits;
  monotonicMs: () => number;
  /** A connection that may speak MQTT now, and whence it comes. */
  onConnection: (socket: Socket, address: string) => void;
  onRefused: (kind: RefusalKind, detail: string) => void;
  /** It no longer listens. */
  onFault: (reason: string) => void;
  certificatesEveryMs: number | undefined;
}

/** Whoever takes longer to agree on a key keeps a place that others need. */
const HANDSHAKE_WITHIN_MS = 10_000;

/** Takes connections on several ports, as many as the limits allow. */
export class BrokerListener {
  private readonly servers: Server[] = [];
  private readonly sockets = new Set<Socket>();
  private readonly addresses: AddressDesk;
  private readonly undo: (() => void)[] = [];
  private isClosed = false;

  constructor(private readonly options: ListenerOptions) {
    const { maxConnectionsPerAddress, connectsPerSecond } = options.limits;
    this.addresses = new AddressDesk({
      maxConnections: maxConnectionsPerAddress,
      connects: { perSecond: connectsPerSecond, burst: connectsPerSecond },
    });
  }

  /** The port that is really listened on at the point with this number; null while it is not. */
  portOf(index: number): number | null {
    const address = this.servers[index]?.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  /** Rejects with a sentence when one of the points cannot be listened on. */
  async open(points: readonly ListenPoint[]): Promise<void> {
    for (const point of points) {
      const take = point.tls === null ? this.options.onConnection : this.overTls(point.tls);
      const server = createServer((socket) => this.admit(socket, take));
      this.servers.push(server);
      await listen(server, point);
      server.on('error', (error) => this.options.onFault(error.message));
      // Closed while the port was being opened: close() found nothing to close yet.
      if (this.isClosed) server.close();
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const step of this.undo) step();
    const stopped = this.servers
      .filter(({ listening }) => listening)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of this.sockets) socket.destroy();
    await Promise.all(stopped);
  }

  private admit(socket: Socket, take: (socket: Socket, address: string) => void): void {
    const { limits, monotonicMs, onRefused } = this.options;
    const address = socket.remoteAddress;
    const hasRoom = this.sockets.size < limits.maxConnections;
    if (address === undefined || !hasRoom || !this.addresses.enter(address, monotonicMs())) {
      socket.destroy();
      onRefused(
        'connections',
        `${address ?? 'somebody'}: ${hasRoom ? 'too many from there' : 'no place left'}`,
      );
      return;
    }
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.addresses.leave(address);
    });
    socket.setNoDelay(true);
    take(socket, address);
  }

  private overTls(files: TlsFiles): (socket: Socket, address: string) => void {
    const { onConnection, onRefused, certificatesEveryMs } = this.options;
    const server = createTlsServer({ ...readTlsFiles(files), handshakeTimeout: HANDSHAKE_WITHIN_MS });
    server.on('secureConnection', (socket) => onConnection(socket, socket.remoteAddress ?? 'somebody'));
    server.on('tlsClientError', (error, socket) => {
      onRefused('tls', `${socket.remoteAddress ?? 'somebody'}: ${error.message}`);
      socket.destroy();
    });
    this.undo.push(watchTlsFiles(files, () => this.renew(server, files), certificatesEveryMs));
    return (socket) => {
      // Until the handshake is through nobody else hears of errors.
      socket.on('error', () => undefined);
      server.emit('connection', socket);
    };
  }

  /** Connections that stand keep their key; new ones get the new certificate. A bad one leaves the former in force. */
  private renew(server: TlsServer, files: TlsFiles): void {
    try {
      server.setSecureContext(readTlsFiles(files));
    } catch (error) {
      this.options.onRefused('tls', error instanceof Error ? error.message : String(error));
    }
  }
}

function listen(server: Server, { host, port }: ListenPoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => reject(new Error(describe(error, host, port), { cause: error }));
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.removeListener('error', refuse);
      resolve();
    });
  });
}

function describe(error: Error, host: string, port: number): string {
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return `port ${port} is in use`;
  if (code === 'EACCES') return `port ${port} is not allowed`;
  if (code === 'EADDRNOTAVAIL') return `${host} is not an address of this machine`;
  return error.message;
}
