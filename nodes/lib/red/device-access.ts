import type { NodeAPI } from 'node-red';
import type { DeviceDesk } from '../io/mqtt/device-desk';
import type { MeterLink } from '../meter/meter-link';
import { requireLink, type LinkNode } from './link-access';

/** What the config node meter-broker offers to whoever looks after its devices. */
export interface DeviceDeskNode extends LinkNode {
  desk: DeviceDesk | null;
}

/** The devices of the broker that a node was configured with, or a clear error. */
export function requireDevices(RED: NodeAPI, brokerId: string): { desk: DeviceDesk; link: MeterLink } {
  const link = requireLink(RED, brokerId);
  const { desk } = RED.nodes.getNode(brokerId) as DeviceDeskNode;
  if (desk === null) throw new Error('the broker has no list of devices');
  return { desk, link };
}
