import assert from 'node:assert/strict';
import { SimulatedNetwork, type Faults } from './simulated-network';

const SEED = Number(process.env['WATTKEEPER_SEED'] ?? Date.now() % 0x7fffffff);
const WORST: Faults = { loss: 0.3, duplication: 0.5, corruption: 0.1, longestDelayMs: 4_000 };
const READ_EVERY_MS = 10_000;
const TROUBLE_MS = 600_000;
const SLOWEST_COMMIT_MS = 8_000;
const DAY_MS = 86_400_000;

const idsOf = (gateways: number): string[] => Array.from({ length: gateways }, (_, index) => `gw-${index}`);

/** Ten minutes of everything that can go wrong, then a network that is well again. */
function live(network: SimulatedNetwork, restartsHeadEnd: boolean): void {
  const { random } = network;
  network.faults = WORST;
  network.run(TROUBLE_MS, () => {
    // A ledger that is slower than the patience of a gateway gets the same readings again before it has stored them.
    network.commitMs = random() * SLOWEST_COMMIT_MS;
    for (const [gatewayId, gateway] of network.gateways) {
      if (network.nowMs % READ_EVERY_MS === 0) network.read(gatewayId, random() < 0.1 ? 0 : 1);
      if (random() < 0.0005) network.restartGateway(gatewayId);
      if (random() < 0.001) gateway.isCut = !gateway.isCut;
      if (random() < 0.0005) gateway.wallSkewMs = (random() - 0.5) * 1_000 * DAY_MS;
    }
    if (random() < 0.0005) network.isPartitioned = !network.isPartitioned;
    if (restartsHeadEnd && random() < 0.001) network.restartHeadEnd();
  });
  network.isPartitioned = false;
  for (const gateway of network.gateways.values()) gateway.isCut = false;
}

/** How often each reading came to the ledger or, when it was urgent, to whoever looks after such news. */
function arrivals(network: SimulatedNetwork): Map<string, number> {
  const counts = new Map(network.ledger);
  for (const { item } of network.arrived) {
    const { meterId, energyWh } = item[1] as { meterId: string; energyWh: number };
    const name = `${meterId} ${energyWh}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

describe('readings through a bad network', () => {
  before(() => console.log(`    random tests run with WATTKEEPER_SEED=${SEED}`));

  for (const gateways of [1, 2, 20]) {
    it(`are at the head-end exactly once, from ${gateways} gateways`, function () {
      this.timeout(120_000);
      const network = new SimulatedNetwork(SEED + gateways, idsOf(gateways));
      live(network, false);
      network.faults = { ...WORST, loss: 0.05, corruption: 0 };
      assert.ok(network.runUntilQuiet(3_600_000), 'the outboxes were not emptied within an hour');
      const counts = arrivals(network);
      const said = [...network.gateways.values()].flatMap((gateway) => [...gateway.said]);
      assert.ok(said.length > 100);
      assert.deepEqual(
        said.filter((name) => counts.get(name) !== 1),
        [],
      );
      assert.equal(counts.size, said.length, 'something arrived that nobody said');
      network.dispose();
    });
  }

  it('are all there, and never acknowledged before, when the head-end dies too', function () {
    this.timeout(120_000);
    const network = new SimulatedNetwork(SEED + 7, idsOf(3));
    live(network, true);
    network.faults = { ...WORST, loss: 0.05, corruption: 0 };
    assert.ok(network.runUntilQuiet(3_600_000));
    const counts = arrivals(network);
    const said = [...network.gateways.values()].flatMap((gateway) => [...gateway.said]);
    // Between a commit and its acknowledgement a death makes the gateway repeat itself; the ledger knows copies.
    assert.deepEqual(
      said.filter((name) => !counts.has(name)),
      [],
    );
    assert.equal(counts.size, said.length);
    network.dispose();
  });

  it('wait while nothing is committed, however often they are sent', () => {
    const network = new SimulatedNetwork(SEED, ['gw-0']);
    network.commitMs = Infinity;
    network.read('gw-0');
    network.run(300_000);
    assert.equal(network.gateway('gw-0').side.waiting, 3);
    assert.equal(network.gateway('gw-0').side.ways.stateOf('direct'), 'up', 'a slow ledger is no broken way');
    network.dispose();
  });
});
