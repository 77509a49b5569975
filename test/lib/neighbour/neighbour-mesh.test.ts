import assert from 'node:assert/strict';
import { encodeCell } from '../../../nodes/lib/neighbour/cell';
import { encodeHello } from '../../../nodes/lib/neighbour/hello';
import { NETWORK_MEDIUM, serialMedium } from '../../../nodes/lib/neighbour/link';
import { MAX_FRAME_BYTES } from '../../../nodes/lib/neighbour/packet';
import { MeshNode } from './mesh-node';
import { dice } from './seeded-dice';
import { SimulatedTime } from './simulated-time';
import { SimulatedBus, SimulatedLine } from './simulated-wires';

const MINUTE_MS = 60_000;
const UART = serialMedium({ baudRate: 9_600, isShared: false });

/** Nodes 1 to n; a wire for each pair. */
function town(nodes: number, pairs: readonly (readonly [number, number])[], medium = NETWORK_MEDIUM) {
  const time = new SimulatedTime();
  const random = dice(20_261);
  const all = Array.from({ length: nodes }, (_, at) => new MeshNode(at + 1, time, dice(at + 1)));
  const wires = pairs.map(([one, other]) => {
    const wire = new SimulatedLine(time, random, medium);
    for (const at of [one, other]) all[at - 1]!.join(wire.join(`${one}-${other}`));
    return wire;
  });
  const node = (id: number): MeshNode => all[id - 1]!;
  const allHaveWay = () => all.every(({ mesh }) => mesh.status.hops !== null);
  return { time, all, node, wires, allHaveWay };
}

const ring = (nodes: number): [number, number][] =>
  Array.from({ length: nodes }, (_, at) => [at + 1, ((at + 1) % nodes) + 1]);

const texts = (node: MeshNode): string[] => node.ups.map(({ text }) => text);

