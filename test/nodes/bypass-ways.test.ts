import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { IdentityNode } from '../../nodes/lib/red/identity-access';
import { BypassBench, ends, reading, TEST_MS, until, watch } from './bypass-bench';
import type { RunningFlow } from './running-flow';

interface Gateway {
  gatewayId: string;
  isDistrusted: boolean;
  now: { way: string; via: string | null } | null;
  meters: { meterId: string; way: string; via: string | null }[];
}

interface Answer {
  kind: string;
  gateways: Gateway[];
  distrusted: string[];
  alarms: { kind: string; facts: Record<string, unknown> }[];
}

describe('bypass-router: which meter came by which way', function () {
  this.timeout(TEST_MS);
  const bench = new BypassBench();
  const { head, gateway } = bench;
  let flow: RunningFlow;

  beforeEach(async () => (flow = await bench.open()));
  afterEach(() => bench.close());

  async function ways(): Promise<Answer> {
    const { payload } = await flow.ask('head', { payload: { ask: 'ways' } }, 'alarms');
    return payload as Answer;
  }

  function count(id: string): () => number {
    let messages = 0;
    flow.node(id).on('input', () => (messages += 1));
    return () => messages;
  }

  const distrusts = (id: string, whom: string): boolean =>
    (flow.node(`${id}-identity`) as IdentityNode).identity!.distrust.has(whom);

  /** House gw-1 has no way but its neighbour gw-2. Events of gw-1 come to `events`, of the head-end to `alarms`. */
  const street = (): { id: string; type: string }[] => [
    ...head({ acknowledge: 'arrival', wires: [['opened'], ['gw-2'], ['alarms']] }),
    ...gateway('gw-1', { hasDirect: false, wires: [[], ['gw-2'], ['events']] }),
    ...gateway('gw-2', { wires: [['head'], ['gw-1'], ['down']] }),
    ...ends,
    watch,
  ];

  it('tells of gateway and meter, and of those that were never heard', async () => {
    const credentials = await bench.codesFor(['gw-1', 'gw-2']);
    await flow.start(street(), credentials);
    const publicKey = '11'.repeat(32);
    await flow.ask('head', { payload: { ask: 'admit', gatewayId: 'gw-3', publicKey } }, 'alarms');
    const opened = count('opened');
    flow.send('gw-1', { payload: reading(1) });
    flow.send('gw-2', { payload: { ...reading(1), meterId: 'M2' } });
    await until('both readings', () => opened() === 2);
    const { kind, gateways } = await ways();
    assert.equal(kind, 'ways');
    assert.deepEqual(
      gateways.map(({ gatewayId, now, meters }) => [
        gatewayId,
        now && [now.way, now.via],
        meters.map(({ meterId, way, via }) => [meterId, way, via]),
      ]),
      [
        ['gw-1', ['neighbour', 'gw-2'], [['M1', 'neighbour', 'gw-2']]],
        ['gw-2', ['direct', null], [['M2', 'direct', null]]],
        ['gw-3', null, []],
      ],
    );
  });

  it('has a gateway leave the neighbour that somebody distrusts, says who it was, and remembers it', async () => {
    const credentials = await bench.codesFor(['gw-1', 'gw-2']);
    await flow.start(street(), credentials);
    const lost: unknown[] = [];
    flow.node('events').on('input', (message) => lost.push((message as PrepaidMessage).payload));
    const opened = count('opened');
    flow.send('gw-1', { payload: reading(1) });
    await until('the reading', () => opened() === 1 && bench.waiting('gw-1') === 0);
    const decision = { payload: { ask: 'distrust', gatewayId: 'gw-2' }, by: 'A. Clerk', reference: 'r' };
    flow.send('head', decision);
    await until('the word of the head-end', () => distrusts('gw-1', 'gw-2'));
    await until('the loss of the neighbour', () =>
      lost.some((one) => (one as { reason?: string }).reason === 'distrusted'),
    );
    const { gateways, distrusted, alarms } = await ways();
    assert.deepEqual(distrusted, ['gw-2']);
    assert.equal(gateways.find(({ gatewayId }) => gatewayId === 'gw-2')?.isDistrusted, true);
    const told = alarms.find(({ kind }) => kind === 'distrust');
    assert.deepEqual([told?.facts['gatewayId'], told?.facts['by']], ['gw-2', 'A. Clerk']);
    flow.send('gw-1', { payload: reading(2) });
    await until('a reading that nobody may carry', () => bench.waiting('gw-1') === 1);
    await flow.stop();

    await flow.start(street(), credentials);
    assert.deepEqual([distrusts('gw-1', 'gw-2'), distrusts('head', 'gw-2')], [true, true]);
    // The head-end is only reached through gw-2, so somebody at gw-1 has the last word.
    flow.send('gw-1', { payload: { ask: 'trust', gatewayId: 'gw-2', by: 'An installer' } });
    await until('an empty outbox again', () => bench.waiting('gw-1') === 0);
    const { log } = (flow.node('gw-1-identity') as IdentityNode).identity!.distrust;
    assert.deepEqual(
      log.map(({ gatewayId, isDistrusted, by }) => [gatewayId, isDistrusted, by]),
      [['gw-2', false, 'An installer']],
    );
  });

  it('tells a gateway that is let in later whom to leave alone', async () => {
    const credentials = await bench.codesFor(['gw-1']);
    await flow.start(
      [
        ...head({ acknowledge: 'arrival', wires: [['opened'], ['gw-1'], ['alarms']] }),
        ...gateway('gw-1', { wires: [['head'], [], ['events']] }),
        ...ends,
        watch,
      ],
      { ...credentials },
    );
    flow.send('head', { payload: { ask: 'distrust', gatewayId: 'liar', by: 'A. Clerk' } });
    await until('the word of the head-end', () => distrusts('gw-1', 'liar'));
  });

  it('brings a gateway in by a file with its code, which nobody has to type', async () => {
    await flow.start([...head(), ...ends, watch]);
    const file = join(flow.folder, 'bypass', 'one-time-code');
    const { payload } = await flow.ask(
      'head',
      { payload: { ask: 'code', gatewayId: 'gw-1', file } },
      'alarms',
    );
    assert.deepEqual(payload, { kind: 'code', gatewayId: 'gw-1', file });
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await flow.stop();
    await flow.start([
      ...head({ acknowledge: 'arrival', wires: [['opened'], ['gw-1'], ['alarms']] }),
      ...gateway('gw-1', { wires: [['head'], [], ['events']] }),
      ...ends,
      watch,
    ]);
    const opened = count('opened');
    flow.send('gw-1', { payload: reading(1) });
    await until('the reading', () => opened() === 1);
  });

  it('carries over links with a key', async () => {
    const credentials: Record<string, object> = await bench.codesFor(['gw-1', 'gw-2']);
    for (const id of ['gw-1', 'gw-2']) credentials[id] = { linkKey: 'a password of the street' };
    await flow.start(street(), credentials);
    const opened = count('opened');
    flow.send('gw-1', { payload: reading(1) });
    await until('the reading', () => opened() === 1);
  });

  for (const id of ['head', 'gw-1'])
    it(`wants a name for the audit trail at ${id}`, async () => {
      await flow.start([...head(), ...gateway('gw-1'), ...ends, watch]);
      const payload = { ask: 'distrust', gatewayId: 'gw-2', by: ' ' };
      const { error } = (await flow.ask(id, { payload }, 'error')) as unknown as { error: Error };
      assert.match(error.message, /msg\.by must be the name of who decides/);
      assert.equal(distrusts(id, 'gw-2'), false);
    });

  it('shows no ways at a gateway', async () => {
    await flow.start([...gateway('gw-1'), ...ends, watch]);
    const { error } = (await flow.ask('gw-1', { payload: { ask: 'ways' } }, 'error')) as unknown as {
      error: Error;
    };
    assert.match(error.message, /payload\.ask "ways" is for the head-end/);
  });
});
