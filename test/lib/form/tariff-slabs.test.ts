import assert from 'node:assert/strict';
import {
  slabRows,
  withoutSlab,
  withSlabAdded,
  withSlabRate,
  withSlabStart,
} from '../../../nodes/lib/form/tariff-slabs';

const SLABS = [
  { uptoWh: 50_000, rateMicrosPerKwh: 3_000_000 },
  { uptoWh: 200_000, rateMicrosPerKwh: 5_500_000 },
  { uptoWh: null, rateMicrosPerKwh: 8_000_000 },
];

describe('the slabs of a form', () => {
  it('end where the next one begins; the last one is and above', () => {
    assert.deepEqual(slabRows(SLABS), [
      { from: '0', to: '50', rate: '3.00', problem: null },
      { from: '50', to: '200', rate: '5.50', problem: null },
      { from: '200', to: null, rate: '8.00', problem: null },
    ]);
  });

  it('move the end of the slab before when a beginning is typed', () => {
    const changed = withSlabStart(SLABS, 1, '62.5');
    assert.deepEqual(
      changed.map(({ uptoWh }) => uptoWh),
      [62_500, 200_000, null],
    );
    assert.equal(slabRows(changed)[0]?.to, '62.5');
  });

  it('show an overlap where a slab begins before the one above it', () => {
    const problems = slabRows(withSlabStart(SLABS, 1, '300')).map(({ problem }) => problem);
    assert.deepEqual(problems, [null, null, 'overlap']);
    assert.equal(slabRows(withSlabStart(SLABS, 1, '0'))[1]?.problem, 'overlap');
    assert.equal(slabRows(withSlabStart(SLABS, 2, '50'))[2]?.problem, 'overlap');
  });

  it('show a gap where nobody said how far a slab goes', () => {
    const open = withSlabStart(SLABS, 2, '');
    assert.deepEqual(
      slabRows(open).map(({ problem }) => problem),
      [null, null, 'gap'],
    );
    assert.equal(slabRows(withSlabStart(SLABS, 1, '5o'))[1]?.from, '5o');
  });

  it('keep a rate as it was typed', () => {
    assert.equal(slabRows(withSlabRate(SLABS, 0, '4.25'))[0]?.rate, '4.25');
    assert.equal(slabRows(withSlabRate(SLABS, 0, '4.')).at(0)?.rate, '4.');
  });

  it('go on where the last one gets an end', () => {
    const more = withSlabAdded(SLABS);
    assert.deepEqual(
      more.map(({ uptoWh }) => uptoWh),
      [50_000, 200_000, 350_000, null],
    );
    assert.ok(slabRows(more).every(({ problem }) => problem === null));
    assert.deepEqual(
      withSlabAdded([{ uptoWh: null, rateMicrosPerKwh: 1 }]).map(({ uptoWh }) => uptoWh),
      [100_000, null],
    );
  });

  it('leave no hole when one is taken away', () => {
    const froms = (index: number): string[] => slabRows(withoutSlab(SLABS, index)).map(({ from }) => from);
    assert.deepEqual(froms(0), ['0', '200']);
    assert.deepEqual(froms(1), ['0', '50']);
    assert.deepEqual(froms(2), ['0', '50']);
    assert.equal(withoutSlab(SLABS, 2).at(-1)?.uptoWh, null);
  });
});
