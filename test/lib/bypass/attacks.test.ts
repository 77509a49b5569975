import assert from 'node:assert/strict';
import { writeBody } from '../../../nodes/lib/bypass/body';
import { readHeader } from '../../../nodes/lib/bypass/frame';
import { FrameSealing } from '../../../nodes/lib/io/bypass/frame-sealing';
import { keyOf, SimulatedNetwork } from './simulated-network';

const SEED = 20_261;
const faultsOf = ({ events }: SimulatedNetwork): string[] =>
  events.map((event) => (event.kind === 'refused' ? event.fault : event.kind));

/** A frame as somebody would seal it who has `key` and calls itself `gatewayId`. */
function frameOf(gatewayId: string, key: string, energyWh: number, box = 'boxX', sentMs = 0): Uint8Array {
  const sealing = new FrameSealing(
    () => [keyOf(key)],
    () => [keyOf('head-end').publicKey],
  );
  const text = JSON.stringify({ meterId: 'METER-gw-0-0', atMs: 1, energyWh });
  const span = { lane: 1, from: 1, to: 1, items: [{ seq: 1, text }] } as const;
  return sealing.sealerTo('', 'up', gatewayId, 1).seal(writeBody({ box, sentMs, low: [1, 1, 1] }, span));
}

describe('an attacker on the way', () => {
  let network: SimulatedNetwork;

  beforeEach(() => {
    network = new SimulatedNetwork(SEED, ['gw-0', 'gw-1', 'gw-2']);
  });
  afterEach(() => network.dispose());

  it('cannot change a single byte of a frame', () => {
    // Greetings are over: what is overheard from now on is the reading.
    network.run(1_000);
    network.gateway('gw-0').isCut = true;
    network.read('gw-0');
    network.run(1_000);
    const frame = network.overheard.at(-1);
    assert.ok(frame);
    for (let index = 0; index < frame.length; index += 1) {
      const changed = Uint8Array.from(frame);
      changed[index]! ^= 0x55;
      network.inject(changed, 'gw-1');
    }
    network.run(1_000);
    assert.equal(network.ledger.size, 0);
    assert.equal(faultsOf(network).length, frame.length);
    network.inject(frame, 'gw-1');
    network.run(1_000);
    assert.equal(network.ledger.size, 3, 'the frame itself was good');
  });

  it('cannot speak for a gateway without its key', () => {
    network.inject(frameOf('gw-0', 'attacker', 1), 'gw-1');
    network.inject(frameOf('gw-0', 'gw-1', 1), 'gw-1');
    network.inject(frameOf('gw-9', 'gw-9', 1), 'gw-1');
    network.run(1_000);
    assert.equal(network.ledger.size, 0);
    assert.deepEqual(faultsOf(network), ['key', 'key', 'stranger']);
  });

  it('cannot repeat anything, not even after the head-end and the gateway have started again', () => {
    network.read('gw-0');
    network.run(60_000);
    const frames = network.overheard.slice();
    for (let round = 0; round < 3; round += 1) {
      for (const frame of frames) network.inject(frame, 'gw-1');
      network.run(1_000);
      network.restartHeadEnd();
      network.restartGateway('gw-0');
      network.read('gw-0');
      network.run(60_000);
    }
    assert.deepEqual(
      [...network.ledger.values()].filter((times) => times !== 1),
      [],
    );
    assert.equal(network.ledger.size, 12);
  });

  it('cannot send an answer of its own down', () => {
    const gateway = network.gateway('gw-0');
    const sealing = new FrameSealing(
      () => [keyOf('attacker')],
      () => [keyOf('gw-0').publicKey],
    );
    network.gateway('gw-0').isCut = true;
    network.read('gw-0');
    const lanes = [4, 4, 4].map((below) => ({ below, ranges: [] }));
    const done = { box: gateway.store.box, lanes };
    const frame = sealing
      .sealerTo('gw-0', 'down', 'gw-0', 1)
      .seal(writeBody({ box: 'x', sentMs: 0, low: [1, 1, 1], done }, null));
    gateway.side.receive(frame);
    assert.equal(gateway.side.waiting, 3);
    assert.deepEqual(gateway.events.at(-1), { kind: 'refused', reason: 'key' });
  });

  it('is noticed when it uses a copied key beside the gateway', () => {
    network.read('gw-0');
    network.run(10_000);
    const laterMs = Date.UTC(2026, 0, 2);
    network.inject(frameOf('gw-0', 'gw-0', 1, 'boxX', laterMs), 'gw-1');
    network.gateway('gw-0').wallSkewMs = 2 * 86_400_000;
    network.read('gw-0');
    network.run(10_000);
    const odd = network.events.flatMap((event) => (event.kind === 'odd' ? [event.odd] : []));
    assert.ok(odd.includes('clone'), odd.join());
  });

  it('reads nothing in what a neighbour carries but who sends to whom', () => {
    network.run(1_000);
    network.gateway('gw-0').isCut = true;
    for (let second = 0; second < 60; second += 1) {
      network.read('gw-0');
      network.run(1_000);
    }
    network.run(240_000);
    assert.equal(network.ledger.size, 180, 'everything went through the neighbour');
    assert.ok(network.carried.length > 10);
    const neighbour = network.gateway('gw-1');
    const stored = neighbour.db.serialize();
    const told = Buffer.from(JSON.stringify(neighbour.events));
    for (const bytes of [...network.carried.map((frame) => Buffer.from(frame)), stored, told]) {
      for (const secret of ['METER-gw-0', 'energyWh', '777000', 'meterId'])
        assert.equal(bytes.includes(secret), false, secret);
    }
    for (const frame of network.carried) assert.equal(readHeader(frame)?.header.gatewayId, 'gw-0');
    assert.equal(neighbour.side.display().state, 'routed');
    assert.equal(network.gateway('gw-0').side.display().state, 'barred');
  });

  it('is not helped by a message that no frame can hold', () => {
    const { side } = network.gateway('gw-0');
    const text = JSON.stringify('€'.repeat(11_000));
    assert.throws(() => side.put([{ lane: 2, meterId: '', text }]), /at most 32000 bytes of JSON, got 33002/);
    // What does not get shorter by packing is cut into as many frames as it takes.
    const items = Array.from({ length: 40 }, (_, index) => {
      const noise = Array.from({ length: 20_000 }, () =>
        String.fromCharCode(97 + network.random() * 26),
      ).join('');
      return { lane: 2 as const, meterId: '', text: JSON.stringify({ index, noise }) };
    });
    side.put(items);
    assert.ok(network.runUntilQuiet(600_000));
    assert.equal(network.arrived.length, 40);
    assert.ok(network.overheard.every((frame) => frame.length <= 60_000));
  });

  it('sees sizes in classes only', () => {
    for (let count = 1; count < 20; count += 1) network.read('gw-0');
    network.run(30_000);
    const sizes = new Set(network.overheard.map((frame) => frame.length));
    assert.ok(sizes.size <= 6, [...sizes].join());
  });
});
