import type { Socket } from 'node:net';
import { PacketGate, type GateFault, type GateLimits } from '../../devices/packet-gate';
import type { RefusalKind } from '../../devices/refusal-log';
import type { TokenBucket } from '../../devices/token-bucket';
import type { TopicRule } from '../../devices/topic-rule';
import type { LastWill } from '../../meter/meter-link';
import type { ConnectionEnd } from '../../devices/device-presence';

export interface SessionOptions {
  gate: GateLimits;
  /** So much may wait for a device that does not read. */
  maxUnreadBytes: number;
  monotonicMs: () => number;
  /** Told once, before the connection ends. */
  onRefused: (session: DeviceSession, kind: RefusalKind, detail: string) => void;
}

/** One connection: who it is, what it may do, and what the broker has seen of it. */
export class DeviceSession {
  /** Who it says it is, before that is known to be true. */
  claim = '';
  /** Empty until it has been let in. */
  device = '';
  rule: TopicRule | null = null;
  credential: string | null = null;
  rate: TokenBucket | null = null;
  will: LastWill | null = null;
  readonly filters = new Set<string>();
  private readonly gate: PacketGate;
  private wasCut = false;
  private flushedBytes = 0;
  private stuckSinceMs: number | null = null;

  /** `socket` is what MQTT is spoken on, `address` whence it comes. */
  constructor(
    readonly socket: Socket,
    readonly address: string,
    private readonly options: SessionOptions,
  ) {
    this.gate = new PacketGate(options.gate, options.monotonicMs());
    this.watchReads();
    this.watchWrites();
  }

  get name(): string {
    return this.device === '' ? this.address : `${this.device} (${this.address})`;
  }

  get end(): ConnectionEnd {
    if (this.wasCut) return 'cut';
    return this.gate.hasSaidGoodbye ? 'left' : 'outage';
  }

  /** Ends the connection because the device broke a rule. Only the first reason counts. */
  cut(kind: RefusalKind, detail: string): void {
    this.refuse(kind, detail);
    this.socket.destroy();
  }

  /** The connection ends because of us, for a reason that is told elsewhere. */
  giveUp(): void {
    this.wasCut = true;
  }

  /** Notes that the connection ends because of the device itself; for whoever ends it another way. */
  refuse(kind: RefusalKind, detail: string): void {
    if (this.wasCut) return;
    this.wasCut = true;
    this.options.onRefused(this, kind, `${this.name}: ${detail}`);
  }

  /** For how long nothing has gone out although something waits. */
  stuckMs(nowMs: number): number {
    const { bytesWritten, writableLength } = this.socket;
    const flushed = bytesWritten - writableLength;
    if (writableLength === 0 || flushed !== this.flushedBytes) {
      this.flushedBytes = flushed;
      this.stuckSinceMs = writableLength === 0 ? null : nowMs;
    }
    return this.stuckSinceMs === null ? 0 : nowMs - this.stuckSinceMs;
  }

  /** aedes takes its input with `read`, so that this is where every byte passes before a parser sees it. */
  private watchReads(): void {
    const { socket, gate } = this;
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      const chunk: unknown = read(size);
      if (!(chunk instanceof Uint8Array)) return chunk;
      const fault = gate.see(chunk, this.options.monotonicMs());
      if (fault === null) return chunk;
      this.cut(fault, FAULTS[fault]);
      return null;
    };
  }

  /**
   * aedes lets everybody wait for the slowest reader. So nobody is ever told to wait; a device that leaves too much
   * unread is cut off instead.
   */
  private watchWrites(): void {
    const { socket } = this;
    const write = socket.write.bind(socket);
    // Three plain parameters, since this runs for every acknowledgement; the second may also be the callback.
    const writeOn = (chunk: Uint8Array | string, encoding?: BufferEncoding, done?: () => void): boolean => {
      write(chunk, encoding, done);
      if (socket.writableLength > this.options.maxUnreadBytes) this.cut('slow', 'it reads nothing');
      return true;
    };
    socket.write = writeOn as Socket['write'];
  }
}

const FAULTS: Record<GateFault, string> = {
  protocol: 'this is not MQTT',
  size: 'the message is too large',
  rate: 'too many requests',
};
