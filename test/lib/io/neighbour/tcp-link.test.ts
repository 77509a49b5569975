import assert from 'node:assert/strict';
import { dialTcpLink, TcpLinkServer } from '../../../../nodes/lib/io/neighbour/tcp-link';
import type { NeighbourLink } from '../../../../nodes/lib/neighbour/link';
import { hasty, LiveMesh } from './live-mesh';

describe('neighbours over TCP', function () {
  this.timeout(60_000);
  let root: LiveMesh;
  let server: TcpLinkServer;
  let meshes: LiveMesh[];
  const links = new Map<NeighbourLink, NeighbourLink>();

  async function listen(port: number): Promise<void> {
    server = await TcpLinkServer.listen(
      '127.0.0.1',
      port,
      (link) => {
        const quick = hasty(link);
        links.set(link, quick);
        root.mesh.addLink(quick);
      },
      (link) => void root.mesh.removeLink(links.get(link)!),
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
});
