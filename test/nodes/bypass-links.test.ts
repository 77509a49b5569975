import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Aedes } from 'aedes';
import {
  DEFAULTS,
  MIGRATIONS,
  type BypassRouterSettings,
} from '../../nodes/bypass-router/bypass-router.config';
import { gatewaySettings } from '../../nodes/bypass-router/router-settings';
import { takeOutPassword } from '../../nodes/lib/neighbour/link-names';
import { migrateConfig } from '../../nodes/lib/red/config-migration';
import { BypassBench, ends, TEST_MS, until, watch } from './bypass-bench';
import { editorSources } from './editor-sources';
import type { RunningFlow } from './running-flow';

const SECRET = 's3cr@t';
const WRITTEN = encodeURIComponent(SECRET);
const settings = (stored: object): BypassRouterSettings =>
  migrateConfig<BypassRouterSettings>(stored, MIGRATIONS, DEFAULTS);

describe('bypass-router: passwords of links', function () {
  this.timeout(TEST_MS);

  it('takes them out of a flow of version 0, and goes on with them', () => {
    const old = { configVersion: 0, links: `/dev/ttyS1, mqtt://house:${WRITTEN}@broker/near,mqtts://b:2@c` };
    const config = settings(old);
    assert.equal(config.links, '/dev/ttyS1, mqtt://house@broker/near, mqtts://b@c');
    assert.deepEqual(gatewaySettings(config, 'kept').links, [
      { name: '/dev/ttyS1', password: 'kept' },
      { name: 'mqtt://house@broker/near', password: SECRET },
      { name: 'mqtts://b@c', password: '2' },
    ]);
  });

  for (const link of [`mqtt://house:${WRITTEN}@broker`, `mqtt://:${WRITTEN}@broker`, `MQTT://a:${SECRET}@b`])
    it(`refuses ${link} in a newer flow without repeating it`, () => {
      const config = settings({ configVersion: 1, links: `neighbours, ${link}` });
      assert.throws(
        () => gatewaySettings(config, ''),
        ({ message }: Error) =>
          message.includes('links must not hold a password') && !message.includes('s3cr'),
      );
    });

  it('has the dialog move it, and leaves a second one to the operator', async () => {
    assert.deepEqual(takeOutPassword('a, mqtt://x:1@h,mqtt://y:1@i, mqtt://z:2@k'), {
      text: 'a, mqtt://x@h, mqtt://y@i, mqtt://z:2@k',
      password: '1',
    });
    assert.deepEqual(takeOutPassword('tcp://h:4711, mqtt://u@h:1883/a:b@c'), {
      text: 'tcp://h:4711, mqtt://u@h:1883/a:b@c',
      password: null,
    });
    const { definition } = await editorSources('bypass-router');
    const node = { _: (key: string) => key };
    const judged = (links: string): unknown => definition.defaults['links']?.validate?.call(node, links, {});
    assert.equal(judged('mqtt://u@h'), true);
    assert.equal(judged('mqtt://u:p@h'), 'bypass-router.error.links');
    assert.equal(definition.credentials?.['linkPassword']?.type, 'password');
  });

  describe('in a running flow', () => {
    const bench = new BypassBench();
    let flow: RunningFlow;
    let broker: Aedes;
    let server: Server;
    let asked: string[];

    beforeEach(async () => {
      flow = await bench.open();
      asked = [];
      broker = await Aedes.createBroker({
        authenticate: (_client, user, password, done) => {
          asked.push(`${user ?? ''} ${password?.toString() ?? ''}`);
          done(null, true);
        },
      });
      server = createServer((socket) => broker.handle(socket)).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterEach(async () => {
      await bench.close();
      server.close();
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    });
    const address = (user: string): string =>
      `mqtt://${user}@127.0.0.1:${(server.address() as AddressInfo).port}`;

    it('gives the broker the credential of the node', async () => {
      const router = bench.gateway('gw-1', { configVersion: 1, links: address('house') });
      await flow.start([...router, ...ends, watch], { 'gw-1': { linkPassword: SECRET } });
      await until('a client', () => asked.length > 0);
      assert.deepEqual(asked, [`house ${SECRET}`]);
    });

    it('gives it what stood in the address before, and tells nobody', async () => {
      const router = bench.gateway('gw-1', { configVersion: 0, links: address(`house:${WRITTEN}`) });
      await flow.start([...router, ...ends, watch]);
      await until('a client', () => asked.length > 0);
      assert.deepEqual(asked, [`house ${SECRET}`]);
      const { payload } = await flow.ask('gw-1', { payload: { ask: 'state' } }, 'events');
      assert.equal(JSON.stringify(payload).includes('s3cr'), false);
    });

    it('says in its status and error that it is refused, without it', async () => {
      const router = bench.gateway('gw-1', { configVersion: 1, links: address(`house:${WRITTEN}`) });
      await flow.start([...router, ...ends, watch]);
      const { error } = (await flow.ask('gw-1', { payload: { ask: 'state' } }, 'error')) as unknown as {
        error: Error;
      };
      assert.match(error.message, /links must not hold a password: set it as the MQTT password/);
      assert.equal(`${error.stack}`.includes('s3cr'), false);
      assert.deepEqual(asked, []);
    });
  });
});
