import assert from 'node:assert/strict';
import { filedRefusals } from '../../../nodes/lib/meter/filed-refusals';
import type { RefusedReading } from '../../../nodes/lib/meter/intake';
import type { Refusal } from '../../../nodes/lib/meter/reading';

const MAX_REASONS = 32;
const refused = (kind: Refusal['kind'], meterId: string, field: string, reason = 'no'): RefusedReading => ({
  refusal: { kind, field, value: '-1', reason, meterId },
  content: { meterId, energyWh: -1 },
});

describe('what is written down of refused readings', () => {
  it('is a line for each reading that a person has to settle, and one for each reason that others were refused for', () => {
    const filed = filedRefusals(
      [
        refused('rejected', 'M1', 'energyWh'),
        refused('held', 'M2', 'meterId'),
        refused('rejected', 'M3', 'energyWh'),
        refused('rejected', 'M4', 'atMs'),
        refused('held', 'M5', 'meterId'),
      ],
      true,
    );
    assert.deepEqual(
      filed.map(({ refusal: { kind, field, meterId }, count }) => [kind, field, meterId, count]),
      [
        ['held', 'meterId', 'M2', 1],
        ['held', 'meterId', 'M5', 1],
        ['rejected', 'energyWh', undefined, 2],
        ['rejected', 'atMs', 'M4', 1],
      ],
    );
    assert.equal(filed[0]?.content, '{"meterId":"M2","energyWh":-1}');
    assert.equal(filed[2]?.content, 'M1: -1\nM3: -1\n', 'everybody is named');
    assert.equal(filed[2].refusal.reason, 'no (-1 and 1 more of the same frame)');
  });

  it('is what was sent where a message held one reading', () => {
    const [filed, ...others] = filedRefusals([refused('rejected', 'M1', 'energyWh')], false);
    assert.deepEqual([filed?.refusal.reason, filed?.count, others], ['no', 1, []]);
  });

  it('is bounded in lines and in length, whatever reasons a sender can think of', () => {
    const many = Array.from({ length: 5_000 }, (_, n) => refused('rejected', `M${n}`, `field${n}`));
    const filed = filedRefusals(many, true);
    assert.equal(filed.length, MAX_REASONS + 1);
    assert.equal(
      filed.reduce((sum, { count }) => sum + count, 0),
      many.length,
    );
    assert.ok(filed.every(({ content }) => content.length <= 2_000));
  });

  for (const content of [undefined, () => 1, { toJSON: (): never => assert.fail() }, 10n])
    it(`has no content where there is none: ${typeof content}`, () => {
      const [filed] = filedRefusals([{ ...refused('rejected', 'M1', 'x'), content }], false);
      assert.equal(filed?.content, '');
    });
});
