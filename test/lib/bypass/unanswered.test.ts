import assert from 'node:assert/strict';
import { itemText } from '../../../nodes/lib/bypass/body';
import { SimulatedNetwork } from './simulated-network';

describe('what a ledger never answers', () => {
  it('does not hold up what it would answer', () => {
    const network = new SimulatedNetwork(7, ['gw-0']);
    const stubborn = (): boolean => network.nowMs < 200_000;
    network.commitMs = Infinity;
    for (let second = 0; second < 60; second += 1) {
      network.read('gw-0');
      network.run(1_000);
    }
    assert.deepEqual([...network.ledger], []);
    // From here on new readings are stored, the old ones still are not.
    network.commitMs = 20;
    while (stubborn()) {
      network.read('gw-0');
      network.run(1_000);
    }
    assert.ok(network.ledger.size > 300, `only ${network.ledger.size} came through`);
    network.dispose();
  });

  it('is stored by the head-end itself when it is no reading in our own shape', () => {
    const network = new SimulatedNetwork(8, ['gw-0']);
    const { side } = network.gateway('gw-0');
    const texts = [itemText('221:225', 'meter/7/data'), itemText({ POWER: 'ON' }, 'stat/plug/RESULT')];
    side.put(texts.map((text) => ({ lane: 1 as const, meterId: '', text })));
    network.read('gw-0');
    assert.ok(network.runUntilQuiet(60_000));
    assert.deepEqual(
      network.arrived.map(({ item }) => item[2]),
      ['meter/7/data', 'stat/plug/RESULT'],
    );
    assert.equal(network.ledger.size, 3);
    network.dispose();
  });
});
