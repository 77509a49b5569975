import assert from 'node:assert/strict';
import { buildNeighbourhood } from '../../../nodes/lib/simulation/neighbourhood';
import { recallHouse, type HouseMemory } from '../../../nodes/lib/simulation/neighbourhood-memory';
import { whFor } from '../../../nodes/lib/simulation/residents';
import { MS_PER_HOUR, newMemory, SATURDAY_MS } from './simulated-houses';

const HOUSE = buildNeighbourhood(42, 1)[0]!;
const UNKNOWN = { energyWh: null };

const kept = (): HouseMemory => ({
  meter: { ...newMemory(SATURDAY_MS, 5_000_000), relay: 'off', commandId: 'meter-001-3', commandVersion: 3 },
  residents: { purchases: 2, boughtWh: 90_000, firstWh: 4_900_000, buyAtMs: SATURDAY_MS + MS_PER_HOUR },
});

describe('what a simulated house remembers', () => {
  it('begins with its opening credit and a register that has counted before', () => {
    const { meter, residents } = recallHouse(undefined, HOUSE, SATURDAY_MS, UNKNOWN);
    assert.deepEqual(meter, newMemory(SATURDAY_MS, HOUSE.openingWh));
    assert.deepEqual(residents, {
      purchases: 0,
      boughtWh: whFor(HOUSE.openingCredit),
      firstWh: HOUSE.openingWh,
      buyAtMs: null,
    });
  });

  it('goes on from what was kept, and leaves that untouched', () => {
    const file = kept();
    const memory = recallHouse(file, HOUSE, SATURDAY_MS + MS_PER_HOUR, { energyWh: 4_999_000 });
    assert.deepEqual(memory, kept());
    memory.meter.importWh += 1;
    assert.deepEqual(file, kept());
  });

  it('goes on from the ledger when that is further, as after a crash', () => {
    const { meter } = recallHouse(kept(), HOUSE, SATURDAY_MS, { energyWh: 5_000_250 });
    assert.equal(meter.importWh, 5_000_250);
    assert.equal(meter.relay, 'off', 'the light stays off');
  });

  it('does not wait for a clock that was set back', () => {
    const { meter } = recallHouse(kept(), HOUSE, SATURDAY_MS - MS_PER_HOUR, { energyWh: 5_000_000 });
    assert.equal(meter.atMs, SATURDAY_MS - MS_PER_HOUR);
  });

  it('begins anew with a ledger that has never heard of it, except for its register', () => {
    const { meter, residents } = recallHouse(kept(), HOUSE, SATURDAY_MS, UNKNOWN);
    assert.deepEqual(meter, newMemory(SATURDAY_MS, 5_000_000));
    assert.deepEqual(residents, {
      purchases: 0,
      boughtWh: whFor(HOUSE.openingCredit),
      firstWh: 5_000_000,
      buyAtMs: null,
    });
  });

  it('takes nothing from a file that is damaged', () => {
    const { meter, residents } = kept();
    const damaged: unknown[] = [
      null,
      'x',
      {},
      { meter },
      { meter: { ...meter, importWh: -1 }, residents },
      { meter: { ...meter, importWh: 1.5 }, residents },
      { meter: { ...meter, relay: 'dim' }, residents },
      { meter: { ...meter, commandId: 7 }, residents },
      { meter, residents: { ...residents, buyAtMs: 'soon' } },
      { meter, residents: { ...residents, purchases: undefined } },
    ];
    const fresh = recallHouse(undefined, HOUSE, SATURDAY_MS, UNKNOWN);
    for (const file of damaged) {
      assert.deepEqual(recallHouse(file, HOUSE, SATURDAY_MS, UNKNOWN), fresh, JSON.stringify(file));
    }
  });
});