describe('a mesh of neighbours', () => {
  it('of two carries a frame up, and an answer down', () => {
    const { time, node } = town(2, [[1, 2]], UART);
    node(1).mesh.setWayUp(true);
    node(2).up('sealed');
    time.until(() => node(2).carried === 1, 'carried', MINUTE_MS);
    assert.deepEqual(node(1).ups, [{ text: 'sealed', from: 'gw-2' }]);
    node(1).mesh.carryDown('gw-2', Buffer.from('answer'));
    time.until(() => node(1).carried === 1, 'answered', MINUTE_MS);
    assert.deepEqual(node(2).downs, [{ text: 'answer', from: 'gw-1' }]);
  });

  it('keeps a frame until somebody has a way, and gives it to its own way when that comes', () => {
    const { time, node } = town(2, [[1, 2]]);
    node(1).up('for me');
    node(2).up('for anybody');
    time.pass(MINUTE_MS);
    assert.deepEqual([node(1).carried, node(1).mesh.status.waiting], [0, 1]);
    node(1).mesh.setWayUp(true);
    time.until(() => node(1).ups.length === 2, 'both are up', MINUTE_MS);
    assert.deepEqual(texts(node(1)).sort(), ['for anybody', 'for me']);
  });

  it('is a ring that finds the other side when a wire is cut', () => {
    const { time, node, wires, allHaveWay } = town(6, ring(6), UART);
    node(1).mesh.setWayUp(true);
    time.until(allHaveWay, 'all have a way', 2 * MINUTE_MS);
    time.pass(MINUTE_MS);
    assert.deepEqual([node(2).mesh.status.hops, node(4).mesh.status.hops], [1, 3]);
    wires[0]!.isCut = true;
    node(2).up('the long way');
    time.until(() => node(2).carried === 1, 'carried', 5 * MINUTE_MS);
    assert.equal(node(2).mesh.status.hops, 5);
    assert.deepEqual(texts(node(1)), ['the long way']);
  });

  it('of twenty finds a way for all, and everybody keeps out of circles when it ends', () => {
    const across = [5, 9, 14].map((at): [number, number] => [at, ((at + 7) % 20) + 1]);
    const { time, all, node, allHaveWay } = town(20, [...ring(20), ...across]);
    node(1).mesh.setWayUp(true);
    time.until(allHaveWay, 'all have a way', MINUTE_MS);
    for (const one of all.slice(1)) one.up(one.gatewayId);
    time.until(() => node(1).ups.length === 19, 'all are up', MINUTE_MS);
    node(1).mesh.setWayUp(false);
    time.until(() => all.every(({ mesh }) => mesh.status.hops === null), 'nobody has a way', MINUTE_MS);
    node(11).mesh.setWayUp(true);
    time.until(allHaveWay, 'all have another', MINUTE_MS);
    node(1).up('late');
    time.until(() => node(11).ups.length === 1, 'up elsewhere', MINUTE_MS);
  });

  it('of twenty on one RS-485 wire at 9600 baud serves everybody', () => {
    const time = new SimulatedTime();
    const bus = new SimulatedBus(time, dice(1), serialMedium({ baudRate: 9_600, isShared: true }));
    const all = Array.from({ length: 20 }, (_, at) =>
      new MeshNode(at + 1, time, dice(at)).join(bus.join('')),
    );
    const [root, ...others] = all as [MeshNode, ...MeshNode[]];
    bus.noise = 0.00002;
    root.mesh.setWayUp(true);
    for (const one of others) for (let frame = 0; frame < 3; frame += 1) one.up(`${frame}`.padEnd(500, 'x'));
    time.until(() => root.ups.length === 57, 'all are up', 10 * MINUTE_MS);
    time.until(() => others.every(({ carried }) => carried === 3), 'all know it', 5 * MINUTE_MS);
  });

  it('sends a frame down by all ways when nobody knows where the gateway is', () => {
    const { time, node } = town(6, ring(6));
    time.pass(MINUTE_MS);
    node(1).mesh.carryDown('gw-4', Buffer.from('where are you'));
    time.until(() => node(1).carried === 1, 'taken', MINUTE_MS);
    assert.deepEqual(node(4).downs, [{ text: 'where are you', from: 'gw-1' }]);
  });

  it('offers a frame again that the way up could not take', () => {
    const { time, node } = town(2, [[1, 2]]);
    node(1).takesUp = false;
    node(1).mesh.setWayUp(true);
    node(2).up('patience');
    time.pass(MINUTE_MS);
    assert.equal(node(2).carried, 0);
    node(1).takesUp = true;
    time.until(() => node(2).carried === 1, 'carried', 5 * MINUTE_MS);
    assert.deepEqual(texts(node(1)), ['patience']);
  });

  it('lets neither own frames nor those of others starve', () => {
    const { time, node } = town(
      3,
      [
        [1, 2],
        [2, 3],
      ],
      UART,
    );
    node(1).mesh.setWayUp(true);
    time.until(() => node(3).mesh.status.hops === 2, 'a way', MINUTE_MS);
    const fill = (one: MeshNode): void => {
      while (one.mesh.status.waiting < 10) one.up(one.gatewayId.padEnd(2_000, '-'));
    };
    for (let step = 0; step < 600; step += 1) {
      fill(node(2));
      fill(node(3));
      time.pass(1_000);
    }
    const own = node(1).ups.filter(({ from }) => from === 'gw-2').length;
    const others = node(1).ups.filter(({ from }) => from === 'gw-3').length;
    assert.ok(own + others > 220, `${own} + ${others} frames in ten minutes`);
    assert.ok(Math.abs(own - others) < 0.2 * (own + others), `${own} own, ${others} of the neighbour`);
    // An answer for the neighbour passes although the wire is full both ways.
    node(1).mesh.carryDown('gw-3', Buffer.from('answer'));
    time.until(() => node(3).downs.length === 1, 'answered', MINUTE_MS);
  });

  it('holds no more than its bounds, and says so', () => {
    const { time, node } = town(2, [[1, 2]]);
    const largest = new Uint8Array(MAX_FRAME_BYTES);
    const { mesh } = node(1);
    assert.deepEqual(mesh.carryUp(new Uint8Array(MAX_FRAME_BYTES + 1)), { isTaken: false, why: 'size' });
    assert.deepEqual(mesh.carryUp(new Uint8Array(0)), { isTaken: false, why: 'size' });
    assert.deepEqual(mesh.carryDown('gw-1', largest), { isTaken: false, why: 'name' });
    assert.deepEqual(mesh.carryDown('two words', largest), { isTaken: false, why: 'name' });
    let taken = 0;
    while (mesh.carryUp(largest).isTaken) taken += 1;
    assert.equal(taken, Math.floor(4_194_304 / MAX_FRAME_BYTES));
    assert.deepEqual(mesh.carryUp(largest), { isTaken: false, why: 'full' });
    // After an hour without a way they are the giver's again.
    time.pass(61 * MINUTE_MS);
    const givenUp = node(1).events.filter(({ kind }) => kind === 'givenUp').length;
    assert.deepEqual([givenUp, mesh.status.waiting], [taken, 0]);
  });

  it('refuses names and numbers that do not fit', () => {
    const time = new SimulatedTime();
    for (const nodeId of [0, 65_535, 1.5, Number.NaN])
      assert.throws(() => new MeshNode(nodeId, time, dice(1)), /node number/);
    for (const name of ['', 'two words', 'x'.repeat(33), 'straße'])
      assert.throws(() => new MeshNode(1, time, dice(1), name), /gateway id/);
  });

  it('shows nobody on the way more than the frame it was given', () => {
    const { time, node, wires } = town(3, [
      [1, 2],
      [2, 3],
    ]);
    const traffic: Uint8Array[] = [];
    for (const wire of wires) wire.onTraffic = (bytes) => traffic.push(bytes);
    node(1).mesh.setWayUp(true);
    node(3).up('\x01\x02 sealed bytes \xfe');
    time.until(() => node(3).carried === 1, 'carried', MINUTE_MS);
    const words = Buffer.concat(traffic)
      .toString('latin1')
      .match(/[\x20-\x7e]{4,}/g);
    // All there is to read is the pseudonyms and what the caller itself put into the frame.
    for (const word of words ?? []) assert.match(word, /^.?(gw-\d.*| sealed bytes )/);
    const held = JSON.stringify([node(2).events, node(2).mesh.status]);
    assert.ok(!held.includes('sealed bytes'));
  });

  it('is silent after it was closed', async () => {
    const { time, node } = town(2, [[1, 2]]);
    node(1).mesh.setWayUp(true);
    time.pass(MINUTE_MS);
    await node(2).mesh.close();
    const told = node(2).events.length;
    assert.deepEqual(node(2).mesh.carryUp(Buffer.of(1)), { isTaken: false, why: 'closed' });
    time.pass(MINUTE_MS);
    assert.equal(node(2).events.length, told);
  });
});

