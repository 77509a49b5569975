import assert from 'node:assert/strict';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import type { MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import { planUnder, planWithVersion } from '../../../nodes/lib/tariff/trial-plan';
import { sampleTariff } from './sample-tariff';

const tariff = (tariffId: string, version: number) =>
  compileTariff(
    sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh: 1_000_000 }], { tariffId, version }),
  );
const terms = (sanctionedLoadW: number) => ({ sanctionedLoadW, isLifeline: false, feed: [] });
const shown = (plan: MeterPlan | undefined) =>
  plan?.map(({ fromMs, tariff: { tariff: t }, terms: { sanctionedLoadW } }) => [
    fromMs,
    t.tariffId,
    t.version,
    sanctionedLoadW,
  ]);

describe('the plan of a trial', () => {
  const feed = [{ fromMs: 5, microsPerKwh: 7 }];
  const trial = { tariff: tariff('home', 9), feed };
  const plan: MeterPlan = [
    { fromMs: 0, tariff: tariff('home', 1), terms: terms(1_000) },
    { fromMs: 100, tariff: tariff('home', 2), terms: terms(2_000) },
    { fromMs: 200, tariff: tariff('shop', 1), terms: terms(3_000) },
  ];

  it('keeps the terms that the meter had at each time', () => {
    assert.deepEqual(shown(planUnder(trial, plan)), [
      [0, 'home', 9, 1_000],
      [100, 'home', 9, 2_000],
      [200, 'home', 9, 3_000],
    ]);
  });

  it('brings the prices of its own series, and leaves those of others', () => {
    for (const { terms: own } of planUnder(trial, plan)) assert.equal(own.feed, feed);
    const [, second, third] = planWithVersion(trial, plan, 150, 300) ?? [];
    assert.equal(second?.terms.feed, feed);
    assert.equal(third, plan[2]);
  });

  it('leaves the time of another tariff as it is', () => {
    assert.deepEqual(shown(planWithVersion(trial, plan, 150, 300)), [
      [0, 'home', 9, 1_000],
      [100, 'home', 9, 2_000],
      [200, 'shop', 1, 3_000],
    ]);
  });

  it('is none when the meter does not have the tariff in that time', () => {
    assert.equal(planWithVersion(trial, plan, 200, 300), undefined);
    assert.notEqual(planWithVersion(trial, plan, 199, 300), undefined);
    assert.equal(planWithVersion({ tariff: tariff('farm', 1), feed }, plan, 0, 300), undefined);
    assert.equal(planWithVersion({ tariff: tariff('shop', 2), feed }, plan, 0, 200), undefined);
    assert.notEqual(planWithVersion({ tariff: tariff('shop', 2), feed }, plan, 0, 201), undefined);
  });
});
