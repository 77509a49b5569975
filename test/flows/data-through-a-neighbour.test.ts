import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeInitializer } from 'node-red';
import helper from 'node-red-node-test-helper';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import { withDeadline } from '../nodes/running-flow';
import { shippedFlows } from '../package/palette';

const load = createRequire(__filename);
const CORE = [
  'common/20-inject',
  'common/21-debug',
  'common/25-catch',
  'common/90-comment',
  'function/10-function',
  'function/10-switch',
  'function/15-change',
].map((name) => load(`@node-red/nodes/core/${name}.js`) as NodeInitializer);
/** The page is looked at in the tests of its widget; here its nodes only have to be there. */
const PAGE: NodeInitializer = (RED) => {
  for (const type of ['ui-base', 'ui-theme', 'ui-page', 'ui-group', 'ui-template'])
    RED.nodes.registerType(type, function (this: Node, definition) {
      RED.nodes.createNode(this, definition);
    });
};
const OURS = ['bypass-identity', 'bypass-router'].map(
  (type) => load(`../../nodes/${type}/${type}`) as NodeInitializer,
);

describe('the flow "Data through a neighbour"', function () {
  this.timeout(60_000);
  const { nodes } = shippedFlows().find(({ name }) => name === 'bypass/Data through a neighbour')!;
  const folder = mkdtempSync(join(tmpdir(), 'wattkeeper-bypass-flow-'));
  let before: string | undefined;

  const named = (name: string): Node => helper.getNode(nodes.find((node) => node['name'] === name)!.id)!;
  const heard = (name: string, holds: (message: PrepaidMessage) => boolean): Promise<PrepaidMessage> =>
    withDeadline(name, (resolve) =>
      named(name).on('input', (message) => {
        if (holds(message as PrepaidMessage)) resolve(message as PrepaidMessage);
      }),
    );

  beforeEach(async () => {
    before = process.env['WATTKEEPER_DATA'];
    process.env['WATTKEEPER_DATA'] = folder;
    helper.init(load.resolve('node-red'));
    await new Promise<void>((resolve) => helper.startServer(resolve));
    // The shipped clocks start after seconds and tick every five, which is long for a test.
    const faster = nodes.map((node) => {
      if (node.type !== 'inject' || node['once'] !== true) return node;
      return { ...node, onceDelay: 0.2, repeat: node['repeat'] === '' ? '' : '0.2' };
    });
    // As in Node-RED itself, config nodes come before whoever needs them.
    const ordered = [
      ...faster.filter(({ type }) => type === 'bypass-identity'),
      ...faster.filter(({ type }) => type !== 'bypass-identity'),
    ];
    await helper.load([...CORE, PAGE, ...OURS], ordered, {});
  });
  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(resolve));
    if (before === undefined) delete process.env['WATTKEEPER_DATA'];
    else process.env['WATTKEEPER_DATA'] = before;
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets both houses in, and brings the first one’s readings through the second', async () => {
    const meterOf = ({ payload }: PrepaidMessage): unknown => (payload as { meterId?: unknown }).meterId;
    await Promise.all(
      ['M1', 'M2'].map((meterId) => heard('What the head-end got', (got) => meterOf(got) === meterId)),
    );
    named('House 1').receive({ payload: { ask: 'way', way: 'neighbour' } });
    const isRouted = ({ payload }: PrepaidMessage): boolean => String(payload).startsWith('Routed');
    await heard('Display of house 2', isRouted);
    await heard('What the head-end got', (got) => meterOf(got) === 'M1');
    const answer = heard('Alarms and answers', ({ payload }) => 'gateways' in (payload as object));
    named('Who came by which way?').receive({});
    const { gateways } = (await answer).payload as { gateways: { gatewayId: string; via: string }[] };
    assert.equal(gateways.find(({ gatewayId }) => gatewayId === 'house-1')?.via, 'house-2');

    // What the page asks comes back to it, and so does what is refused.
    const widget = named('Which way');
    const isAboutWays = ({ payload }: PrepaidMessage): boolean =>
      (payload as { kind?: string }).kind === 'ways';
    const told = heard('Which way', isAboutWays);
    const overheard = heard('Alarms', isAboutWays);
    widget.send({ payload: { ask: 'ways' } });
    const ways = (await told).payload as { gateways: { gatewayId: string; meters: object[] }[] };
    assert.ok(Array.isArray(((await overheard).payload as { alarms?: unknown }).alarms));
    assert.deepEqual(
      ways.gateways.map(({ gatewayId, meters }) => [gatewayId, meters.length]),
      [
        ['house-1', 1],
        ['house-2', 1],
      ],
    );
    const refused = heard('Which way', ({ reference }) => reference === 'r1');
    widget.send({ payload: { ask: 'distrust', gatewayId: 'house-2' }, reference: 'r1' });
    assert.match(
      String(((await refused)['error'] as { message?: string }).message),
      /msg.by must be the name/,
    );
  });
});
