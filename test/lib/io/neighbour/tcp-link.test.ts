import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { encodeCell } from '../../../../nodes/lib/neighbour/cell';
import { encodeHello } from '../../../../nodes/lib/neighbour/hello';
import { dialTcpLink, TcpLinkServer } from '../../../../nodes/lib/io/neighbour/tcp-link';
import type { NeighbourLink } from '../../../../nodes/lib/neighbour/link';
import { hasty, LiveMesh } from './live-mesh';

const MOST_CONNECTIONS = 32;
const SOON_MS = 300;

/** Somebody who connects and says that he is so many neighbours. */
async function claim(port: number, first: number, names: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  socket.resume();
  for (let node = first; node < first + names; node += 1) {
    const hello = { gatewayId: `claimed-${node}`, boot: 1, way: null, heard: new Map([[1, 255]]) };
    socket.write(
      encodeCell({ kind: 'hello', fromNode: node, toNode: 0xffff, sequence: 1, body: encodeHello(hello) }),
    );
  }
  return socket;
}

describe('neighbours over TCP', function () {
  this.timeout(60_000);
  let root: LiveMesh;
  let server: TcpLinkServer;
  let meshes: LiveMesh[];
  const links = new Map<NeighbourLink, NeighbourLink>();

  async function listen(port: number, introductionMs?: number): Promise<void> {
    server = await TcpLinkServer.listen(
      '127.0.0.1',
      port,
      (link) => {
        const quick = hasty(link);
        links.set(link, quick);
        root.mesh.addLink(quick);
      },
      (link) => void root.mesh.removeLink(links.get(link)!),
      introductionMs,
    );
  }

  function dialled(nodeId: number): LiveMesh {
    const mesh = new LiveMesh(nodeId);
    mesh.mesh.addLink(hasty(dialTcpLink('127.0.0.1', server.port)));
    meshes.push(mesh);
    return mesh;
  }

  beforeEach(async () => {
    root = new LiveMesh(1);
    root.mesh.setWayUp(true);
    meshes = [root];
    await listen(0);
  });

  afterEach(async () => {
    await Promise.all(meshes.map(({ mesh }) => mesh.close()));
    await server.close();
  });

  it('carries frames of several up and an answer down to one of them', async () => {
    const [one, two] = [dialled(2), dialled(3)];
    one.up('x'.repeat(60_000));
    two.up('from two');
    await root.until(() => root.ups.length === 2);
    assert.deepEqual(root.ups.map((text) => text.length).sort(), [60_000, 8].sort());
    root.mesh.carryDown('gw-3', Buffer.from('for two'));
    await two.until(() => two.downs.length === 1);
    assert.deepEqual([one.downs, two.downs], [[], ['for two']]);
  });

  it('goes on after the listener was away', async () => {
    const one = dialled(2);
    one.up('before');
    await root.until(() => root.ups.length === 1);
    const { port } = server;
    await server.close();
    await one.until(() => one.events.some(({ kind }) => kind === 'neighbourLost'));
    one.up('meanwhile');
    await listen(port);
    await root.until(() => root.ups.length === 2);
    assert.deepEqual(root.ups, ['before', 'meanwhile']);
  });

  it('says why when the port is taken', async () => {
    const nothing = (): void => undefined;
    await assert.rejects(TcpLinkServer.listen('127.0.0.1', server.port, nothing, nothing), /EADDRINUSE/);
  });

  it('takes one neighbour from one connection, and no more connections than there can be neighbours', async () => {
    const neighbours = (): number => root.mesh.status.neighbours.length;
    const first = await claim(server.port, 100, 60);
    await root.until(() => neighbours() === 1);
    const sockets = [first];
    for (let at = 1; at < MOST_CONNECTIONS; at += 1)
      sockets.push(await claim(server.port, 1_000 + 100 * at, 60));
    await root.until(() => neighbours() === MOST_CONNECTIONS);
    const oneMore = await claim(server.port, 9_000, 1);
    await once(oneMore, 'close');
    assert.equal(neighbours(), MOST_CONNECTIONS);
    first.destroy();
    await root.until(() => neighbours() === MOST_CONNECTIONS - 1);
    dialled(2).up('from an honest one');
    await root.until(() => root.ups.length === 1);
    for (const socket of sockets) socket.destroy();
  });

  it('ends a connection on which nobody greets, or nobody any more, and keeps the others', async () => {
    const { port } = server;
    await server.close();
    await listen(port, SOON_MS);
    const silent = await claim(port, 1, 0);
    const greeting = await claim(port, 7, 1);
    await once(silent, 'close');
    assert.equal(greeting.destroyed, false);
    assert.equal(root.mesh.status.neighbours.length, 1);
    await once(greeting, 'close');
    await root.until(() => root.mesh.status.neighbours.length === 0);
  });
});
