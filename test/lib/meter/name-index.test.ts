import assert from 'node:assert/strict';
import fc from 'fast-check';
import { NameIndex } from '../../../nodes/lib/meter/name-index';
import { property } from '../property';

describe('an index of names', () => {
  it('finds what a map finds, whatever came and went', () => {
    const step = fc.tuple(fc.nat(60), fc.boolean());
    property(fc.array(step, { maxLength: 400 }), (steps) => {
      const names: string[] = [];
      const index = new NameIndex(names);
      const all = new Map<string, number>();
      for (const [place, isThere] of steps) {
        // Not all are short, ASCII or of one beginning.
        const name = place < 20 ? `M${place}` : place < 40 ? 'é'.repeat(place) : `${place}/a`;
        if (isThere && !all.has(name)) {
          names[place] = name;
          index.add(place);
          all.set(name, place);
        } else if (!isThere && all.delete(name)) index.delete(place);
        assert.equal(index.size, all.size);
        for (const one of names.filter(Boolean)) assert.equal(index.find(one), all.get(one));
      }
    });
  });

  it('finds names that stand in each other’s way, at the end of its slots too', () => {
    // So many more than one row can hold that every slot has been a home, a way and a gap.
    const names = Array.from({ length: 255 }, (_, place) => `meter-${place}`);
    const index = new NameIndex(names);
    for (const place of names.keys()) index.add(place);
    for (const gone of names.keys()) {
      index.delete(gone);
      for (const [place, name] of names.entries())
        assert.equal(index.find(name), place > gone ? place : undefined, `${name} without ${gone}`);
    }
    assert.equal(index.size, 0);
  });

  it('grows, and says of no other name that it is there', () => {
    const names = Array.from({ length: 20_000 }, (_, place) => `WK-${place}`);
    const index = new NameIndex(names);
    for (const place of names.keys()) index.add(place);
    for (const [place, name] of names.entries()) assert.equal(index.find(name), place);
    for (let place = 20_000; place < 40_000; place += 1) assert.equal(index.find(`WK-${place}`), undefined);
    index.delete(7);
    index.delete(7);
    assert.deepEqual([index.size, index.find('WK-7'), index.find('WK-8')], [19_999, undefined, 8]);
  });
});
