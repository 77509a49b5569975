import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import type { Schedule } from '../../nodes/lib/modem/byte-port';
import type { FarSide } from './far-side';
import type { Scenario } from './scenario';
import { SimulatedModem } from './simulated-modem';

/** A TCP connection has no rate that could be wrong. */
const ANY_RATE = 0;

/** A simulated modem that programs reach by TCP, one at a time, as there is one line to a modem. */
export class SimulatorServer {
  readonly modem: SimulatedModem;
  private readonly server: Server;
  private client: Socket | null = null;

  constructor(scenario: Scenario, schedule: Schedule, farSide: FarSide) {
    this.modem = new SimulatedModem(scenario, schedule, farSide);
    this.server = createServer((socket) => this.take(socket));
  }

  /** The port it listens on; 0 asks for a free one. */
  async listen(port: number, host: string): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.modem.close();
    this.client?.destroy();
    await new Promise<void>((resolve) => void this.server.close(() => resolve()));
  }

  private take(socket: Socket): void {
    this.client?.destroy();
    this.client = socket;
    socket.setNoDelay(true);
    this.modem.attach(
      ANY_RATE,
      (bytes) => socket.write(bytes),
      () => socket.destroy(),
    );
    socket.on('data', (bytes: Buffer) => this.modem.receive(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.client !== socket) return;
      this.client = null;
      this.modem.detach();
    });
  }
}
