import assert from 'node:assert/strict';
import { noCutAt, type NoCutSet } from '../../../nodes/lib/policy/no-cut-windows';
import { POLICY_PRESETS } from '../../../nodes/lib/policy/policy-presets';
import { localDays } from '../../../nodes/lib/time/local-days';

const INDIA = localDays('Asia/Kolkata');
const LONDON = localDays('Europe/London');
const NEVER = [[], [], [], [], [], [], []];
const EMPTY: NoCutSet = { fromDate: null, week: NEVER, holidays: [], monthDays: [], specialDays: [] };

function presetSets(id: string): readonly NoCutSet[] {
  return POLICY_PRESETS.find((preset) => preset.id === id)?.override.noCut?.sets ?? [];
}

/** Sets, zone, the last moment on one side and the first on the other, and whether it is the begin of a window. */
const BOUNDS: readonly [string, typeof INDIA, string, 'begins' | 'ends'][] = [
  // 2026-01-09 is a Friday, and the second Saturday follows.
  ['uk', LONDON, '2026-01-09T16:00:00Z', 'begins'],
  ['uk', LONDON, '2026-01-12T10:00:00Z', 'ends'],
  ['uk', LONDON, '2026-07-08T15:00:00Z', 'begins'],
  ['uk', LONDON, '2026-07-09T09:00:00Z', 'ends'],
  ['uttar-pradesh', INDIA, '2026-01-07T18:00:00+05:30', 'begins'],
  ['uttar-pradesh', INDIA, '2026-01-08T08:00:00+05:30', 'ends'],
  ['uttar-pradesh', INDIA, '2026-01-12T08:00:00+05:30', 'ends'],
  ['bihar', INDIA, '2026-01-07T17:30:00+05:30', 'begins'],
  ['bihar', INDIA, '2026-01-08T11:00:00+05:30', 'ends'],
  ['safe', INDIA, '2026-01-07T13:00:00+05:30', 'begins'],
  ['safe', INDIA, '2026-01-08T10:00:00+05:30', 'ends'],
  ['safe', INDIA, '2026-01-12T10:00:00+05:30', 'ends'],
];

describe('no-cut windows', () => {
  for (const [preset, days, iso, edge] of BOUNDS) {
    it(`of ${preset}: one ${edge} at ${iso}, to the millisecond`, () => {
      const atMs = Date.parse(iso);
      const isNoCut = (ms: number): boolean => noCutAt(presetSets(preset), days, ms) !== null;
      assert.deepEqual([isNoCut(atMs - 1), isNoCut(atMs)], edge === 'begins' ? [false, true] : [true, false]);
    });
  }

  it('joins windows that touch over midnight, a Saturday and a Sunday', () => {
    const friday = Date.parse('2026-01-09T16:00:00Z');
    assert.deepEqual(noCutAt(presetSets('uk'), LONDON, friday), {
      because: 'weekly hours',
      untilMs: Date.parse('2026-01-12T10:00:00Z'),
    });
  });

  it('cuts on first Saturdays and not on second ones where the rule says so', () => {
    const saturday = (date: string): string | undefined =>
      noCutAt(presetSets('uttar-pradesh'), INDIA, Date.parse(`${date}T12:00:00+05:30`))?.because;
    assert.deepEqual(['2026-01-03', '2026-01-10', '2026-01-17'].map(saturday), [
      undefined,
      'day of the month',
      undefined,
    ]);
  });

  it('knows holidays, and dates with windows of their own before all else', () => {
    const set: NoCutSet = {
      ...EMPTY,
      holidays: ['2026-01-26', '2026-01-27'],
      specialDays: [{ date: '2026-01-27', windows: [{ fromMinute: 720, toMinute: 780 }] }],
    };
    const because = (iso: string): string | undefined => noCutAt([set], INDIA, Date.parse(iso))?.because;
    assert.equal(because('2026-01-26T00:00:00+05:30'), 'holiday');
    assert.equal(because('2026-01-26T23:59:59+05:30'), 'holiday');
    assert.equal(because('2026-01-27T11:59:59+05:30'), undefined);
    assert.equal(because('2026-01-27T12:00:00+05:30'), 'special day');
    assert.equal(because('2026-01-27T13:00:00+05:30'), undefined);
  });

  it('changes to a future set on its first local day, whatever the order of the sets', () => {
    const whole = [{ fromMinute: 0, toMinute: 1440 }];
    const strict: NoCutSet = { ...EMPTY, fromDate: '2026-02-01', week: NEVER.map(() => whole) };
    const beginMs = Date.parse('2026-02-01T00:00:00+05:30');
    for (const sets of [
      [EMPTY, strict],
      [strict, EMPTY],
    ]) {
      assert.equal(noCutAt(sets, INDIA, beginMs - 1), null);
      assert.equal(noCutAt(sets, INDIA, beginMs)?.because, 'weekly hours');
    }
    assert.equal(noCutAt([strict], INDIA, beginMs - 1), null);
  });

  it('never shortens a window on a day with a clock change', () => {
    const between = (fromMinute: number, toMinute: number): NoCutSet[] => [
      { ...EMPTY, week: NEVER.map(() => [{ fromMinute, toMinute }]) },
    ];
    const isNoCut = (sets: NoCutSet[], iso: string): boolean =>
      noCutAt(sets, LONDON, Date.parse(iso)) !== null;
    // On 2026-10-25 the hour from 01:00 to 02:00 comes twice.
    assert.equal(isNoCut(between(60, 90), '2026-10-25T00:00:00Z'), true);
    assert.equal(isNoCut(between(60, 90), '2026-10-25T01:29:59Z'), true);
    assert.equal(isNoCut(between(60, 90), '2026-10-25T01:30:00Z'), false);
    // On 2026-03-29 it does not come at all.
    assert.equal(isNoCut(between(30, 90), '2026-03-29T00:59:59Z'), true);
    assert.equal(isNoCut(between(30, 90), '2026-03-29T01:00:00Z'), false);
    assert.equal(isNoCut(between(600, 660), '2026-03-29T09:00:00Z'), true);
    assert.equal(isNoCut(between(600, 660), '2026-03-29T10:00:00Z'), false);
  });

  it('ends even where cutting is forbidden for ever', () => {
    const whole = [{ fromMinute: 0, toMinute: 1440 }];
    const nowMs = Date.parse('2026-01-07T00:00:00Z');
    const forEver = noCutAt([{ ...EMPTY, week: NEVER.map(() => whole) }], localDays('UTC'), nowMs);
    assert.equal(forEver?.untilMs, nowMs + 32 * 86_400_000);
  });
});
