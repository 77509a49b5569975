import assert from 'node:assert/strict';
import { nextVersion, type TariffSetting } from '../../../nodes/lib/tariff/next-version';

const tariff = (nodeId: string, tariffId: string, version: number, pricePerKwh: string): TariffSetting => ({
  nodeId,
  tariffId,
  version,
  pricePerKwh,
});

describe('the version of an edited tariff', () => {
  const deployed = tariff('a', 'home', 3, '8.00');

  it('stays while the price stays, however it is written', () => {
    assert.equal(nextVersion(tariff('a', 'home', 3, '8'), [deployed]), 3);
    assert.equal(nextVersion(tariff('a', 'home', 3, ' 8.000000 '), [deployed]), 3);
  });

  it('rises by one with another price', () => {
    assert.equal(nextVersion(tariff('a', 'home', 3, '8.01'), [deployed]), 4);
  });

  it('rises with the price even when the tariff gets another name, since it may get its old one back', () => {
    assert.equal(nextVersion(tariff('a', 'shop', 3, '9'), [deployed]), 4);
    assert.equal(nextVersion(tariff('a', 'shop', 3, '8'), [deployed]), 3);
  });

  it('stays 1 for a new node', () => {
    assert.equal(nextVersion(tariff('b', 'shop', 1, '12'), [deployed]), 1);
  });

  it('passes every version that a copy of the tariff has used', () => {
    const copy = tariff('b', 'home', 4, '9');
    assert.equal(nextVersion(tariff('a', 'home', 3, '10'), [deployed, copy]), 5);
    assert.equal(nextVersion(tariff('c', 'home', 3, '9'), [deployed, copy]), 5);
    assert.equal(nextVersion(tariff('c', 'home', 3, '8'), [deployed, copy]), 3);
  });

  it('compares what is no amount as it is written', () => {
    const fromEnvironment = tariff('a', 'home', 1, '${PRICE}');
    assert.equal(nextVersion(tariff('a', 'home', 1, '${PRICE}'), [fromEnvironment]), 1);
    assert.equal(nextVersion(tariff('a', 'home', 1, '${OTHER}'), [fromEnvironment]), 2);
  });
});
