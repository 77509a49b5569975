import type { Node, NodeAPI } from 'node-red';
import type { MeterLink } from '../meter/meter-link';

/** What the config node meter-broker offers to the others. `fault` says why there is no link. */
export interface LinkNode extends Node {
  link: MeterLink | null;
  fault: string;
}

/** The broker that a node was configured with, or a clear error when there is none or its settings are wrong. */
export function requireLink(RED: NodeAPI, brokerId: string): MeterLink {
  const node = RED.nodes.getNode(brokerId) as LinkNode | null;
  if (!node) throw new Error('choose a broker: open this node and set the field "Broker"');
  if (!node.link) throw new Error(`the broker cannot start: ${node.fault}`);
  return node.link;
}
