import { SerialPort } from 'serialport';
import type { BytePort } from '../../modem/byte-port';

/** What of a serial device is needed here, so that a pretended one can stand in for it. */
interface SerialDevice {
  readonly isOpen: boolean;
  open(done: (error: Error | null) => void): void;
  close(done: (error: Error | null) => void): void;
  write(bytes: Buffer): boolean;
  on(event: 'data', hear: (bytes: Buffer) => void): unknown;
  on(event: 'error', hear: (error: Error) => void): unknown;
  on(event: 'close', hear: (error: Error | null) => void): unknown;
}

interface DeviceOptions {
  path: string;
  baudRate: number;
  lock: boolean;
  autoOpen: false;
}

const realDevice = (options: DeviceOptions): SerialDevice => new SerialPort(options);

/** A serial line or a USB modem: 8 data bits, no parity, one stop bit, as every AT modem has it. */
export class SerialLine implements BytePort {
  private hearData: (bytes: Uint8Array) => void = () => undefined;
  private hearClose: (reason: string) => void = () => undefined;
  /** Why it ended before anybody listened for that. */
  private endedWith: string | null = null;
  private isClosed = false;

  private constructor(private readonly device: SerialDevice) {
    device.on('data', (bytes) => this.isClosed || this.hearData(bytes));
    // What is written to a line that was just unplugged fails first; the close that follows tells everybody.
    device.on('error', (error) => this.end(error.message));
    device.on('close', (error) => this.end(error?.message ?? 'the line was closed'));
  }

  /** Takes the device for itself alone: two programs at one modem steal each other's answers. */
  static open(path: string, baudRate: number, make = realDevice): Promise<SerialLine> {
    const device = make({ path, baudRate, lock: true, autoOpen: false });
    return new Promise((resolve, reject) => {
      device.open((error) => (error ? reject(error) : resolve(new SerialLine(device))));
    });
  }

  write(bytes: Uint8Array): void {
    if (!this.isClosed) this.device.write(Buffer.from(bytes));
  }

  onData(hear: (bytes: Uint8Array) => void): void {
    this.hearData = hear;
  }

  onClose(hear: (reason: string) => void): void {
    this.hearClose = hear;
    if (this.endedWith !== null) hear(this.endedWith);
  }

  close(): Promise<void> {
    this.isClosed = true;
    if (!this.device.isOpen) return Promise.resolve();
    return new Promise((resolve) => this.device.close(() => resolve()));
  }

  /** The line is gone: what is left of the device is given back, so that it can be opened anew. */
  private end(reason: string): void {
    if (this.isClosed) return;
    this.endedWith = reason;
    this.hearClose(reason);
    void this.close();
  }
}
