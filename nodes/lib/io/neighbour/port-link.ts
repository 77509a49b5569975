import type { BytePort } from '../../modem/byte-port';
import type { LinkMedium, NeighbourLink } from '../../neighbour/link';
import { errorText } from '../../text/to-error';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** A link over a port that can be opened again: a cable that was pulled, a far side that was away. */
export class PortLink implements NeighbourLink {
  private port: BytePort | null = null;
  private isClosed = false;
  private retryMs = FIRST_RETRY_MS;
  private timer: NodeJS.Timeout | null = null;
  private reason: string | null = 'not open yet';
  private hearBytes: (bytes: Uint8Array) => void = () => undefined;
  private hearState: (isUp: boolean, reason: string | null) => void = () => undefined;
  private opening: Promise<void>;

  constructor(
    readonly name: string,
    readonly medium: LinkMedium,
    private readonly openPort: () => Promise<BytePort>,
    readonly mostNeighbours = Infinity,
  ) {
    this.opening = this.open();
  }

  send(bytes: Uint8Array): void {
    this.port?.write(bytes);
  }

  onBytes(hear: (bytes: Uint8Array) => void): void {
    this.hearBytes = hear;
  }

  onState(hear: (isUp: boolean, reason: string | null) => void): void {
    this.hearState = hear;
    hear(this.port !== null, this.reason);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    if (this.timer) clearTimeout(this.timer);
    await this.opening;
    const { port } = this;
    this.port = null;
    await port?.close();
  }

  private async open(): Promise<void> {
    try {
      const port = await this.openPort();
      if (this.isClosed) await port.close();
      else this.use(port);
    } catch (thrown) {
      this.lose(errorText(thrown));
    }
  }

  private use(port: BytePort): void {
    this.port = port;
    this.retryMs = FIRST_RETRY_MS;
    this.reason = null;
    port.onData((bytes) => this.hearBytes(bytes));
    port.onClose((reason) => this.lose(reason));
    // It may have ended already, and then it is no use to anybody.
    if (this.port === port) this.hearState(true, null);
  }

  private lose(reason: string): void {
    this.port = null;
    this.reason = reason;
    if (this.isClosed) return;
    this.hearState(false, reason);
    this.timer = setTimeout(() => {
      this.opening = this.open();
    }, this.retryMs);
    this.retryMs = Math.min(LONGEST_RETRY_MS, this.retryMs * 2);
  }
}
