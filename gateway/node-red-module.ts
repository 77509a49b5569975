import type { EventEmitter } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { StartFailure } from './start-failure';

/** The parts of Node-RED that the launcher uses. */
export interface NodeRed {
  init(server: Server, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly events: EventEmitter;
  readonly httpAdmin: RequestListener;
  readonly httpNode: RequestListener;
  readonly log: { _(key: string): string };
}

/** The parts of Express that the launcher uses. It is Node-RED's own copy, since both mount each other's apps. */
export interface ExpressApp extends RequestListener {
  (request: Parameters<RequestListener>[0], response: Parameters<RequestListener>[1]): void;
  disable(setting: string): void;
  get(path: string, handler: (request: unknown, response: ExpressResponse) => void): void;
  use(path: string, app: RequestListener): void;
}

interface ExpressResponse {
  redirect(address: string): void;
}

/** Where the two packages are that a user installs beside this one. */
export interface PeerPackages {
  nodeRed: string;
  dashboardFolder: string;
}

const NODE_RED = 'node-red';
const DASHBOARD = '@flowfuse/node-red-dashboard';
const OLDEST_NODE_RED = { major: 4, minor: 1 };

export function findPeerPackages(currentFolder: string): PeerPackages {
  const nodeRed = resolve(NODE_RED, currentFolder);
  const dashboard = resolve(`${DASHBOARD}/package.json`, currentFolder);
  if (nodeRed === null || dashboard === null) {
    const missing = [nodeRed === null ? NODE_RED : '', dashboard === null ? DASHBOARD : ''].filter(Boolean);
    throw new StartFailure(
      `Missing: ${missing.join(' and ')}. Install with: npm install ${missing.join(' ')}`,
    );
  }
  return { nodeRed, dashboardFolder: path.dirname(dashboard) };
}

/** Looks beside this package first, then in the folder where Wattkeeper is started. */
function resolve(name: string, currentFolder: string): string | null {
  for (const from of [__filename, path.join(currentFolder, 'package.json')]) {
    try {
      return createRequire(from).resolve(name);
    } catch {
      // Not here; the next place may have it.
    }
  }
  return null;
}

export function loadNodeRed({ nodeRed }: PeerPackages): { RED: NodeRed; app: ExpressApp } {
  const requireBeside = createRequire(nodeRed);
  const { version } = requireBeside('node-red/package.json') as { version: string };
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: oldestMajor, minor: oldestMinor } = OLDEST_NODE_RED;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new StartFailure(
      `Node-RED ${version} is too old, ${oldestMajor}.${oldestMinor} is needed. Install with: npm install ${NODE_RED}`,
    );
  }
  const express = requireBeside('express') as () => ExpressApp;
  const app = express();
  app.disable('x-powered-by');
  return { RED: requireBeside(nodeRed) as NodeRed, app };
}
