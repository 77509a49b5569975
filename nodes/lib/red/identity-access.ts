import type { Node, NodeAPI } from 'node-red';
import type { BypassIdentity } from '../io/bypass/identity';

/** What the config node bypass-identity offers to the others. `fault` says why there is no identity. */
export interface IdentityNode extends Node {
  identity: BypassIdentity | null;
  fault: string;
}

/** The identity that a node was configured with, or a clear error when there is none or its settings are wrong. */
export function requireIdentity(RED: NodeAPI, identityId: string): BypassIdentity {
  const node = RED.nodes.getNode(identityId) as IdentityNode | null;
  if (!node) throw new Error('choose an identity: open this node and set the field "Identity"');
  if (!node.identity) throw new Error(`the identity cannot be used: ${node.fault}`);
  return node.identity;
}
