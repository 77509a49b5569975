import type { LocalTime } from './local-time';
import { CHANCE, chanceAt, smoothNoiseAt, wholeAt } from './seeded-random';

/** What sort of people live in a house, which says when they use electricity. */
export type HouseholdKind = 'family' | 'couple' | 'retired' | 'shared' | 'workshop' | 'newcomer';

/** One household. Everything it ever uses follows from the seed, its number and the time. */
export interface Household {
  house: number;
  kind: HouseholdKind;
  /** How much more or less than the usual of its kind it uses. */
  scale: number;
}

/** Watts by hour of the day, averaged over many days; appliances that come and go are on top. */
interface Habits {
  weekdayW: readonly number[];
  weekendW: readonly number[];
  /** How far smooth noise moves the load up and down, as a share of it. */
  unrest: number;
  /** Kettles, cookers, pumps and tools: how often the busiest hour has one. */
  applianceChance: number;
  hasFridge: boolean;
}

const flat = (powerW: number): number[] => Array.from({ length: 24 }, () => powerW);

const HABITS: Readonly<Record<HouseholdKind, Habits>> = {
  family: {
    weekdayW: [
      110, 100, 95, 95, 100, 150, 380, 520, 330, 190, 170, 180, 230, 200, 180, 220, 330, 480, 700, 780, 660,
      480, 280, 160,
    ],
    weekendW: [
      130, 110, 100, 95, 95, 110, 180, 320, 460, 480, 420, 420, 520, 430, 360, 350, 400, 520, 690, 740, 650,
      500, 330, 190,
    ],
    unrest: 0.3,
    applianceChance: 0.9,
    hasFridge: true,
  },
  couple: {
    weekdayW: [
      70, 65, 60, 60, 65, 110, 260, 320, 150, 90, 85, 90, 110, 95, 90, 100, 170, 320, 460, 480, 420, 320, 190,
      100,
    ],
    weekendW: [
      90, 75, 65, 60, 60, 70, 110, 190, 280, 300, 270, 260, 300, 250, 220, 220, 260, 340, 440, 470, 420, 340,
      230, 130,
    ],
    unrest: 0.3,
    applianceChance: 0.7,
    hasFridge: true,
  },
  retired: {
    weekdayW: [
      80, 75, 70, 70, 80, 140, 220, 280, 290, 270, 260, 290, 340, 260, 220, 220, 260, 320, 380, 370, 310, 220,
      140, 95,
    ],
    weekendW: [
      80, 75, 70, 70, 80, 120, 200, 270, 300, 290, 280, 310, 360, 280, 230, 230, 270, 330, 380, 370, 310, 220,
      140, 95,
    ],
    unrest: 0.2,
    applianceChance: 0.6,
    hasFridge: true,
  },
  shared: {
    weekdayW: [
      260, 210, 150, 120, 110, 110, 160, 240, 230, 190, 180, 200, 240, 220, 210, 230, 290, 370, 470, 540, 560,
      540, 470, 360,
    ],
    weekendW: [
      400, 360, 280, 200, 150, 120, 110, 120, 150, 210, 280, 330, 370, 340, 310, 310, 340, 400, 480, 540, 580,
      590, 560, 480,
    ],
    unrest: 0.4,
    applianceChance: 0.8,
    hasFridge: true,
  },
  workshop: {
    weekdayW: [
      60, 60, 60, 60, 60, 70, 180, 620, 980, 1050, 1020, 960, 520, 900, 1040, 1000, 760, 320, 140, 100, 80,
      70, 60, 60,
    ],
    weekendW: [
      60, 60, 60, 60, 60, 60, 70, 120, 320, 380, 360, 260, 110, 80, 70, 70, 70, 70, 70, 70, 70, 60, 60, 60,
    ],
    unrest: 0.35,
    applianceChance: 0.5,
    hasFridge: false,
  },
  // A kiln that is fired day and night: whoever starts the simulation sees this house run out of credit soon.
  newcomer: {
    weekdayW: flat(3_300),
    weekendW: flat(3_300),
    unrest: 0.02,
    applianceChance: 0,
    hasFridge: false,
  },
};

