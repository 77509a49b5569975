import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkReading, DEFAULT_READING_LIMITS } from '../../../../nodes/lib/meter/checks/check-reading';
import { METER_CLASSES } from '../../../../nodes/lib/meter/checks/meter-class';
import { checkJump, jumpLimits, possibleWh } from '../../../../nodes/lib/meter/checks/register-jump';
import { explainFall, type FallCause } from '../../../../nodes/lib/meter/checks/register-fall';
import type { Reading } from '../../../../nodes/lib/meter/reading';
import { property } from '../../property';

const NOW_MS = 1_780_000_000_000;
const HOUR_MS = 3_600_000;
const SINGLE = METER_CLASSES['single-phase'];
const WELL: Reading = {
  meterId: 'M1',
  atMs: NOW_MS,
  energyWh: 1_000,
  voltageV: 230,
  currentA: 2,
  powerW: 440,
  powerFactor: 0.95,
  frequencyHz: 50,
};

const shortly = (reading: Parameters<typeof checkReading>[0], limits = DEFAULT_READING_LIMITS): string[] =>
  checkReading(reading, SINGLE, null, NOW_MS, limits).map(
    ({ kind, check, field }) => `${kind} ${check} ${field}`,
  );

describe('checks of one reading', () => {
  it('find nothing in a good one, nor in one with little in it', () => {
    assert.deepEqual(shortly(WELL), []);
    assert.deepEqual(shortly({ meterId: 'M1', atMs: NOW_MS, energyWh: 0 }), []);
  });

  const faults: { name: string; change: Partial<Reading>; found: string }[] = [
    { name: 'an impossible voltage', change: { voltageV: 481 }, found: 'rejected range voltageV' },
    { name: 'an unusual voltage', change: { voltageV: 277 }, found: 'flag range voltageV' },
    { name: 'no number', change: { powerW: NaN }, found: 'rejected range powerW' },
    { name: 'a power factor above one', change: { powerFactor: 1.01 }, found: 'rejected range powerFactor' },
    { name: 'a strange frequency', change: { frequencyHz: 44 }, found: 'flag range frequencyHz' },
    { name: 'power that flows back', change: { powerW: -51 }, found: 'flag direction powerW' },
    { name: 'a clock ahead', change: { atMs: NOW_MS + 300_001 }, found: 'held clock atMs' },
    { name: 'an old reading', change: { atMs: NOW_MS - 35 * 24 * HOUR_MS - 1 }, found: 'held age atMs' },
  ];
  for (const { name, change, found } of faults) {
    it(`find ${name}`, () => assert.deepEqual(shortly({ ...WELL, ...change }), [found]));
  }

  it('let the limits themselves pass', () => {
    for (const change of [{ voltageV: 276 }, { powerW: -50 }, { atMs: NOW_MS + 300_000 }, { voltageV: 0 }]) {
      assert.deepEqual(shortly({ ...WELL, ...change }), [], JSON.stringify(change));
    }
    assert.deepEqual(shortly({ ...WELL, powerW: -900 }, { ...DEFAULT_READING_LIMITS, mayExport: true }), []);
  });

  it('name the gravest first', () => {
    const found = shortly({ ...WELL, powerW: -100, voltageV: 900, atMs: NOW_MS + HOUR_MS });
    assert.deepEqual(found, ['rejected range voltageV', 'held clock atMs', 'flag direction powerW']);
  });

  it('find a meter that counts backwards', () => {
    const earlier = { ...WELL, atMs: NOW_MS - HOUR_MS, exportWh: 0 };
    const limits = { ...DEFAULT_READING_LIMITS, mayExport: true };
    const [found] = checkReading({ ...WELL, exportWh: 440 }, SINGLE, earlier, NOW_MS, limits);
    assert.match(found?.reason ?? '', /wired backwards/);
  });

  it('look at each phase', () => {
    const phase = { voltageV: 230, powerW: 500 };
    const phases = (third: object): Parameters<typeof checkReading>[0] => ({
      ...WELL,
      powerW: 1_500,
      phases: [phase, phase, third],
    });
    assert.deepEqual(shortly(phases(phase)), []);
    assert.deepEqual(shortly(phases({})), []);
    assert.deepEqual(shortly({ ...phases({ ...phase, powerW: -500 }), powerW: 500 }), [
      'flag phase L3.powerW',
    ]);
    assert.deepEqual(shortly(phases({ ...phase, voltageV: 0 })), ['event supply L3.voltageV']);
    assert.deepEqual(shortly(phases({ ...phase, voltageV: 200 })), ['flag phase L3.voltageV']);
    assert.deepEqual(shortly({ ...phases(phase), powerW: 3_000 }), ['flag phase powerW']);
  });

  it('never throw, whatever the numbers', () => {
    const numbers = fc.record({
      voltageV: fc.double(),
      currentA: fc.double(),
      powerW: fc.double(),
      atMs: fc.double(),
    });
    property(numbers, (values) => {
      for (const meterClass of Object.values(METER_CLASSES)) {
        checkReading({ ...WELL, ...values }, meterClass, WELL, NOW_MS);
      }
    });
  });
});

