import type { Node, NodeAPI } from 'node-red';
import type { ModemService } from '../modem/modem-service';

/** What the config node modem-port offers to the others. `fault` says why there is no modem. */
export interface ModemNode extends Node {
  service: ModemService | null;
  fault: string;
}

/** The modem that a node was configured with, or a clear error when there is none or its settings are wrong. */
export function requireModem(RED: NodeAPI, portId: string): ModemService {
  const node = RED.nodes.getNode(portId) as ModemNode | null;
  if (!node) throw new Error('choose a modem: open this node and set the field "Modem"');
  if (!node.service) throw new Error(`the modem cannot start: ${node.fault}`);
  return node.service;
}
