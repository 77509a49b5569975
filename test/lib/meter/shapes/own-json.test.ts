import assert from 'node:assert/strict';
import { readOwn } from '../../../../nodes/lib/meter/shapes/own-json';

const AT_MS = Date.UTC(2026, 2, 1);

describe('a reading in our own words', () => {
  const withFlags = (flags: unknown) => readOwn({ meterId: 'M1', atMs: AT_MS, energyWh: 7, flags }, '', 0);

  it('keeps flags up to their bounds', () => {
    for (const flags of [[], ['cover-open'], Array.from({ length: 16 }, () => 'é'.repeat(64))])
      assert.deepEqual(withFlags(flags), {
        ok: true,
        reading: { meterId: 'M1', atMs: AT_MS, energyWh: 7, flags },
      });
  });

  it('refuses flags that are too many, too long, or long once they are written down', () => {
    const wrongs: unknown[] = [
      Array.from({ length: 17 }, () => 'x'),
      ['x'.repeat(65)],
      ['\u0000'.repeat(11)],
      ['"'.repeat(33)],
      [5],
      'cover-open',
    ];
    for (const flags of wrongs) {
      const answer = withFlags(flags);
      assert.ok(!answer.ok);
      assert.equal(answer.refusal.field, 'flags');
      assert.equal(answer.refusal.reason, 'must be a list of at most 16 texts of at most 64 characters');
    }
  });
});
