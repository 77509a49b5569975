import type { Node, NodeAPI } from 'node-red';
import type { Site } from '../site/site';

/** What the config node prepaid-site offers to the others. `fault` says why there is no site. */
export interface SiteNode extends Node {
  site: Site | null;
  fault: string;
}

/** The site that a node was configured with, or a clear error when there is none or it could not start. */
export function requireSite(RED: NodeAPI, siteId: string): Site {
  const node = RED.nodes.getNode(siteId) as SiteNode | null;
  if (!node) throw new Error('choose a site: open this node and set the field "Site"');
  if (!node.site) throw new Error(`the site has no ledger: ${node.fault}`);
  return node.site;
}
