import assert from 'node:assert/strict';
import { newMeterState, type MeterState } from '../../../nodes/lib/tariff/meter-state';
import { PackedPrices } from '../../../nodes/lib/tariff/packed-prices';
import { price } from '../../../nodes/lib/tariff/price-curve';
import { property } from '../property';
import { segmentsOf } from './priced-meter';
import { planOfCase, pricedCase } from './random-tariff';

describe('states of pricing as rows of numbers', () => {
  it('are read as they were written', () => {
    property(pricedCase, (given) => {
      const plan = planOfCase(given);
      const packed = new PackedPrices();
      const first = given.curve[0]!;
      let state: MeterState = newMeterState(plan, first.atMs, first.energyWh, undefined, first.exportWh);
      for (const [index, segment] of segmentsOf(given.curve).entries()) {
        state = price(plan, state, segment).state;
        const known = { state, plan };
        const isPut = packed.put(index % 3, known);
        assert.equal(isPut, state.demand.length === 0 && state.retired.length === 0);
        assert.deepEqual(packed.get(index % 3), isPut ? known : undefined);
      }
      packed.drop(0);
      assert.equal(packed.get(0), undefined);
      packed.clear();
      assert.equal(packed.get(1), undefined);
    });
  });
});
