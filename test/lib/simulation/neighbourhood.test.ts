import assert from 'node:assert/strict';
import { housePower } from '../../../nodes/lib/simulation/house-power';
import { buildNeighbourhood, MAX_HOUSES, NEWCOMER_HOUSE } from '../../../nodes/lib/simulation/neighbourhood';
import { KNOWN_PRICE_PER_KWH } from '../../../nodes/lib/simulation/residents';
import { mayPublish, readingTopic } from '../../../nodes/lib/meter/topics';
import { MS_PER_HOUR, MS_PER_MINUTE, SATURDAY_MS } from './simulated-houses';

const SEEDS = [1, 7, 42, 2026];

describe('the neighbourhood', function () {
  this.timeout(60_000);

  it('is the same for the same seed, and another one for another', () => {
    assert.deepEqual(buildNeighbourhood(42, 24), buildNeighbourhood(42, 24));
    assert.notDeepEqual(buildNeighbourhood(42, 24), buildNeighbourhood(43, 24));
    assert.deepEqual(
      buildNeighbourhood(42, 500).slice(0, 24),
      buildNeighbourhood(42, 24),
      'more houses only add',
    );
  });

  it('gives every house its own name, account, meter and fictional phone', () => {
    const houses = buildNeighbourhood(1, MAX_HOUSES);
    for (const key of ['name', 'accountId', 'meterId', 'phone'] as const) {
      assert.equal(new Set(houses.map((house) => house[key])).size, MAX_HOUSES, key);
    }
    for (const { phone, meterId } of houses) {
      assert.match(phone, /^\+447700900\d{3}$/);
      assert.ok(mayPublish(meterId, readingTopic(meterId)));
    }
    assert.equal(houses[2]?.name, 'Mill Lane 3');
    assert.equal(houses[8]?.name, 'Orchard Row 1');
    assert.equal(houses[80]?.name, 'Mill Lane 9');
  });

  it('has a few roofs, one tampered meter, and one newcomer whom nobody recharges', () => {
    for (const seed of SEEDS) {
      const houses = buildNeighbourhood(seed, 24);
      assert.equal(houses.filter(({ roof }) => roof).length, 3, `seed ${seed}`);
      assert.equal(houses.filter(({ isTampered }) => isTampered).length, 1, `seed ${seed}`);
      const alone = houses.filter(({ residentsBuy }) => !residentsBuy).map(({ number }) => number);
      assert.deepEqual(alone, [NEWCOMER_HOUSE], `seed ${seed}`);
    }
  });

  it('opens everybody else with credit for two days above the line for warnings, whenever they begin', () => {
    const lowCreditLine = 30;
    for (const seed of SEEDS) {
      for (const house of buildNeighbourhood(seed, 24)) {
        if (house.number === NEWCOMER_HOUSE) continue;
        const hourlyWh = Array.from({ length: 9 * 24 }, (_, hour) => {
          let wattMinutes = 0;
          for (let minute = 0; minute < 60; minute += 1) {
            const atMs = SATURDAY_MS + hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
            wattMinutes += housePower(seed, house, atMs, 0).importW;
          }
          return wattMinutes / 60;
        });
        for (let start = 0; start < 7 * 24; start += 1) {
          const usedWh = hourlyWh.slice(start, start + 48).reduce((sum, wh) => sum + wh, 0);
          const left = house.openingCredit - (usedWh * KNOWN_PRICE_PER_KWH) / 1000;
          assert.ok(left > lowCreditLine, `seed ${seed}, ${house.name} from hour ${start}: ${left} left`);
        }
      }
    }
  });

  it('refuses numbers of houses that are none', () => {
    for (const houses of [0, -1, 1.5, NaN, MAX_HOUSES + 1]) {
      assert.throws(() => buildNeighbourhood(1, houses), /houses must be a whole number from 1 to 500/);
    }
    assert.equal(buildNeighbourhood(1, 1).length, 1);
  });
});
