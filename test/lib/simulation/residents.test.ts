import assert from 'node:assert/strict';
import { buildNeighbourhood } from '../../../nodes/lib/simulation/neighbourhood';
import {
  considerBuying,
  whFor,
  type Purchase,
  type ResidentMemory,
} from '../../../nodes/lib/simulation/residents';
import { meterOf, MS_PER_HOUR, MS_PER_MINUTE, newMemory, SATURDAY_MS } from './simulated-houses';

const SEED = 42;
const DAY_MS = 24 * MS_PER_HOUR;

const remember = (boughtWh: number): ResidentMemory => ({
  purchases: 0,
  boughtWh,
  firstWh: 0,
  buyAtMs: null,
});

/** Looks at one house every ten minutes of its time until something is bought. */
function waitForPurchase(
  house: number,
  memory: ResidentMemory,
  seen: { relay: 'on' | 'off'; energyWh: number },
  fromMs = SATURDAY_MS,
): { purchase: Purchase; afterMs: number } | null {
  for (let nowMs = fromMs; nowMs < fromMs + 10 * DAY_MS; nowMs += 10 * MS_PER_MINUTE) {
    const purchase = considerBuying(SEED, house, memory, { nowMs, ...seen });
    if (purchase) return { purchase, afterMs: nowMs - fromMs };
  }
  return null;
}

describe('the residents', () => {
  it('buy nothing while they have plenty', () => {
    assert.equal(waitForPurchase(1, remember(50_000), { relay: 'on', energyWh: 20_000 }), null);
  });

  it('buy again after a while once they reckon with little', () => {
    for (let house = 1; house <= 24; house += 1) {
      const memory = remember(50_000);
      const bought = waitForPurchase(house, memory, { relay: 'on', energyWh: 49_000 });
      assert.ok(bought, `house ${house}`);
      assert.ok(bought.afterMs >= MS_PER_HOUR && bought.afterMs <= 20 * MS_PER_HOUR, `house ${house}`);
      assert.equal(bought.purchase.amount % 50, 0);
      assert.ok(bought.purchase.amount >= 100 && bought.purchase.amount <= 300);
      assert.deepEqual(memory, {
        purchases: 1,
        boughtWh: 50_000 + whFor(bought.purchase.amount),
        firstWh: 0,
        buyAtMs: null,
      });
    }
  });

  it('hurry when the light is out, whatever they had reckoned, and try again while it stays out', () => {
    const memory = remember(50_000);
    const first = waitForPurchase(1, memory, { relay: 'off', energyWh: 10_000 });
    assert.ok(first && first.afterMs >= MS_PER_HOUR && first.afterMs <= 4 * MS_PER_HOUR);
    const second = waitForPurchase(1, memory, { relay: 'off', energyWh: 10_000 });
    assert.ok(second && second.afterMs >= MS_PER_HOUR);
    assert.deepEqual([first.purchase.number, second.purchase.number], [1, 2]);
  });

  it('buy the same again when everything is repeated, and number every purchase once', () => {
    const run = (): (Purchase | undefined)[] => {
      const memory = remember(1_000);
      return [1, 2, 3, 4].map((round) => {
        const energyWh = memory.boughtWh - 500;
        return waitForPurchase(5, memory, { relay: 'on', energyWh }, SATURDAY_MS + round * DAY_MS)?.purchase;
      });
    };
    const purchases = run();
    assert.deepEqual(run(), purchases);
    assert.deepEqual(
      purchases.map((purchase) => purchase?.number),
      [1, 2, 3, 4],
    );
    assert.ok(new Set(purchases.map((purchase) => purchase?.amount)).size > 1);
  });

  it('keep up with what they use over a month', () => {
    for (const house of buildNeighbourhood(SEED, 24).filter(({ residentsBuy }) => residentsBuy)) {
      const meter = meterOf(SEED, house, newMemory(SATURDAY_MS));
      const memory = remember(whFor(house.openingCredit));
      let bought = 0;
      for (let atMs = SATURDAY_MS; atMs < SATURDAY_MS + 30 * DAY_MS; atMs += 15 * MS_PER_MINUTE) {
        meter.advance(atMs);
        const seen = { nowMs: atMs, relay: 'on' as const, energyWh: meter.memory.importWh };
        if (considerBuying(SEED, house.number, memory, seen)) bought += 1;
        const leftWh = memory.boughtWh - meter.memory.importWh;
        assert.ok(leftWh > -15_000, `${house.name} is ${-leftWh} Wh behind`);
      }
      assert.ok(bought >= 1 && bought <= 30, `${house.name} bought ${bought} times`);
    }
  });
});
