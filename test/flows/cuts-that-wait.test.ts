import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import type { NodeInitializer } from 'node-red';
import helper from 'node-red-node-test-helper';
import { withDeadline } from '../nodes/running-flow';
import { shippedFlows } from '../package/palette';

const load = createRequire(__filename);
const CHANGE = load('@node-red/nodes/core/function/15-change.js') as NodeInitializer;

describe('what the list of cuts that wait may ask of the guard', () => {
  const { nodes } = shippedFlows().find(({ name }) => name === 'quick-start/Prepaid neighbourhood')!;
  const filter = nodes.find(({ name }) => name === 'Nothing but a release')!;

  beforeEach(async () => {
    helper.init(load.resolve('node-red'));
    await new Promise<void>((resolve) => helper.startServer(resolve));
    await helper.load(
      [CHANGE],
      [
        { ...filter, wires: [['out']] },
        { id: 'out', type: 'helper' },
      ],
      {},
    );
  });
  afterEach(async () => {
    await helper.unload();
    await new Promise<void>((resolve) => helper.stopServer(resolve));
  });

  const by = 'A. Clerk';
  for (const [what, payload, passes] of [
    ['one cut', { askRelease: { accountId: 'A1', by } }, { askRelease: { accountId: 'A1', by } }],
    [
      'all cuts that are shown',
      { giveRelease: { accountIds: ['A1', 'A2'], by } },
      { giveRelease: { accountIds: ['A1', 'A2'], by } },
    ],
    ['all that there are', { giveRelease: { all: true, by } }, { giveRelease: { by } }],
    ['something else', { topUp: { accountId: 'A1', amount: '5' } }, { ask: 'quarantine', limit: 200 }],
  ] as const)
    it(`lets through of a request for ${what} only what the list sends`, async () => {
      const passed = withDeadline<object>('a request', (resolve) =>
        helper.getNode('out')!.on('input', (message) => resolve(message.payload as object)),
      );
      helper.getNode(filter.id)!.receive({ payload });
      assert.deepEqual(await passed, passes);
    });
});
