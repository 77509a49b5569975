// What the tests of the package know about it without asking its build: the manifest and the shipped flows.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(__dirname, '..', '..');

interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  'node-red': { version: string; nodes: Record<string, string> };
}

export interface FlowNode {
  id: string;
  type: string;
  z?: string;
  g?: string;
  x?: unknown;
  y?: unknown;
  wires?: string[][];
  [property: string]: unknown;
}

export interface ShippedFlow {
  /** As the import menu shows it. */
  name: string;
  nodes: FlowNode[];
}

export const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Manifest;
export const nodeTypes = Object.keys(manifest['node-red'].nodes);

/** A config node has no place on the canvas; its editor file says so. */
export const isConfigType = (type: string): boolean =>
  /category:\s*'config'/.test(readFileSync(path.join(ROOT, 'nodes', type, `${type}.editor.ts`), 'utf8'));

export function shippedFlows(): ShippedFlow[] {
  const flows = path.join(ROOT, 'flows');
  return readdirSync(flows, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: file.slice(0, -'.json'.length).split(path.sep).join('/'),
      nodes: JSON.parse(readFileSync(path.join(flows, file), 'utf8')) as FlowNode[],
    }));
}
