import type { DeviceEvent, LastWill } from '../meter/meter-link';

/** How a connection ended, as far as the broker can see. */
export type ConnectionEnd = Exclude<DeviceEvent['kind'], 'online'>;

/**
 * Knows which devices are connected. A device that comes back before its old connection is gone was never away, so only
 * its first connection and the end of its last one are events.
 */
export class DevicePresence {
  private readonly connections = new Map<string, number>();

  /** How many devices are connected. */
  get size(): number {
    return this.connections.size;
  }

  isOnline(device: string): boolean {
    return this.connections.has(device);
  }

  enter(device: string): DeviceEvent | null {
    const open = this.connections.get(device) ?? 0;
    this.connections.set(device, open + 1);
    return open === 0 ? { kind: 'online', device, will: null } : null;
  }

  leave(device: string, end: ConnectionEnd, will: LastWill | null): DeviceEvent | null {
    const open = this.connections.get(device) ?? 0;
    if (open > 1) {
      this.connections.set(device, open - 1);
      return null;
    }
    if (!this.connections.delete(device)) return null;
    // MQTT 3.1.1 §3.14.4: whoever says goodbye takes its will back.
    return { kind: end, device, will: end === 'left' ? null : will };
  }
}
