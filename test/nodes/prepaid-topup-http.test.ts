// The way of a webhook over a real connection, through Node-RED's own http nodes: the signature is over raw bytes.
import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { NodeAPI, NodeInitializer } from 'node-red';
import helper from 'node-red-node-test-helper';
import { RunningFlow } from './running-flow';
import { signedHeaders } from './signed-webhook';

const load = createRequire(__filename);
const TYPES = ['prepaid-site', 'prepaid-register', 'balance-guard', 'prepaid-topup'];
const SECRET = 'a secret of the provider';
/** Written as no serializer would write it, so that parsing and writing it again would change it. */
const BODY = '{ "reference": "w1",\t"accountId":"A1", "amount" : 25.00, "payer":"R\\u00e4o" }\n';

describe('prepaid-topup behind Node-RED’s http in', () => {
  let flow: RunningFlow;
  let server: Server;
  let address: string;

  before(async () => {
    flow = await RunningFlow.open();
    let app: RequestListener | undefined;
    const listen = (RED: NodeAPI): void => {
      app = RED.httpNode;
    };
    const httpNodes = load('@node-red/nodes/core/network/21-httpin.js') as NodeInitializer;
    const palette = TYPES.map((type) => load(`../../nodes/${type}/${type}`) as NodeInitializer);
    const place = { z: 'f0', x: 100, y: 100 };
    const nodes = [
      { id: 'f0', type: 'tab', label: 'test' },
      flow.site(),
      { ...place, id: 'register', type: 'prepaid-register', site: 'site', wires: [['registered']] },
      {
        ...place,
        id: 'raw',
        type: 'http in',
        url: '/pay',
        method: 'post',
        skipBodyParsing: true,
        wires: [['topup']],
      },
      { ...place, id: 'parsed', type: 'http in', url: '/parsed', method: 'post', wires: [['topup']] },
      {
        ...place,
        id: 'topup',
        type: 'prepaid-topup',
        site: 'site',
        provider: 'generic',
        wires: [['guard'], ['response'], []],
      },
      { ...place, id: 'guard', type: 'balance-guard', site: 'site', wires: [[], [], []] },
      { ...place, id: 'response', type: 'http response', wires: [] },
      { ...place, id: 'registered', type: 'helper' },
    ];
    await helper.load([listen, httpNodes, ...palette], nodes, { topup: { secret: SECRET } });
    assert.ok(app);
    server = createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const house = { accountId: 'A1', name: 'House 1', meterId: 'M1' };
    await flow.ask('register', { payload: house }, 'registered');
  });
  after(async () => {
    await new Promise((resolve) => server.close(resolve));
    await flow.close();
  });

  const post = async (
    path: string,
    body: string,
    signed = body,
  ): Promise<{ status: number; answer: unknown }> => {
    const response = await fetch(address + path, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...signedHeaders(SECRET, signed) },
    });
    return { status: response.status, answer: await response.json() };
  };

  it('credits what was signed, and tells the provider', async () => {
    assert.deepEqual(await post('/pay', BODY), { status: 200, answer: { received: true } });
    assert.equal(flow.ledger.store.balanceOf('A1'), 25_000_000);
  });

  it('credits it when the clock of this machine has a wrong year', async () => {
    const [realNow, realPath] = [Date.now, process.env['PATH']];
    const headers = signedHeaders(SECRET, BODY);
    // What the time service of this machine says is not of the test's clock.
    process.env['PATH'] = '';
    Date.now = () => realNow() + 365 * 86_400_000;
    try {
      const response = await fetch(`${address}/pay`, { method: 'POST', body: BODY, headers });
      assert.equal(response.status, 200);
      assert.equal(flow.ledger.store.balanceOf('A1'), 25_000_000);
    } finally {
      Date.now = realNow;
      process.env['PATH'] = realPath;
    }
  });

  it('credits it once over a hundred connections', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => post('/pay', BODY)));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(flow.ledger.store.balanceOf('A1'), 25_000_000);
  });

  it('refuses bytes that were changed on the way', async () => {
    const { status } = await post('/pay', BODY.replace('w1', 'w2').replace('25.00', '95.00'), BODY);
    assert.equal(status, 401);
    assert.equal(flow.ledger.store.balanceOf('A1'), 25_000_000);
  });

  it('says what to do when the flow parses the body', async () => {
    const { status, answer } = await post('/parsed', BODY);
    assert.equal(status, 500);
    assert.match((answer as { error: string }).error, /must not parse the request body/);
  });
});
