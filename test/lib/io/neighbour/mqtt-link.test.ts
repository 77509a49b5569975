import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Aedes } from 'aedes';
import { MqttLink } from '../../../../nodes/lib/io/neighbour/mqtt-link';
import { hasty, LiveMesh } from './live-mesh';

describe('neighbours over MQTT', function () {
  this.timeout(60_000);
  let broker: Aedes;
  let server: Server;
  const sockets = new Set<Socket>();
  let meshes: LiveMesh[];

  async function listen(port: number): Promise<void> {
    broker = await Aedes.createBroker();
    server = createServer((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      broker.handle(socket);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }

  async function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
    await new Promise<void>((resolve) => {
      broker.close(() => resolve());
    });
  }

  const port = (): number => (server.address() as AddressInfo).port;

  function joined(nodeId: number): LiveMesh {
    const mesh = new LiveMesh(nodeId);
    const url = `mqtt://127.0.0.1:${port()}`;
    const options = { url, username: '', password: '', clientId: `node-${nodeId}`, topic: 'near', nodeId };
    mesh.mesh.addLink(hasty(new MqttLink(options)));
    meshes.push(mesh);
    return mesh;
  }

  beforeEach(async () => {
    meshes = [];
    await listen(0);
  });

  afterEach(async () => {
    await Promise.all(meshes.map(({ mesh }) => mesh.close()));
    await stop();
  });

  it('carries frames of several up and an answer down to one of them', async () => {
    const [root, one, two] = [joined(1), joined(2), joined(3)];
    root.mesh.setWayUp(true);
    one.up('y'.repeat(60_000));
    two.up('from two');
    await root.until(() => root.ups.length === 2);
    root.mesh.carryDown('gw-2', Buffer.from('for one'));
    await one.until(() => one.downs.length === 1);
    assert.deepEqual([one.downs, two.downs], [['for one'], []]);
  });

  it('goes on after the broker was away', async () => {
    const [root, one] = [joined(1), joined(2)];
    root.mesh.setWayUp(true);
    one.up('before');
    await root.until(() => root.ups.length === 1);
    const formerPort = port();
    await stop();
    await one.until(() => one.events.some(({ kind }) => kind === 'neighbourLost'));
    one.up('meanwhile');
    await listen(formerPort);
    await root.until(() => root.ups.length === 2);
    assert.deepEqual(root.ups, ['before', 'meanwhile']);
  });

  it('refuses a topic that would hear others', () => {
    const options = { url: 'mqtt://127.0.0.1', username: '', password: '', clientId: 'x', nodeId: 1 };
    assert.throws(() => new MqttLink({ ...options, topic: 'a/#' }), /topic/);
    assert.throws(() => new MqttLink({ ...options, topic: 'a', nodeId: 0 }), /node number/);
  });
});
