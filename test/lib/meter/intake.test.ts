import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  takeUnderstood,
  type Intake,
  type IntakeContext,
  type StoredMoment,
} from '../../../nodes/lib/meter/intake';
import { countIntake, newIntakeCounters } from '../../../nodes/lib/meter/intake-counters';
import { MeterRules } from '../../../nodes/lib/meter/meter-rules';
import { MeterWatch } from '../../../nodes/lib/meter/meter-watch';
import { RegisterChain } from '../../../nodes/lib/meter/register-chain';
import { PayloadReader } from '../../../nodes/lib/meter/shapes/payload-reader';
import { property } from '../property';

const NOW_MS = 1_700_000_000_000;
const HEAD = { atMs: NOW_MS - 60_000, energyWh: 1_000, exportWh: null };
const NOT_STORED: StoredMoment = { headMs: null, energyWh: null };

function contextOf(stored: StoredMoment = NOT_STORED): IntakeContext {
  const known = (meterId: string) =>
    meterId.startsWith('M')
      ? { accountId: `A${meterId}`, openedMs: 0, head: HEAD, offset: { energyWh: 0, exportWh: 0 }, loadW: 0 }
      : undefined;
  const chain = new RegisterChain({ maxFutureMs: 60_000, maxPowerW: 69_000 }, known);
  const rules = new MeterRules([], {});
  const watch = new MeterWatch(rules, true);
  return {
    chain,
    nowMs: NOW_MS,
    lookUp: () => stored,
    lookAround: () => undefined,
    jumpOf: (meterId) => rules.of(meterId).jump,
    judge: (reading, nowMs) => watch.judge(reading, nowMs),
    onTaken: (reading, nowMs) => watch.observe(reading, nowMs),
  };
}

const newReader = (): PayloadReader => new PayloadReader({ settingsOf: () => ({}), storedWh: () => null });

function takeMessage(
  topic: string,
  payload: unknown,
  context: IntakeContext,
  { bindsTopics = false, reader = newReader() } = {},
): Intake {
  return takeUnderstood(
    reader.read(topic, payload, context.nowMs, () => bindsTopics),
    context,
  );
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
        ['rejected', 'payload'],
        ['held', 'meterId'],
        ['held', 'energyWh'],
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
    const context = contextOf();
    const frame = [
      { energyWh: 1_001 },
      { meterId: 'M1', energyWh: 1_002 },
      { meterId: 'M2', energyWh: 1_001 },
    ];
    const intake = takeMessage('wk/M1/reading', frame, context, { bindsTopics: true });
    assert.deepEqual(
      intake.refused.map(({ refusal }) => [refusal.kind, refusal.field, refusal.value]),
      [['rejected', 'meterId', 'M2']],
    );
  });

  it('refuses what no meter can have measured, and holds what is too old', () => {
    const say = (reading: object): unknown => {
      const intake = takeMessage('t', { meterId: 'M1', energyWh: 1_001, ...reading }, contextOf());
      const refusal = intake.refused[0]?.refusal;
      return refusal && [refusal.kind, refusal.field, refusal.meterId];
    };
    assert.deepEqual(say({ voltageV: 500 }), ['rejected', 'voltageV', 'M1']);
    assert.deepEqual(say({ atMs: NOW_MS - 36 * 86_400_000 }), ['held', 'atMs', 'M1']);
    assert.deepEqual(say({ atMs: NOW_MS + 6 * 60_000 }), ['held', 'atMs', 'M1']);
    assert.equal(say({ voltageV: 230 }), undefined);
  });

  it('holds a jump that the class of the meter cannot carry', () => {
    // 24 kW and 45 % more, for a minute and the half that clocks may be wrong, and a step of the register.
    const mostWh = Math.floor((24_000 * 1.45 * 90) / 3_600 + 100);
    const kinds = [mostWh, mostWh + 1].map(
      (usedWh) =>
        takeMessage('t', { meterId: 'M1', energyWh: HEAD.energyWh + usedWh }, contextOf()).taken.length,
    );
    assert.deepEqual(kinds, [1, 0]);
  });

  it('never throws and loses nothing, whatever arrives', () => {
    const context = contextOf();
    const counters = newIntakeCounters();
    const reader = newReader();
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
        const intake = takeMessage('wk/M1/reading', payload, context, { reader });
        countIntake(counters, intake);
        assert.equal(counters.received - before, intake.total);
        const { received, taken, duplicates, held, rejected, noted } = counters;
        assert.equal(received, taken + duplicates + held + rejected + noted);
      },
      3_000,
    );
  });
});
