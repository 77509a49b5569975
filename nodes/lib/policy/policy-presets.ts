import { micros, MICROS_PER_UNIT, ZERO_MICROS } from '../money/micros';
import { DAY_MS } from '../time/calendar-date';
import { HOUR_MS } from '../time/local-days';
import { MINUTES_PER_DAY, type DayWindow, type NoCutSet } from './no-cut-windows';
import type { Policy, PolicyOverride } from './policy';

const MINUTE_MS = 60_000;

const at = (hour: number, minute = 0): number => hour * 60 + minute;
const before = (minute: number): DayWindow => ({ fromMinute: 0, toMinute: minute });
const after = (minute: number): DayWindow => ({ fromMinute: minute, toMinute: MINUTES_PER_DAY });
const ALL_DAY: DayWindow = { fromMinute: 0, toMinute: MINUTES_PER_DAY };

/** The same hours on six or five days, and none at all on the days of rest that close the week. */
function week(windows: readonly DayWindow[], daysOfRest: number): DayWindow[][] {
  return Array.from({ length: 7 }, (_, weekday) => (weekday < 7 - daysOfRest ? [...windows] : [ALL_DAY]));
}

/** A utility adds its own holidays. */
function always(parts: Pick<NoCutSet, 'week'> & Partial<NoCutSet>): { sets: NoCutSet[] } {
  return { sets: [{ fromDate: null, holidays: [], monthDays: [], specialDays: [], ...parts }] };
}

/** To begin with: it warns early, cuts when somebody is in the office, and nothing that has to be decided first is on. */
export const SAFE_POLICY: Policy = {
  cut: { atMicros: ZERO_MICROS, freshWithinMs: 2 * HOUR_MS, conversionGraceMs: 30 * DAY_MS },
  warnings: {
    percentagesPpm: [300_000, 100_000],
    amountsMicros: [],
    daysLeft: [3],
    ownLimitPpm: 900_000,
    nextSlab: true,
    hysteresisMicros: micros(3 * MICROS_PER_UNIT),
    hysteresisDays: 1,
    hysteresisWh: 1_000,
    leadMs: HOUR_MS,
    needsDelivery: false,
  },
  highUse: { abovePpm: 1_500_000, leastWh: 1_000 },
  overload: {
    limitW: null,
    hysteresisPpm: 50_000,
    warnMs: 5 * MINUTE_MS,
    cutMs: 15 * MINUTE_MS,
    retries: 3,
    calmMs: HOUR_MS,
  },
  noCut: always({ week: week([before(at(10)), after(at(13))], 2) }),
  emergency: { mode: 'off', amountMicros: null, lastsMs: null, offerBelowMicros: micros(MICROS_PER_UNIT) },
  fleet: { leastCuts: 5, partPpm: 10_000, withinMs: HOUR_MS, releaseLastsMs: DAY_MS },
};

/** Rules of a place, to be laid over a policy. A utility confirms its own. */
export interface PolicyPreset {
  id: string;
  title: string;
  /** Where its rules come from; figures without a source are examples. */
  source: string;
  override: PolicyOverride;
}

export const POLICY_PRESETS: readonly PolicyPreset[] = [
  {
    id: 'safe',
    title: 'Only on working days from 10:00 to 13:00',
    source: 'example',
    override: { noCut: SAFE_POLICY.noCut },
  },
  {
    id: 'uk',
    title: 'United Kingdom: friendly hours and emergency credit',
    source:
      'usual in the United Kingdom: no cut from 16:00 to 10:00 and at weekends; 10.00 once the credit is under 1.00, activated by the customer; bank holidays are to be added',
    override: {
      noCut: always({ week: week([before(at(10)), after(at(16))], 2) }),
      emergency: {
        mode: 'activated',
        amountMicros: micros(10 * MICROS_PER_UNIT),
        lastsMs: null,
        offerBelowMicros: micros(MICROS_PER_UNIT),
      },
    },
  },
  {
    id: 'uttar-pradesh',
    title: 'Uttar Pradesh: nights, Sundays and second Saturdays, three days of emergency credit',
    source:
      'usual in Uttar Pradesh: no cut from 18:00 to 08:00, on Sundays, holidays and second Saturdays; warnings at 30, 10 and 0 % of the last recharge; three days of emergency credit; holidays are to be added, the line where the credit counts as repaid is an example',
    override: {
      warnings: { percentagesPpm: [300_000, 100_000, 0] },
      noCut: always({
        week: week([before(at(8)), after(at(18))], 1),
        monthDays: [{ nth: 2, weekday: 5 }],
      }),
      emergency: {
        mode: 'automatic',
        amountMicros: null,
        lastsMs: 3 * DAY_MS,
        offerBelowMicros: micros(MICROS_PER_UNIT),
      },
    },
  },
  {
    id: 'bihar',
    title: 'Bihar: nights and Sundays',
    source: 'usual in Bihar: no cut from 17:30 to 11:00, on Sundays and holidays; holidays are to be added',
    override: { noCut: always({ week: week([before(at(11)), after(at(17, 30))], 1) }) },
  },
  {
    id: 'karnataka',
    title: 'Karnataka: one warning when three quarters are used',
    source: 'usual in Karnataka: a warning at 75 % used',
    override: { warnings: { percentagesPpm: [250_000] } },
  },
];
