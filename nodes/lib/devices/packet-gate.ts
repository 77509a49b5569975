import { TokenBucket, type Rate } from './token-bucket';

export interface GateLimits {
  /** A whole CONNECT packet, with its last will. */
  connectBytes: number;
  publishBytes: number;
  otherBytes: number;
  /** Subscribing, unsubscribing and pings; null for as many as come. */
  requests: Rate | null;
}

export type GateFault = 'protocol' | 'size' | 'rate';

// MQTT 3.1.1 §2.2.1, table 2.1.
const CONNECT = 1;
const PUBLISH = 3;
const SUBSCRIBE = 8;
const UNSUBSCRIBE = 10;
const PINGREQ = 12;
const DISCONNECT = 14;

/** MQTT 3.1.1 §2.2.3: a length has at most four bytes of seven bits. */
const MAX_LENGTH_BITS = 28;

/**
 * Watches the headers of the packets that pass on one connection. A parser gathers a packet until it is whole, however
 * long it claims to be; here its claim is judged before its bytes come, so that a stranger cannot fill the memory.
 */
export class PacketGate {
  private packets = 0;
  private type = 0;
  private isInLength = false;
  private length = 0;
  private lengthBits = 0;
  private bodyBytesLeft = 0;
  private isGoodbye = false;
  private readonly requests: TokenBucket | null;

  constructor(
    private readonly limits: GateLimits,
    nowMs: number,
  ) {
    this.requests = limits.requests === null ? null : new TokenBucket(limits.requests, nowMs);
  }

  /** Whether the device has said that it leaves, MQTT 3.1.1 §3.14. */
  get hasSaidGoodbye(): boolean {
    return this.isGoodbye;
  }

  /** Looks at the next bytes; says what is wrong with them, after which the connection must end. */
  see(bytes: Uint8Array, nowMs: number): GateFault | null {
    let at = 0;
    while (at < bytes.length) {
      if (this.bodyBytesLeft > 0) {
        const step = Math.min(this.bodyBytesLeft, bytes.length - at);
        this.bodyBytesLeft -= step;
        at += step;
        continue;
      }
      const fault = this.takeHeaderByte(bytes[at] ?? 0, nowMs);
      if (fault !== null) return fault;
      at += 1;
    }
    return null;
  }

  private takeHeaderByte(byte: number, nowMs: number): GateFault | null {
    if (!this.isInLength) {
      this.type = byte >> 4;
      this.isInLength = true;
      this.length = 0;
      this.lengthBits = 0;
      // MQTT 3.1.1 §3.1: CONNECT comes first, and once.
      return (this.type === CONNECT) === (this.packets === 0) ? null : 'protocol';
    }
    this.length += (byte & 0x7f) * 2 ** this.lengthBits;
    this.lengthBits += 7;
    if ((byte & 0x80) !== 0) return this.lengthBits >= MAX_LENGTH_BITS ? 'protocol' : null;
    this.isInLength = false;
    this.packets += 1;
    this.bodyBytesLeft = this.length;
    return this.judge(nowMs);
  }

  private judge(nowMs: number): GateFault | null {
    const { connectBytes, publishBytes, otherBytes } = this.limits;
    switch (this.type) {
      case CONNECT:
        return this.length > connectBytes ? 'size' : null;
      case PUBLISH:
        return this.length > publishBytes ? 'size' : null;
      case DISCONNECT:
        this.isGoodbye = true;
        break;
      case SUBSCRIBE:
      case UNSUBSCRIBE:
      case PINGREQ:
        if (this.requests !== null && !this.requests.tryTake(nowMs)) return 'rate';
    }
    return this.length > otherBytes ? 'size' : null;
  }
}
