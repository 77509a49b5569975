import type { DeviceSummary } from '../../devices/device-book';
import type { RefusalKind } from '../../devices/refusal-log';
import type { MeterLink } from '../../meter/meter-link';
import type { DeviceDesk } from './device-desk';
import { EmbeddedBroker } from './embedded-broker';

/** What staff may know of a broker's devices. */
export interface DeviceOverview {
  devices: (DeviceSummary & { isOnline: boolean })[];
  /** How many are connected, also such as have no password of their own; null when the broker cannot tell. */
  connected: number | null;
  /** How often each kind of thing was refused since the start. */
  refusals: Partial<Record<RefusalKind, number>>;
}

export function deviceOverview(desk: DeviceDesk, link: MeterLink | null): DeviceOverview {
  const broker = link instanceof EmbeddedBroker ? link : null;
  return {
    devices: desk.list().map((device) => ({ ...device, isOnline: broker?.isOnline(device.name) ?? false })),
    connected: broker?.state.kind === 'up' ? broker.state.devices : null,
    refusals: broker?.refusals ?? {},
  };
}
