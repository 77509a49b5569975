import assert from 'node:assert/strict';
import { checkFeed } from '../../../nodes/lib/tariff/price-feed';

describe('a series of prices', () => {
  it('may have holes, prices below zero, and no price at all', () => {
    checkFeed([]);
    checkFeed([
      { fromMs: 0, microsPerKwh: -5 },
      { fromMs: 10, microsPerKwh: null },
      { fromMs: 11, microsPerKwh: 1_000_000_000_000 },
    ]);
  });

  const refusals: [string, Parameters<typeof checkFeed>[0], RegExp][] = [
    [
      'that does not rise',
      [
        { fromMs: 5, microsPerKwh: 1 },
        { fromMs: 5, microsPerKwh: 2 },
      ],
      /feed\[1\]\.fromMs must be a whole number above 5, got 5$/,
    ],
    ['with half a millisecond', [{ fromMs: 0.5, microsPerKwh: 1 }], /feed\[0\]\.fromMs .* got 0.5/],
    ['from before 1970', [{ fromMs: -1, microsPerKwh: 1 }], /feed\[0\]\.fromMs .* got -1/],
    [
      'with half a micro',
      [{ fromMs: 0, microsPerKwh: 0.5 }],
      /feed\[0\]\.microsPerKwh must be null or .* got 0.5/,
    ],
    [
      'with a price too high',
      [{ fromMs: 0, microsPerKwh: 1e13 }],
      /feed\[0\]\.microsPerKwh .* got 10000000000000/,
    ],
    [
      'that is too long',
      Array.from({ length: 100_001 }, (_, fromMs) => ({ fromMs, microsPerKwh: 1 })),
      /feed must have at most 100000 prices, got 100001/,
    ],
  ];
  for (const [what, feed, message] of refusals)
    it(`${what} is refused`, () => {
      assert.throws(() => checkFeed(feed), message);
    });
});
