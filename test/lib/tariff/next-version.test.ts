import assert from 'node:assert/strict';
import { nextVersion, type TariffSetting } from '../../../nodes/lib/tariff/next-version';
import { sampleTariff } from './sample-tariff';

/** A setting of a node; the rate stands for the whole body. */
function setting(
  nodeId: string,
  tariffId: string,
  version: number,
  rate: number,
  state: TariffSetting['state'] = 'approved',
): TariffSetting {
  const rateMicrosPerKwh = rate * 1_000_000;
  const tariff = sampleTariff([{ kind: 'flat', id: 'energy', rateMicrosPerKwh }], { tariffId, version });
  return { nodeId, state, tariff };
}

describe('the version of an edited tariff', () => {
  const deployed = setting('a', 'home', 3, 8);

  it('stays while the body stays, in whatever order its fields come', () => {
    const { tariff } = deployed;
    const turned = Object.fromEntries(Object.entries(tariff).reverse()) as unknown as typeof tariff;
    assert.equal(nextVersion({ ...deployed, tariff: turned }, [deployed]), 3);
    assert.equal(nextVersion({ ...deployed, state: 'draft' }, [deployed]), 3);
  });

  it('rises by one with another body, whether it is approved at once or drafted first', () => {
    assert.equal(nextVersion(setting('a', 'home', 3, 9), [deployed]), 4);
    assert.equal(nextVersion(setting('a', 'home', 3, 9, 'draft'), [deployed]), 4);
  });

  it('rises with a holiday as with a rate', () => {
    const tariff = { ...deployed.tariff, holidays: ['2026-01-26'] };
    assert.equal(nextVersion({ ...deployed, tariff }, [deployed]), 4);
  });

  it('stays while a draft is worked on, and when it is approved', () => {
    const draft = setting('a', 'home', 4, 9, 'draft');
    assert.equal(nextVersion(setting('a', 'home', 4, 10, 'draft'), [draft]), 4);
    assert.equal(nextVersion(setting('a', 'home', 4, 10), [draft]), 4);
  });

  it('is not that of the draft of another node', () => {
    const draft = setting('b', 'home', 4, 9, 'draft');
    assert.equal(nextVersion(setting('a', 'home', 4, 10), [deployed, draft]), 5);
    assert.equal(nextVersion(setting('a', 'home', 4, 9), [deployed, draft]), 4);
  });

  it('rises with the body even when the tariff gets another id, since it may get its old one back', () => {
    assert.equal(nextVersion(setting('a', 'shop', 3, 9), [deployed]), 4);
    assert.equal(nextVersion(setting('a', 'shop', 3, 8), [deployed]), 3);
  });

  it('stays 1 for a new node', () => {
    assert.equal(nextVersion(setting('b', 'shop', 1, 12), [deployed]), 1);
  });

  it('passes every version that a copy of the tariff has used', () => {
    const copy = setting('b', 'home', 4, 9);
    assert.equal(nextVersion(setting('a', 'home', 3, 10), [deployed, copy]), 5);
    assert.equal(nextVersion(setting('c', 'home', 3, 9), [deployed, copy]), 5);
    assert.equal(nextVersion(setting('c', 'home', 3, 8), [deployed, copy]), 3);
  });
});
