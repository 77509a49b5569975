import assert from 'node:assert/strict';
import fc from 'fast-check';
import { takeMessage, type IntakeContext, type StoredMoment } from '../../../nodes/lib/meter/intake';
import { countIntake, newIntakeCounters } from '../../../nodes/lib/meter/intake-counters';
import { RegisterChain } from '../../../nodes/lib/meter/register-chain';
import { property } from '../property';

const NOW_MS = 1_700_000_000_000;
const HEAD = { atMs: NOW_MS - 60_000, energyWh: 1_000 };
const NOT_STORED: StoredMoment = { headMs: null, energyWh: null };

function contextOf(stored: StoredMoment = NOT_STORED): IntakeContext {
  const known = (meterId: string) =>
    meterId.startsWith('M') ? { accountId: `A${meterId}`, head: HEAD } : undefined;
  const chain = new RegisterChain({ maxFutureMs: 60_000, maxPowerW: 69_000 }, known);
  return { chain, nowMs: NOW_MS, lookUp: () => stored, bindsTopics: false };
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('intake', () => {
  it('takes one reading, with meter from the topic and time of arrival when the meter gives none', () => {
    const intake = takeMessage('wk/M1/reading', json({ energyWh: 1_010, powerW: 600 }), contextOf());
    assert.equal(intake.isFrame, false);
    assert.deepEqual(intake.taken, [
      {
        reading: { meterId: 'M1', atMs: NOW_MS, energyWh: 1_010, powerW: 600 },
        segment: { fromMs: HEAD.atMs, fromWh: 1_000, toMs: NOW_MS, toWh: 1_010 },
        accountId: 'AM1',
      },
    ]);
  });

  it('takes a frame and says of each bad reading what is wrong', () => {
    const frame = [
      { meterId: 'M1', energyWh: 1_001 },
      { meterId: 'M2', energyWh: -1 },
      { meterId: 'X', energyWh: 1 },
      { meterId: 'M3', energyWh: 999 },
      7,
    ];
    const intake = takeMessage('wk/gw/reading', frame, contextOf());
    assert.equal(intake.total, 5);
    assert.equal(intake.taken.length, 1);
    assert.deepEqual(
      intake.refused.map(({ refusal }) => [refusal.kind, refusal.field]),
      [
        ['rejected', 'energyWh'],
        ['held', 'meterId'],
        ['held', 'energyWh'],
        ['rejected', 'payload'],
      ],
    );
  });

  it('keeps to its bound on frames', () => {
    const frame = (length: number): unknown[] =>
      Array.from({ length }, (_, index) => ({ meterId: `M${index}`, energyWh: 1_001 }));
    assert.equal(takeMessage('t', frame(5_000), contextOf()).taken.length, 5_000);
    const tooLarge = takeMessage('t', frame(5_001), contextOf());
    assert.equal(tooLarge.taken.length, 0);
    assert.match(tooLarge.refused[0]?.refusal.reason ?? '', /1 to 5000/);
    assert.equal(takeMessage('t', [], contextOf()).refused.length, 1);
  });

  const stale: {
    name: string;
    stored: StoredMoment;
    energyWh: number;
    list: 'duplicates' | 'refused';
  }[] = [
    {
      name: 'a copy of a stored reading',
      stored: { headMs: HEAD.atMs, energyWh: 1_000 },
      energyWh: 1_000,
      list: 'duplicates',
    },
    { name: 'a late reading', stored: { headMs: HEAD.atMs, energyWh: null }, energyWh: 990, list: 'refused' },
    {
      name: 'another register for a stored time',
      stored: { headMs: HEAD.atMs, energyWh: 1_000 },
      energyWh: 1_001,
      list: 'refused',
    },
  ];
  for (const { name, stored, energyWh, list } of stale) {
    it(`knows ${name}`, () => {
      const intake = takeMessage('t', { meterId: 'M1', atMs: HEAD.atMs, energyWh }, contextOf(stored));
      const counts = {
        duplicates: intake.duplicates,
        refused: intake.refused.length,
      };
      assert.deepEqual(counts, { duplicates: 0, refused: 0, [list]: 1 });
      assert.equal(intake.taken.length, 0);
    });
  }

  it('takes a reading again that went into the flow and is not in the ledger, from where the ledger stands', () => {
    const context = contextOf({ headMs: HEAD.atMs, energyWh: null });
    const reading = { meterId: 'M1', atMs: HEAD.atMs + 1_000, energyWh: 1_001 };
    const segments = [reading, reading].map((one) => takeMessage('t', one, context).taken[0]?.segment);
    assert.deepEqual(segments[0], { fromMs: HEAD.atMs, fromWh: 1_000, toMs: reading.atMs, toWh: 1_001 });
    assert.deepEqual(segments[1], segments[0]);
  });

  it('lets nobody speak for another meter where topics say who speaks', () => {
    const context = { ...contextOf(), bindsTopics: true };
    const frame = [
      { energyWh: 1_001 },
      { meterId: 'M1', energyWh: 1_002 },
      { meterId: 'M2', energyWh: 1_001 },
    ];
    const intake = takeMessage('wk/M1/reading', frame, context);
    assert.deepEqual(
      intake.refused.map(({ refusal }) => [refusal.kind, refusal.field, refusal.value]),
      [['rejected', 'meterId', 'M2']],
    );
  });

  it('never throws and loses nothing, whatever arrives', () => {
    const context = contextOf();
    const counters = newIntakeCounters();
    const anything = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withTypedArray: true }),
      fc.record({
        meterId: fc.constantFrom('M1', 'X', '__proto__', ''),
        energyWh: fc.anything(),
        atMs: fc.anything(),
      }),
    );
    property(
      anything,
      (payload) => {
        const before = counters.received;
        const intake = takeMessage('wk/M1/reading', payload, context);
        countIntake(counters, intake);
        assert.equal(counters.received - before, intake.total);
        const { received, taken, duplicates, held, rejected } = counters;
        assert.equal(received, taken + duplicates + held + rejected);
      },
      3_000,
    );
  });
});
