import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeInitializer } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { SiteNode } from '../../nodes/lib/red/site-access';
import type { LinkNode } from '../../nodes/lib/red/link-access';
import type { MeterLink } from '../../nodes/lib/meter/meter-link';
import type { Site } from '../../nodes/lib/site/site';
import packageJson from '../../package.json';

const load = createRequire(__filename);

const CORE = ['common/25-catch', 'common/24-complete'].map(
  (name) => load(`@node-red/nodes/core/${name}.js`) as NodeInitializer,
);

/** Long enough for a loaded machine; a test that waits this long has failed. */
const DEADLINE_MS = 30_000;

/** A real Node-RED runtime with a flow of ours in it, and a folder for its ledger. */
export class RunningFlow {
  readonly folder = mkdtempSync(join(tmpdir(), 'wattkeeper-flow-'));
  /** How long a message may take. Longer where a test has a longer timeout of its own. */
  deadlineMs = DEADLINE_MS;

  static async open(): Promise<RunningFlow> {
    helper.init(load.resolve('node-red'));
    await new Promise<void>((resolve) => helper.startServer(resolve));
    return new RunningFlow();
  }

  /** Starts nodes; waits until every one of them is there. */
  async start(
    nodes: { id: string; type: string; [field: string]: unknown }[],
    credentials: object = {},
  ): Promise<void> {
    const tab = { id: 'f0', type: 'tab', label: 'test' };
    const flow = [
      tab,
      ...nodes.map((node) => (isConfig(node.type) ? node : { z: 'f0', x: 100, y: 100, ...node })),
    ];
    await helper.load([...CORE, ...paletteFor(nodes)], flow, credentials);
    for (const { id, type } of nodes) if (!helper.getNode(id)) throw new Error(`${type} ${id} did not start`);
  }

  site(extra: object = {}): { id: string; type: string } {
    const database = join(this.folder, 'ledger.sqlite');
    return {
      id: 'site',
      type: 'prepaid-site',
      name: 'Test site',
      timeZone: 'UTC',
      currency: 'INR',
      database,
      clockRate: '1',
      ...extra,
    } as never;
  }

  get ledger(): Site {
    const { site } = this.node('site') as SiteNode;
    if (!site) throw new Error('the site has no ledger');
    return site;
  }

  link(id: string): MeterLink {
    const { link } = this.node(id) as LinkNode;
    if (!link) throw new Error('there is no link');
    return link;
  }

  node(id: string): Node {
    const node = helper.getNode(id);
    if (!node) throw new Error(`there is no node ${id}`);
    return node;
  }

  send(id: string, message: PrepaidMessage): void {
    this.node(id).receive(message);
  }

  /** The next message that arrives at a helper node. */
  next(id: string): Promise<PrepaidMessage> {
    return withDeadline(
      `a message at ${id}`,
      (resolve) => this.node(id).once('input', resolve as never),
      this.deadlineMs,
    );
  }

  /** Sends and waits for what arrives, at one or several helper nodes. */
  async ask(id: string, message: PrepaidMessage, at: string): Promise<PrepaidMessage> {
    const answer = this.next(at);
    this.send(id, message);
    return answer;
  }

  async stop(): Promise<void> {
    await helper.unload();
  }

  async close(): Promise<void> {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Those of our nodes that a flow needs. */
function paletteFor(nodes: readonly { type: string }[]): NodeInitializer[] {
  const types = Object.keys(packageJson['node-red'].nodes).filter((type) =>
    nodes.some((node) => node.type === type),
  );
  return types.map((type) => load(`../../nodes/${type}/${type}`) as NodeInitializer);
}

function isConfig(type: string): boolean {
  return type === 'prepaid-site' || type === 'meter-broker' || type === 'modem-port';
}

/** A promise that fails by name when nothing comes. */
export function withDeadline<T>(
  what: string,
  start: (resolve: (value: T) => void) => void,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`waited ${deadlineMs} ms for ${what}`)), deadlineMs);
    start((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}
