import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { TcpPort } from '../../../../nodes/lib/io/serial/tcp-port';

describe('TCP port', function () {
  this.timeout(60_000);

  let server: Server;
  let port = 0;

  beforeEach(async () => {
    server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

  async function connected(): Promise<{ near: TcpPort; far: Socket }> {
    const accepted = once(server, 'connection');
    const near = await TcpPort.open('127.0.0.1', port);
    return { near, far: ((await accepted) as [Socket])[0] };
  }

  it('carries bytes both ways', async () => {
    const { near, far } = await connected();
    const heard = new Promise((resolve) => near.onData(resolve));
    near.write(Buffer.from([0, 0x1a, 0xff]));
    const [got] = (await once(far, 'data')) as [Buffer];
    assert.deepEqual([...got], [0, 0x1a, 0xff]);
    far.write('OK');
    assert.equal(String(await heard), 'OK');
    await near.close();
  });

  it('says when the other end goes away, and nothing when it is closed from here', async () => {
    const { near, far } = await connected();
    const lost = new Promise((resolve) => near.onClose(resolve));
    far.destroy();
    assert.equal(typeof (await lost), 'string');
    await near.close();
    const second = await connected();
    second.near.onClose(() => assert.fail('nobody lost it'));
    const ended = once(second.far, 'close');
    second.far.resume();
    await second.near.close();
    await ended;
    second.near.write(Buffer.from('too late'));
  });

  it('fails when nobody listens', async () => {
    const { near } = await connected();
    await near.close();
    const gone = port;
    await new Promise<void>((resolve) => void server.close(() => resolve()));
    await assert.rejects(TcpPort.open('127.0.0.1', gone), /ECONNREFUSED/);
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
});