describe('what a mesh observes of its neighbours', () => {
  const of = (node: MeshNode, kind: string) => node.evidence.filter((one) => one.kind === kind);

  it('silence, and when it is heard again', () => {
    const { time, node, wires } = town(2, [[1, 2]]);
    time.pass(MINUTE_MS);
    wires[0]!.isCut = true;
    time.pass(MINUTE_MS);
    const [silence] = of(node(1), 'silence');
    assert.deepEqual([silence?.aboutGatewayId, silence?.count], ['gw-2', 1]);
    assert.ok(silence!.atMs > 1_780_000_000_000);
    wires[0]!.isCut = false;
    time.pass(MINUTE_MS);
    const seen = node(1).events.filter(({ kind }) => kind === 'neighbourSeen').length;
    assert.equal(seen, 2);
  });

  it('wrong CRCs, counted and told of once a minute', () => {
    const { time, node, wires } = town(2, [[1, 2]]);
    node(1).mesh.setWayUp(true);
    time.pass(MINUTE_MS);
    wires[0]!.trouble = { loss: 0, duplication: 0, reordering: 0, corruption: 0.5 };
    for (let frame = 0; frame < 40; frame += 1) node(2).up('x'.repeat(3_000));
    time.pass(5 * MINUTE_MS);
    const told = of(node(1), 'badCrc');
    const total = told.reduce((sum, { count }) => sum + count, 0);
    assert.ok(told.length <= 6 && total > 20, `${told.length} reports of ${total}`);
    assert.equal(told[0]!.aboutGatewayId, 'gw-2');
  });

  it('somebody else under its own name, or its own number', () => {
    const time = new SimulatedTime();
    const wire = new SimulatedLine(time, dice(1), NETWORK_MEDIUM);
    const node = new MeshNode(1, time, dice(1)).join(wire.join('one'));
    const stranger = wire.join('stranger');
    const hello = (fromNode: number, gatewayId: string): void => {
      const body = encodeHello({ gatewayId, boot: 5, way: null, heard: new Map() });
      stranger.send(encodeCell({ kind: 'hello', fromNode, toNode: 0xffff, sequence: 1, body }));
    };
    hello(9, 'gw-1');
    hello(1, 'gw-x');
    time.pass(1_000);
    assert.deepEqual(
      of(node, 'clone').map(({ aboutGatewayId }) => aboutGatewayId),
      ['gw-1', 'gw-x'],
    );
  });

  it('two that live under one node number', () => {
    const time = new SimulatedTime();
    const wire = new SimulatedLine(time, dice(1), NETWORK_MEDIUM);
    const node = new MeshNode(1, time, dice(1)).join(wire.join('one'));
    const twins = [2, 3].map((seed) => new MeshNode(7, time, dice(seed), 'gw-7').join(wire.join('')));
    time.pass(2 * MINUTE_MS);
    assert.ok(of(node, 'clone').some(({ aboutGatewayId }) => aboutGatewayId === 'gw-7'));
    assert.ok(twins.every((twin) => of(twin, 'clone').length > 0));
  });

  it('does not take a restart for a clone', () => {
    const { time, node, wires } = town(2, [[1, 2]]);
    for (let restart = 0; restart < 10; restart += 1) {
      const again = new MeshNode(2, time, dice(100 + restart));
      void node(2).mesh.close();
      const end = wires[0]!.join('again');
      again.join(end);
      time.pass(MINUTE_MS);
      void again.mesh.close();
      wires[0]!.leave(end);
    }
    assert.deepEqual(of(node(1), 'clone'), []);
  });
});
