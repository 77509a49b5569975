import type { Schedule } from '../../nodes/lib/modem/byte-port';

/** Between the modem's decision and its first byte on the line. */
const LATENCY_MS = 2;

/** What the modem writes, in order and, when wanted, in small pieces. */
export class SerialOutput {
  private waiting: Buffer[] = [];
  private isPlanned = false;
  private epoch = 0;

  constructor(
    private readonly schedule: Schedule,
    private readonly chunkBytes: number,
    private readonly put: (bytes: Buffer) => void,
  ) {}

  write(bytes: Buffer): void {
    this.waiting.push(bytes);
    if (this.isPlanned) return;
    this.isPlanned = true;
    const { epoch } = this;
    this.schedule.after(LATENCY_MS, () => epoch === this.epoch && this.flush());
  }

  writeLine(text: string): void {
    this.write(Buffer.from(`\r\n${text}\r\n`, 'latin1'));
  }

  /** What has not left yet never will. */
  clear(): void {
    this.epoch += 1;
    this.waiting = [];
    this.isPlanned = false;
  }

  private flush(): void {
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    this.isPlanned = false;
    const size = this.chunkBytes > 0 ? this.chunkBytes : bytes.length;
    for (let from = 0; from < bytes.length; from += size) this.put(bytes.subarray(from, from + size));
  }
}
