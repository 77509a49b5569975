import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import type { BytePipe } from '../../modem/byte-pipe';
import { ModemStream } from './modem-stream';

/** Reached from this machine only: whoever connects spends the SIM's money. */
const LOCAL_HOST = '127.0.0.1';

export interface TunnelOptions {
  /** Opens the modem's one connection to the target. */
  readonly openTcp: () => Promise<BytePipe>;
  /** Why a connection could not be opened or broke. */
  readonly onFault: (error: Error) => void;
}

/**
 * A port of this machine that leads through the modem, so that any program can use it; whatever is encrypted stays so
 * from end to end. The modem has one connection: a second client takes the place of the first, which then has no use for
 * it any more.
 */
export class ModemTunnel {
  private readonly server: Server;
  private client: Socket | null = null;
  /** The connection before is closed first, as the modem has only one. */
  private ended: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: TunnelOptions) {
    this.server = createServer((socket) => void this.take(socket));
    this.server.on('error', (error) => options.onFault(error));
  }

  /** The port it listens on; 0 asks for a free one. */
  async listen(port: number): Promise<number> {
    this.server.listen(port, LOCAL_HOST);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.client?.destroy();
    if (this.server.listening) await new Promise<void>((resolve) => void this.server.close(() => resolve()));
    await this.ended;
  }

  private async take(socket: Socket): Promise<void> {
    this.client?.destroy();
    this.client = socket;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    await this.ended;
    // It was given up, or another came, while the connection before was closed.
    if (socket.destroyed) return;
    const stream = new ModemStream(() => this.options.openTcp());
    this.ended = new Promise((resolve) => stream.once('close', resolve));
    stream.on('error', (error) => {
      if (!socket.destroyed) this.options.onFault(error);
    });
    stream.on('close', () => socket.destroy());
    socket.on('close', () => stream.destroy());
    socket.pipe(stream);
    stream.pipe(socket);
  }
}
