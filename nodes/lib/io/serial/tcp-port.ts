import { type Socket, connect } from 'node:net';
import type { BytePort } from '../../modem/byte-port';

const CONNECT_MS = 10_000;
/** A serial server that was unplugged says nothing; the kernel asks it now and then. */
const KEEP_ALIVE_MS = 30_000;

/** A modem behind a serial server (such as ser2net), or a simulated one. */
export class TcpPort implements BytePort {
  private hearData: (bytes: Uint8Array) => void = () => undefined;
  private hearClose: (reason: string) => void = () => undefined;
  private reason = 'the connection was closed';
  private isClosed = false;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (bytes: Buffer) => this.takeData(bytes));
    socket.on('error', (error) => (this.reason = error.message));
    socket.on('close', () => this.end());
  }

  static open(host: string, port: number): Promise<TcpPort> {
    return new Promise((resolve, reject) => {
      const socket = connect({
        host,
        port,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEP_ALIVE_MS,
      });
      socket.setTimeout(CONNECT_MS, () => socket.destroy(new Error(`${host}:${port} does not answer`)));
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.setTimeout(0);
        socket.off('error', reject);
        resolve(new TcpPort(socket));
      });
    });
  }

  write(bytes: Uint8Array): void {
    if (!this.isClosed) this.socket.write(bytes);
  }

  onData(hear: (bytes: Uint8Array) => void): void {
    this.hearData = hear;
  }

  onClose(hear: (reason: string) => void): void {
    this.hearClose = hear;
  }

  close(): Promise<void> {
    if (this.socket.closed) return Promise.resolve();
    this.isClosed = true;
    return new Promise((resolve) => {
      this.socket.once('close', () => resolve());
      this.socket.destroy();
    });
  }

  private takeData(bytes: Buffer): void {
    if (!this.isClosed) this.hearData(bytes);
  }

  private end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.hearClose(this.reason);
  }
}
