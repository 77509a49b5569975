import { TokenBucket, type Rate } from './token-bucket';

export interface AddressLimits {
  maxConnections: number;
  connects: Rate;
}

/** Addresses without a connection are remembered for their rate, the latest of them this many. */
const MAX_QUIET_ADDRESSES = 10_000;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** Whoever has one IPv6 address has all that share its first 64 bits. */
const IPV6_NETWORK_GROUPS = 4;
const IPV6_GROUPS = 8;

interface Guest {
  open: number;
  connects: TokenBucket;
}

/** Knows how many connections each address has, so that one of them cannot take the places of all others. */
export class AddressDesk {
  private readonly guests = new Map<string, Guest>();
  private quiet = 0;

  constructor(private readonly limits: AddressLimits) {}

  /** Whether one more connection may come from this address; when it may, its end must be told with `leave`. */
  enter(address: string, nowMs: number): boolean {
    const key = networkOf(address);
    let guest = this.guests.get(key);
    if (guest === undefined) {
      guest = { open: 0, connects: new TokenBucket(this.limits.connects, nowMs) };
      this.guests.set(key, guest);
      this.quiet += 1;
      this.forgetQuiet();
    }
    if (guest.open >= this.limits.maxConnections || !guest.connects.tryTake(nowMs)) return false;
    if (guest.open === 0) this.quiet -= 1;
    guest.open += 1;
    return true;
  }

  leave(address: string): void {
    const guest = this.guests.get(networkOf(address));
    if (guest === undefined || guest.open === 0) return;
    guest.open -= 1;
    if (guest.open > 0) return;
    this.quiet += 1;
    this.forgetQuiet();
  }

  get size(): number {
    return this.guests.size;
  }

  private forgetQuiet(): void {
    if (this.quiet <= MAX_QUIET_ADDRESSES) return;
    for (const [key, { open }] of this.guests) {
      if (open > 0) continue;
      this.guests.delete(key);
      this.quiet -= 1;
      return;
    }
  }
}

/** What stands for an address: IPv4 as it is, IPv6 by its network. */
export function networkOf(address: string): string {
  const mapped = MAPPED_IPV4.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  if (tail !== undefined) {
    while (groups.length + last.length < IPV6_GROUPS) groups.push('0');
  }
  return [...groups, ...last].slice(0, IPV6_NETWORK_GROUPS).join(':');
}
