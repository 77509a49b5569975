import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrepaidMessage } from '../../nodes/lib/meter/prepaid-message';
import type { IdentityNode } from '../../nodes/lib/red/identity-access';
import { freePort } from '../bench/scratch-folder';
import { readHeader } from '../../nodes/lib/bypass/frame';
import { needs, pathOrSkip } from '../needs';
import { BypassBench, ends, reading, TEST_MS, until, watch } from './bypass-bench';
import { type RunningFlow, withDeadline } from './running-flow';

/** Two ends of a real terminal line. */
async function serialLine(
  program: string,
  folder: string,
): Promise<{ links: [string, string]; pull: () => void }> {
  const links: [string, string] = [join(folder, 'left'), join(folder, 'right')];
  const socat = spawn(
    program,
    links.map((link) => `pty,raw,echo=0,link=${link}`),
  );
  await until('the serial line', () => links.every((link) => existsSync(link)));
  return { links, pull: () => socat.kill() };
}

describe('bypass-router', function () {
  this.timeout(TEST_MS);
  const bench = new BypassBench();
  const { head, gateway } = bench;
  let flow: RunningFlow;

  beforeEach(async () => (flow = await bench.open()));
  afterEach(() => bench.close());

  const codesFor = (ids: readonly string[]): ReturnType<BypassBench['codesFor']> => bench.codesFor(ids);
  const waiting = (id: string): number => bench.waiting(id);

  it('lets a gateway in by its code, and deletes nothing before the origin comes back', async () => {
    const credentials = await codesFor(['gw-1']);
    await flow.start(
      [
        ...head({ wires: [['opened'], ['gw-1'], ['alarms']] }),
        ...gateway('gw-1', { wires: [['head'], [], ['events']] }),
        ...ends,
        watch,
      ],
      credentials,
    );
    const opened = flow.next('opened');
    flow.send('gw-1', { payload: [reading(1), reading(2)] });
    const message = await opened;
    assert.deepEqual(
      (message.payload as { energyWh: number }[]).map(({ energyWh }) => energyWh),
      [1, 2],
    );
    assert.equal(message.prepaid?.origin?.gatewayId, 'gw-1');
    await flow.ask('head', { payload: { ask: 'state' } }, 'alarms');
    assert.equal(waiting('gw-1'), 2, 'nobody has said that they are stored');
    const downBefore = (flow.node('head-identity') as IdentityNode).identity!.store.use(0).items;
    flow.send('head', { payload: { meterId: 'M1' }, gatewayId: 'gw-1', prepaid: { accountId: 'A1' } });
    await flow.ask('head', { payload: { ask: 'state' } }, 'alarms');
    const downAfter = (flow.node('head-identity') as IdentityNode).identity!.store.use(0).items;
    assert.equal(downAfter, downBefore, 'what comes back without an origin is no command');
    flow.send('head', { payload: {}, prepaid: { origin: message.prepaid.origin } });
    await until('an empty outbox', () => waiting('gw-1') === 0);
    const { payload } = await flow.ask('head', { payload: { ask: 'state' } }, 'alarms');
    const [facts] = (payload as { gateways: Record<string, unknown>[] }).gateways;
    assert.deepEqual(
      [facts?.['gatewayId'], facts?.['isCarried'], facts?.['meterIds'], facts?.['readings']],
      ['gw-1', false, ['M1'], 2],
    );
  });

  it('brings readings into the ledger, where copies and refused ones are answered too', async () => {
    const credentials = await codesFor(['gw-1']);
    await flow.start(
      [
        flow.site(),
        ...head({ site: 'site', wires: [['ingest'], ['gw-1'], ['alarms']] }),
        ...gateway('gw-1', { wires: [['head'], [], ['events']] }),
        { id: 'register', type: 'prepaid-register', site: 'site', wires: [['opened']] },
        {
          id: 'ingest',
          type: 'meter-ingest',
          site: 'site',
          maxAgeDays: 0,
          wires: [['tariff'], ['alarms'], []],
        },
        { id: 'tariff', type: 'tariff-calc', site: 'site', tariffId: 'home', wires: [['guard'], []] },
        { id: 'guard', type: 'balance-guard', site: 'site', wires: [['down'], [], []] },
        ...ends,
        watch,
      ],
      credentials,
    );
    await flow.ask('register', { payload: { accountId: 'A1', name: 'House', meterId: 'M1' } }, 'opened');
    const stranger = { meterId: 'nobody', atMs: Date.now(), energyWh: 5 };
    const first = reading(10);
    flow.send('gw-1', { payload: [first, stranger, first, reading(20)] });
    await until(
      'an empty outbox',
      () => waiting('gw-1') === 0 && flow.ledger.store.knownMeter('M1') !== undefined,
    );
    await until('the ledger', () => flow.ledger.store.knownMeter('M1')?.head?.energyWh === 20);
  });

  /** All that a node sends from any output, logs and shows, as bytes. */
  function everythingOf(id: string): Buffer[] {
    const told: Buffer[] = [];
    const node = flow.node(id) as unknown as Record<string, (...words: unknown[]) => unknown>;
    const keep = (value: unknown): void => {
      if (Buffer.isBuffer(value)) told.push(value);
      else if (Array.isArray(value)) value.forEach(keep);
      else if (value instanceof Error) told.push(Buffer.from(value.message));
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(keep);
      else told.push(Buffer.from(String(value)));
    };
    for (const name of ['send', 'log', 'warn', 'error', 'status', 'trace', 'debug']) {
      const before = node[name]!.bind(node);
      node[name] = (...words) => {
        keep(words);
        return before(...words);
      };
    }
    return told;
  }

  /** The links field of both gateways, and what joins them besides wires of the flow. */
  const cables: Record<
    string,
    (test: Mocha.Context) => Promise<{ links: [string, string]; pull: () => void }>
  > = {
    'wires of the flow': () =>
      Promise.resolve({ links: ['neighbours', 'neighbours'], pull: () => undefined }),
    'a TCP connection': async () => {
      const port = await freePort();
      return { links: [`tcp://127.0.0.1:${port}`, `listen://127.0.0.1:${port}`], pull: () => undefined };
    },
    'a serial line': (test) => serialLine(pathOrSkip(needs.socat, test), flow.folder),
  };
  for (const [cable, lay] of Object.entries(cables))
    it(`goes by ${cable} through a neighbour, who can read nothing of it, and says so on both displays`, async function () {
      const { links, pull } = await lay(this);
      const credentials = await codesFor(['gw-1', 'gw-2']);
      await flow.start(
        [
          ...head({ acknowledge: 'arrival', wires: [['opened'], ['gw-2'], ['alarms']] }),
          ...gateway('gw-1', { hasDirect: false, links: links[0], wires: [[], ['gw-2'], ['events']] }),
          ...gateway('gw-2', { links: links[1], wires: [['head', 'up'], ['gw-1'], ['down']] }),
          ...ends,
          watch,
        ],
        credentials,
      );
      const told = everythingOf('gw-2');
      const displays: unknown[] = [];
      for (const id of ['events', 'down'])
        flow.node(id).on('input', (message) => displays.push((message as PrepaidMessage).payload));
      const opened = flow.next('opened');
      const secret = { meterId: 'SECRET-METER', atMs: Date.now(), energyWh: 123_456_789 };
      flow.send('gw-1', { payload: { ...secret, amountMicros: 987_654_321 } });
      const { payload } = await opened;
      assert.deepEqual((payload as { meterId: string }).meterId, 'SECRET-METER');
      await until('an empty outbox', () => waiting('gw-1') === 0);
      await until('the display of the carrier', () =>
        displays.some((text) => String(text).startsWith('Routed')),
      );
      assert.ok(displays.includes('Connection\nbarred'));
      const state = await flow.ask('head', { payload: { ask: 'state' } }, 'alarms');
      const facts = (state.payload as { gateways: { gatewayId: string; via: string }[] }).gateways;
      assert.equal(facts.find(({ gatewayId }) => gatewayId === 'gw-1')?.via, 'gw-2');
      assert.ok(
        told.some((bytes) => readHeader(bytes)?.header.gatewayId === 'gw-1'),
        'it carried a frame',
      );
      const stored = readdirSync(join(flow.folder, 'bypass'))
        .filter((name) => name.includes('gw-2'))
        .map((name) => readFileSync(join(flow.folder, 'bypass', name)));
      for (const bytes of [...told, ...stored])
        for (const text of ['SECRET-METER', '123456789', '987654321'])
          assert.equal(bytes.includes(text), false);
      pull();
    });

  it('carries a command down to the gateway of a meter', async () => {
    const credentials = await codesFor(['gw-1']);
    await flow.start(
      [
        ...head({ acknowledge: 'arrival', wires: [['opened'], ['gw-1'], ['alarms']] }),
        ...gateway('gw-1', { wires: [['head'], [], ['events']] }),
        ...ends,
        watch,
      ],
      credentials,
    );
    const opened = flow.next('opened');
    flow.send('gw-1', { payload: reading(1) });
    await opened;
    const command = withDeadline<PrepaidMessage>('the command', (resolve) =>
      flow.node('events').on('input', (message) => {
        if ((message as PrepaidMessage)['event'] === 'command') resolve(message as PrepaidMessage);
      }),
    );
    flow.send('head', { topic: 'wk/M1/command', payload: '{"desired":"off"}' });
    const { topic, payload } = await command;
    assert.deepEqual([topic, payload], ['wk/M1/command', '{"desired":"off"}']);
  });

  it('goes over to a new key without a break', async () => {
    const credentials = await codesFor(['gw-1']);
    await flow.start(
      [
        ...head({ acknowledge: 'arrival', wires: [['opened'], ['gw-1'], ['alarms']] }),
        ...gateway('gw-1', { wires: [['head'], [], ['events']] }),
        ...ends,
        watch,
      ],
      credentials,
    );
    const keyOf = (id: string): string =>
      (flow.node(`${id}-identity`) as IdentityNode).identity!.keys.inUse.publicKey.toString('hex');
    const [old, oldHead] = [keyOf('gw-1'), keyOf('head')];
    flow.send('gw-1', { payload: { ask: 'rotate' } });
    await until('the new key of the gateway', () => keyOf('gw-1') !== old);
    flow.send('head', { payload: { ask: 'rotate' } });
    await until('the new key of the head-end', () => keyOf('head') !== oldHead);
    const opened = flow.next('opened');
    flow.send('gw-1', { payload: reading(3) });
    assert.equal(((await opened).payload as { energyWh: number }).energyWh, 3);
    await until('an empty outbox', () => waiting('gw-1') === 0);
  });

  it('takes a sealed file that was carried on foot, and the answer back', async () => {
    const credentials = await codesFor(['gw-1']);
    const nodes = [...head({ acknowledge: 'arrival' }), ...gateway('gw-1'), ...ends, watch];
    await flow.start(nodes, credentials);
    const key = await flow.ask('gw-1', { payload: { ask: 'identity' } }, 'events');
    const { publicKey } = key.payload as { publicKey: string };
    await flow.ask('head', { payload: { ask: 'admit', gatewayId: 'gw-1', publicKey } }, 'alarms');
    flow.send('gw-1', { payload: [reading(1), reading(2), reading(3)] });
    await until('three in the outbox', () => waiting('gw-1') === 3);
    const [up, down] = [join(flow.folder, 'up.sealed'), join(flow.folder, 'down.sealed')];
    flow.send('gw-1', { payload: { ask: 'export', file: up } });
    const opened: unknown[] = [];
    flow.node('opened').on('input', (message) => opened.push((message as PrepaidMessage).payload));
    flow.send('head', { payload: { ask: 'import', file: up } });
    await until('three readings', () => opened.length === 3);
    assert.equal(readFileSync(up).includes('M1'), false);
    flow.send('head', { payload: { ask: 'export', file: down } });
    flow.send('gw-1', { payload: { ask: 'import', file: down } });
    await until('an empty outbox', () => waiting('gw-1') === 0);
    flow.send('head', { payload: { ask: 'import', file: up } });
    await flow.ask('head', { payload: { ask: 'state' } }, 'alarms');
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(opened.length, 3, 'the file again gives nothing again');
  });

  it('keeps its own topic to itself, so that nobody can slip in a key', async () => {
    const credentials = await codesFor(['gw-1']);
    await flow.start([...gateway('gw-1'), ...ends, watch], credentials);
    const key = { control: 'key', publicKey: '00'.repeat(32) };
    const message = { topic: '$bypass', payload: key };
    const { error } = (await flow.ask('gw-1', message, 'error')) as unknown as { error: Error };
    assert.match(error.message, /topic must not be "\$bypass"/);
  });

  const bad: [id: string, payload: object, says: RegExp][] = [
    ['head', { ask: 'weather' }, /payload.ask must be one of state, .*, got "weather"/],
    ['head', { ask: 'code', gatewayId: 'a b' }, /gatewayId must be 1 to 32 letters.*"a b"/],
    ['head', { ask: 'way', way: 'direct' }, /is for a gateway/],
    ['head', { command: 1 }, /msg.gatewayId must be the name of an enrolled gateway/],
    ['head', { ask: 'import' }, /payload.file must be text.*"missing"/],
  ];
  for (const [id, payload, says] of bad)
    it(`refuses ${JSON.stringify(payload)}`, async () => {
      await flow.start([...head(), ...ends, watch]);
      const { error } = (await flow.ask(id, { payload }, 'error')) as unknown as { error: Error };
      assert.match(error.message, says);
    });

  it('keeps everything until somebody enters a code', async () => {
    await flow.start([
      ...head({ acknowledge: 'arrival', wires: [['opened'], ['gw-1'], ['alarms']] }),
      ...gateway('gw-1', { wires: [['head'], [], ['events']] }),
      ...ends,
      watch,
    ]);
    flow.send('gw-1', { payload: reading(1) });
    await until('one in the outbox', () => waiting('gw-1') === 1);
    const { payload } = await flow.ask('head', { payload: { ask: 'code', gatewayId: 'gw-1' } }, 'alarms');
    const { code } = payload as { code: string };
    const opened = flow.next('opened');
    flow.send('gw-1', { payload: { ask: 'enter', code } });
    assert.equal(((await opened).payload as { energyWh: number }).energyWh, 1);
    await until('an empty outbox', () => waiting('gw-1') === 0);
  });

  it('refuses a code with a typing error', async () => {
    const credentials = await codesFor(['gw-1']);
    const wrong = credentials['gw-1-identity']!;
    // The last character holds bits that say nothing.
    wrong.code = `${wrong.code.slice(0, -2)}${wrong.code.at(-2) === 'A' ? 'E' : 'A'}${wrong.code.slice(-1)}`;
    await flow.start([...gateway('gw-1'), ...ends, watch], credentials);
    const { error } = (await flow.ask('gw-1', { payload: reading(1) }, 'error')) as unknown as {
      error: Error;
    };
    assert.match(error.message, /not complete or has a typing error/);
  });
});
