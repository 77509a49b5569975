import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { widgetText } from '../../nodes/build/examples.mjs';
import { REPOSITORY } from '../gateway/launched';
import { shippedFlows, type FlowNode } from '../package/palette';

/** Every shipped flow as it runs in an instance that imported it. */
function runningFlows(): FlowNode[] {
  const nodes = new Map(shippedFlows().flatMap(({ nodes }) => nodes.map((node) => [node.id, node])));
  return [...nodes.values()].map((node) => {
    const { format } = node;
    const isWidget = typeof format === 'string' && format.startsWith('dashboard/');
    return isWidget ? { ...node, format: widgetText(REPOSITORY, format) } : node;
  });
}

describe('npm run flows:save', function () {
  this.timeout(30_000);
  let running: FlowNode[];
  let server: Server;

  beforeEach((done) => {
    running = runningFlows();
    server = createServer((request, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(request.url === '/flows' ? running : {}));
    }).listen(0, '127.0.0.1', done);
  });
  afterEach((done) => {
    server.close(done);
  });

  /** What it would do: nothing is written by a dry run. */
  async function said(): Promise<string[]> {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const script = path.join(REPOSITORY, 'flows', 'save.mjs');
    const child = spawn(process.execPath, [script, address, '--dry-run']);
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    return text.trim().split('\n');
  }

  const change = (format: string, before: string, after: string): void => {
    const at = running.findIndex(({ name }) => name === format);
    const node = running[at]!;
    const text = String(node['format']);
    assert.ok(text.includes(before));
    running[at] = { ...node, format: text.replace(before, after) };
  };

  it('finds nothing to change in what was just imported', async () => {
    assert.deepEqual(await said(), ['nothing has changed']);
  });

  it('writes what was changed in a widget into its file alone', async () => {
    change('Held readings', 'Nobody is cut off because of them.', 'Nobody is cut off.');
    assert.deepEqual(await said(), ['would change dashboard/held.vue']);
  });

  it('writes nothing and says so when a line was changed that widgets share', async () => {
    change('New meters', 'Enter your name first.', 'Who are you?');
    change('Held readings', 'Nobody is cut off because of them.', 'Nobody is cut off.');
    const [line, ...more] = await said();
    assert.match(line ?? '', /^flows:save: dashboard\/adopt\.vue: .* dashboard\/naming\.js was changed/);
    assert.deepEqual(more, []);
  });
});
