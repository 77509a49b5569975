import assert from 'node:assert/strict';
import { PricingDesk } from '../../nodes/tariff-calc/pricing-desk';
import type { Reading, Segment } from '../../nodes/lib/meter/reading';
import type { Site } from '../../nodes/lib/site/site';

const SEGMENT: Segment = { fromMs: 0, fromWh: 0, toMs: 1, toWh: 1 };

describe('the desk that prices', () => {
  it('gives all of a frame back when a part of it was taken again too often', () => {
    const readings: Reading[] = ['M1', 'M2', 'M3'].map((meterId) => ({ meterId, atMs: 1, energyWh: 1 }));
    const givenBack: string[] = [];
    const site = {
      prices: { charge: (meterId: string) => (meterId === 'M2' ? undefined : { lines: [] }) },
      takeAgain: () => false,
      giveBack: (_: unknown, list: readonly Reading[]) =>
        givenBack.push(...list.map(({ meterId }) => meterId)),
    } as unknown as Site;
    const desk = new PricingDesk(site, 'home', () => assert.fail());
    const segment = readings.map(() => SEGMENT);
    const message = { _msgid: '1', payload: readings, prepaid: { segment, accountId: ['A1', 'A2', 'A3'] } };
    assert.throws(() => desk.price(message), /the reading of M2 does not follow/);
    assert.deepEqual(givenBack.sort(), ['M1', 'M2', 'M3'], 'or its receipt would stay open');
  });

  it('names what a flow has taken out of a reading, and gives the message back', () => {
    const givenBack: unknown[] = [];
    const site = {
      prices: { charge: () => assert.fail() },
      giveBack: (_: unknown, list: readonly unknown[]) => givenBack.push(...list),
    } as unknown as Site;
    const desk = new PricingDesk(site, 'home', () => assert.fail());
    const payload = { atMs: 1, energyWh: 1 };
    const message = { _msgid: '1', payload, prepaid: { segment: SEGMENT, accountId: 'A1' } };
    assert.throws(() => desk.price(message), /payload\.meterId must be the id of a meter, got missing/);
    assert.deepEqual(givenBack, [payload]);
  });
});