describe('the jump of a register', () => {
  const limits = jumpLimits(2_000, SINGLE);

  it('may be what the connection carries, and not more', () => {
    const mostWh = possibleWh(HOUR_MS, limits);
    assert.ok(mostWh > 2_900 && mostWh < 3_100, String(mostWh));
    assert.equal(checkJump('energyWh', 9_000, Math.floor(mostWh), HOUR_MS, limits), null);
    const found = checkJump('energyWh', 9_000, Math.ceil(mostWh), HOUR_MS, limits);
    assert.equal(found?.kind, 'held');
  });

  it('may be one kWh where the register counts whole kWh, however soon', () => {
    assert.equal(checkJump('energyWh', 9_000, 1_000, 10_000, limits), null);
    for (const [value, usedWh] of [
      [9_000, 2_000],
      [9_001, 1_000],
      [9_000, 999],
    ] as const)
      assert.equal(checkJump('energyWh', value, usedWh, 10_000, limits)?.kind, 'held', `${value} ${usedWh}`);
  });

  it('is bounded by the class of meter where no load is agreed', () => {
    assert.equal(jumpLimits(0, SINGLE).sanctionedLoadW, 24_000);
  });
});

describe('a register that fell', () => {
  const limits = jumpLimits(2_000, SINGLE);
  const causeOf = (
    beforeWh: number,
    afterWh: number,
    face?: { digits: number; whPerDigit: number },
  ): FallCause | undefined =>
    explainFall({ atMs: 0, energyWh: beforeWh }, { atMs: HOUR_MS, energyWh: afterWh }, limits, face)?.cause;

  it('is none while it rises or stands', () => {
    assert.equal(causeOf(5, 5), undefined);
    assert.equal(causeOf(5, 6), undefined);
  });

  it('has a likely cause', () => {
    assert.deepEqual(causeOf(99_999_000, 1_000), {
      likely: 'rollover',
      face: { digits: 5, whPerDigit: 1000 },
      usedWh: 2_000,
    });
    assert.deepEqual(causeOf(999_500, 700, { digits: 6, whPerDigit: 1 }), {
      likely: 'rollover',
      face: { digits: 6, whPerDigit: 1 },
      usedWh: 1_200,
    });
    assert.deepEqual(causeOf(5_000_000, 0), { likely: 'reset', usedWh: 0 });
    assert.deepEqual(causeOf(5_000_000, 4_999_950), { likely: 'rounding' });
    assert.deepEqual(causeOf(5_000_000, 50_012), { likely: 'unit', factor: 100 });
    assert.deepEqual(causeOf(5_000_000, 3_141_592), { likely: 'swap' });
    // Far from full and with known digits it is no rollover.
    assert.deepEqual(causeOf(500_000, 700, { digits: 6, whPerDigit: 1 }), { likely: 'reset', usedWh: 700 });
  });

  it('is always held, with a reason', () => {
    property(fc.tuple(fc.nat(2e9), fc.nat(2e9)), ([before, after]) => {
      const fall = explainFall({ atMs: 0, energyWh: before }, { atMs: HOUR_MS, energyWh: after }, limits);
      assert.equal(fall === null, after >= before);
      if (fall)
        assert.match(`${fall.verdict.kind} ${fall.verdict.reason}`, /^held the register fell .*likely/);
    });
  });
});
