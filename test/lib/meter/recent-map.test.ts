import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecentMap } from '../../../nodes/lib/meter/recent-map';
import { property } from '../property';

const MOST = 6;

describe('a map of what was used last', () => {
  it('holds what was used last, at least half as many as it may, and never anything wrong', () => {
    const step = fc.record({ key: fc.nat(20), what: fc.constantFrom('get', 'set', 'delete', 'renew') });
    property(fc.array(step, { maxLength: 200 }), (steps) => {
      const map = new RecentMap<number, string>(MOST);
      /** Everything, the one that was used last at the end. */
      const all = new Map<number, string>();
      for (const [index, { key, what }] of steps.entries()) {
        const value = all.get(key);
        if (what === 'renew') {
          map.renew();
          continue;
        }
        if (what === 'delete') {
          map.delete(key);
          all.delete(key);
          continue;
        }
        if (what === 'get') {
          const found = map.get(key);
          assert.ok(found === undefined || found === value);
          if (found === undefined) continue;
        }
        if (what === 'set') map.set(key, `${index}`);
        all.delete(key);
        all.set(key, what === 'set' ? `${index}` : (value ?? ''));
        assert.ok(map.size <= MOST);
        for (const [recent, expected] of [...all].slice(1 - MOST / 2)) {
          assert.ok(map.has(recent));
          assert.equal(new Map(map).get(recent), expected);
        }
      }
    });
  });

  it('forgets everything when it is told to', () => {
    const map = new RecentMap<string, number>(MOST);
    for (const key of 'abcde') map.set(key, 1);
    map.clear();
    assert.deepEqual([map.size, map.get('a'), map.has('e')], [0, undefined, false]);
  });
});
