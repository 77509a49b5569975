import type { BytePort, Schedule } from '../../nodes/lib/modem/byte-port';
import type { SimulatedModem } from './simulated-modem';

/** The simulated modem as a port inside the same process, without a line in between. */
export class SimulatorPort implements BytePort {
  private hearData: (bytes: Uint8Array) => void = () => undefined;
  private hearClose: (reason: string) => void = () => undefined;
  private isOpen = true;

  constructor(
    private readonly modem: SimulatedModem,
    private readonly schedule: Schedule,
    baudRate: number,
  ) {
    modem.attach(
      baudRate,
      (bytes) => this.isOpen && this.hearData(bytes),
      () => this.loseLine(),
    );
  }

  write(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    const copy = Buffer.from(bytes);
    this.schedule.after(1, () => this.isOpen && this.modem.receive(copy));
  }

  onData(hear: (bytes: Uint8Array) => void): void {
    this.hearData = hear;
  }

  onClose(hear: (reason: string) => void): void {
    this.hearClose = hear;
  }

  close(): Promise<void> {
    if (this.isOpen) this.modem.detach();
    this.isOpen = false;
    return Promise.resolve();
  }

  private loseLine(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.modem.detach();
    this.hearClose('the line is gone');
  }
}
