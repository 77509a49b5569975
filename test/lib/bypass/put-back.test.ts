import assert from 'node:assert/strict';
import { writeBody } from '../../../nodes/lib/bypass/body';
import { URGENT, type Lane } from '../../../nodes/lib/bypass/lane';
import type { FrameSealer } from '../../../nodes/lib/bypass/sealing';
import { FrameSealing } from '../../../nodes/lib/io/bypass/frame-sealing';
import { keyOf, SimulatedNetwork } from './simulated-network';

const LONG_MS = 1_800_000;

/** Seals as a gateway whose owner has written a router of his own. */
const sealerOf = (gatewayId: string): FrameSealer =>
  new FrameSealing(
    () => [keyOf(gatewayId)],
    () => [keyOf('head-end').publicKey],
  ).sealerTo('', 'up', gatewayId, 0xffff_0000);

describe('a network in which disks fail', () => {
  let network: SimulatedNetwork;
  const waiting = (): number => network.gateway('gw-0').side.waiting;
  const readAndRun = (times: number, lane: Lane = 1): void => {
    for (let time = 0; time < times; time += 1) {
      network.read('gw-0', lane);
      network.run(5_000);
    }
  };
  const runOn = (steps: number): void => {
    for (let step = 0; step < steps; step += 1)
      try {
        network.run(100);
      } catch (error) {
        assert.match(String(error), /disk full/);
      }
  };

  beforeEach(() => {
    network = new SimulatedNetwork(1, ['gw-0', 'gw-1', 'gw-2']);
  });
  afterEach(() => network.dispose());

  it('acknowledges nothing that the head-end could not write', () => {
    const { headStore } = network;
    const commit = headStore.commit.bind(headStore);
    let failures = 3;
    headStore.commit = (batch) => {
      if (batch.arrivals.length > 0 && failures-- > 0) throw new Error('disk full');
      return commit(batch);
    };
    network.read('gw-0', URGENT);
    runOn(1_200);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
  });

  it('loses no command that the gateway could not write', () => {
    readAndRun(1);
    const { store, events } = network.gateway('gw-0');
    const commit = store.commit.bind(store);
    let failures = 3;
    store.commit = (batch) => {
      if (failures-- > 0) throw new Error('disk full');
      return commit(batch);
    };
    network.headEnd.put('gw-0', [{ lane: URGENT, meterId: '', text: '{"commandId":"c1"}' }]);
    network.read('gw-0');
    runOn(1_200);
    assert.equal(events.filter(({ kind }) => kind === 'arrived').length, 1);
    assert.equal(waiting(), 0);
  });

  it('writes for all when one of them sends what cannot be written', () => {
    const items = [{ seq: 1, text: `${'['.repeat(9_000)}${']'.repeat(9_000)}` }];
    const span = { lane: URGENT, from: 1, to: 1, items };
    const deep = sealerOf('gw-2').seal(writeBody({ box: 'deep', sentMs: 1, low: [1, 1, 1] }, span));
    network.read('gw-0', URGENT);
    network.run(1_000);
    network.read('gw-0', URGENT);
    network.inject(deep, 'gw-2');
    network.run(LONG_MS);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
    assert.ok(network.events.some((event) => event.kind === 'refused' && event.fault === 'body'));
  });

  it('goes on after an old copy of the disk of a gateway was put back', () => {
    readAndRun(1);
    const copy = network.copyOf('gw-0');
    for (let start = 0; start < 8; start += 1) {
      network.restartGateway('gw-0');
      readAndRun(1);
    }
    network.putBack('gw-0', copy);
    readAndRun(1);
    network.run(LONG_MS);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
  });

  it('goes on after an old copy of the disk of the head-end was put back', () => {
    readAndRun(1);
    const copy = network.copyOf(null);
    for (let start = 0; start < 8; start += 1) {
      network.restartHeadEnd();
      readAndRun(1);
    }
    network.putBack(null, copy);
    readAndRun(1);
    network.run(LONG_MS);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
  });

  it('goes on after an old copy of the disk of a head-end was put back whose clock has lost the time', () => {
    readAndRun(1);
    const copy = network.copyOf(null);
    for (let start = 0; start < 8; start += 1) {
      network.restartHeadEnd();
      readAndRun(1);
    }
    network.isHeadClockBehind = true;
    network.putBack(null, copy);
    readAndRun(1);
    network.run(LONG_MS);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
    network.headEnd.put('gw-0', [{ lane: URGENT, meterId: '', text: '{"commandId":"c1"}' }]);
    network.run(60_000);
    assert.equal(network.gateway('gw-0').events.filter(({ kind }) => kind === 'arrived').length, 1);
  });

  it('lets a gateway that invents epochs of the head-end harm nobody but itself', () => {
    readAndRun(1);
    const sealer = sealerOf('gw-2');
    for (const top of [0xffff_fffe, 0xffff_ffff, 2 ** 40]) {
      network.inject(sealer.seal(writeBody({ box: 'evil', sentMs: 1, low: [1, 1, 1], top }, null)), 'gw-2');
      readAndRun(2);
    }
    network.restartHeadEnd();
    readAndRun(2);
    network.run(60_000);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
    assert.ok(network.headStore.nextEpoch() < 0xf000_0000);
  });

  it('seals with its former key for a gateway that has not heard of the new one', () => {
    readAndRun(1);
    network.headKeys = [keyOf('the new key'), keyOf('head-end')];
    network.restartHeadEnd();
    readAndRun(2);
    network.headEnd.put('gw-0', [{ lane: URGENT, meterId: '', text: '{"commandId":"c1"}' }]);
    network.run(60_000);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
    const { events } = network.gateway('gw-0');
    assert.equal(events.filter(({ kind }) => kind === 'arrived').length, 1);
    assert.equal(events.filter(({ kind }) => kind === 'refused').length, 0);
  });

  it('does not take new news for old when a copy that was put back has counted on alone', () => {
    readAndRun(1, URGENT);
    const copy = network.copyOf('gw-0');
    readAndRun(5, URGENT);
    network.putBack('gw-0', copy);
    network.isPartitioned = true;
    readAndRun(8, URGENT);
    network.isPartitioned = false;
    network.run(LONG_MS);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
  });

  it('answers a gateway with a new storage though a file of its old one is brought again', () => {
    network.read('gw-0');
    const file = network.gateway('gw-0').side.carriedFrames(10);
    network.run(5_000);
    network.gateway('gw-0').store.renewBox();
    network.restartGateway('gw-0');
    network.run(120_000);
    readAndRun(1);
    for (const frame of file) network.inject(frame, 'file');
    network.run(5_000);
    readAndRun(1);
    network.run(300_000);
    assert.equal(waiting(), 0);
    assert.equal(network.events.filter((event) => event.kind === 'odd' && event.odd === 'clone').length, 0);
  });

  it('answers a gateway whose former storage was put in again', () => {
    readAndRun(1);
    const former = network.copyOf('gw-0');
    network.gateway('gw-0').store.renewBox();
    network.restartGateway('gw-0');
    readAndRun(2);
    network.run(120_000);
    network.putBack('gw-0', former);
    readAndRun(2);
    network.run(LONG_MS);
    assert.deepEqual([waiting(), network.missing('gw-0')], [0, []]);
  });

  it('lets no gateway make the head-end change the name of its outbox again and again', () => {
    readAndRun(1);
    const sealer = sealerOf('gw-2');
    const names = new Set<string>();
    for (let round = 0; round < 70; round += 1) {
      const done = {
        box: network.headStore.box,
        lanes: [0, 1, 2].map(() => ({ below: 1_000_000, ranges: [] })),
      };
      network.inject(sealer.seal(writeBody({ box: 'evil', sentMs: 1, low: [1, 1, 1], done }, null)), 'gw-2');
      names.add(network.headStore.box);
      readAndRun(1);
    }
    assert.equal(names.size, 1);
    assert.equal(waiting(), 0);
  });

  it('remembers no more carried neighbours than there can be', () => {
    const { side } = network.gateway('gw-1');
    for (let name = 0; name < 1_000; name += 1) side.hasCarried(`n${name}`);
    assert.deepEqual(side.display().lines, ['Routed', 'neighbours 256']);
  });

  it('keeps the way down where it is when somebody repeats an enrolment', () => {
    readAndRun(1);
    network.headEnd.welcome('gw-0', 'gw-2', false);
    assert.equal(network.headEnd.gateways().find(({ gatewayId }) => gatewayId === 'gw-0')?.via, 'gw-0');
  });
});