const MINUTES_PER_HOUR = 60;
const HOURS_PER_DAY = 24;
/** An hour as busy as this has an appliance as often as the habits say. */
const BUSY_HOUR_W = 700;
const NOISE_STEP_MINUTES = 10;
const APPLIANCE_W = { min: 900, max: 2_200 };
const APPLIANCE_MINUTES = { min: 3, max: 14 };
const FRIDGE_W = { min: 80, max: 130 };
const FRIDGE_PERIOD_MINUTES = { min: 42, max: 66 };
const FRIDGE_RUNS_SHARE = 0.36;

/** What a household uses, in whole watts; it stays the same for a whole minute. */
export function loadW(seed: number, household: Household, time: LocalTime): number {
  const habits = HABITS[household.kind];
  const usualW = usualLoadW(habits, time) * household.scale;
  const noise = smoothNoiseAt(seed, CHANCE.mood, household.house, absoluteMinute(time) / NOISE_STEP_MINUTES);
  const baseW = usualW * (1 + habits.unrest * (2 * noise - 1));
  const fridge = habits.hasFridge ? fridgeW(seed, household.house, time) : 0;
  return Math.round(baseW + fridge + applianceW(seed, household.house, habits, time));
}

const absoluteMinute = ({ day, minuteOfDay }: LocalTime): number =>
  day * HOURS_PER_DAY * MINUTES_PER_HOUR + minuteOfDay;

/** The hourly habits are what the middle of each hour is like; between two middles the load moves in a straight line. */
function usualLoadW({ weekdayW, weekendW }: Habits, { minuteOfDay, isWeekend }: LocalTime): number {
  const byHour = isWeekend ? weekendW : weekdayW;
  const position = minuteOfDay / MINUTES_PER_HOUR - 0.5 + HOURS_PER_DAY;
  const hour = Math.floor(position);
  const from = byHour[hour % HOURS_PER_DAY] ?? 0;
  const to = byHour[(hour + 1) % HOURS_PER_DAY] ?? 0;
  return from + (to - from) * (position - hour);
}

/** At most one kettle, pump or tool per hour, more often in busy hours. */
function applianceW(seed: number, house: number, habits: Habits, time: LocalTime): number {
  if (habits.applianceChance === 0) return 0;
  const hour = Math.floor(time.minuteOfDay / MINUTES_PER_HOUR);
  const hourW = (time.isWeekend ? habits.weekendW : habits.weekdayW)[hour] ?? 0;
  const chance = habits.applianceChance * Math.min(1, hourW / BUSY_HOUR_W);
  const draw = (what: number): number =>
    chanceAt(seed, CHANCE.appliance, house * 4 + what, time.day * HOURS_PER_DAY + hour);
  if (draw(0) >= chance) return 0;
  const minutes = wholeAt(APPLIANCE_MINUTES.min, APPLIANCE_MINUTES.max, draw(1));
  const start = wholeAt(0, MINUTES_PER_HOUR - minutes, draw(2));
  const minute = time.minuteOfDay - hour * MINUTES_PER_HOUR;
  const isRunning = minute >= start && minute < start + minutes;
  return isRunning ? wholeAt(APPLIANCE_W.min, APPLIANCE_W.max, draw(3)) : 0;
}

/** A compressor that runs about a third of the time, each in its own rhythm. */
function fridgeW(seed: number, house: number, time: LocalTime): number {
  const draw = (what: number): number => chanceAt(seed, CHANCE.fridge, house, what);
  const period = wholeAt(FRIDGE_PERIOD_MINUTES.min, FRIDGE_PERIOD_MINUTES.max, draw(0));
  const minute = (absoluteMinute(time) + wholeAt(0, period, draw(1))) % period;
  return minute < period * FRIDGE_RUNS_SHARE ? wholeAt(FRIDGE_W.min, FRIDGE_W.max, draw(2)) : 0;
}
