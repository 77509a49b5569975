import type { LocalTime } from './local-time';
import { CHANCE, chanceAt, smoothNoiseAt } from './seeded-random';

/** Panels on a roof. */
export interface SolarRoof {
  peakW: number;
}

const MINUTES_PER_HOUR = 60;
const NOON_HOUR = 12;
const EQUINOX_DAYLIGHT_HOURS = 12;
/** How much longer the longest day is than twelve hours: about 40 degrees of latitude. */
const SEASON_HOURS = 2.7;
/** 21 June as a share of the year. */
const LONGEST_DAY = 0.47;
/** Panels never quite reach what their label says. */
const LARGEST_SHARE = 0.86;
const CLOUD_STEP_MINUTES = 12;
/** All roofs of a neighbourhood lie under one sky. */
const SKY = 0;

/** What a roof gives, in whole watts: nothing at night, most at noon, less under clouds. */
export function solarW(seed: number, { peakW }: SolarRoof, time: LocalTime): number {
  const height = sunHeight(time);
  if (height <= 0) return 0;
  return Math.round(peakW * LARGEST_SHARE * height ** 1.2 * skyClearness(seed, time));
}

/** From 0 at sunrise over 1 at noon to 0 at sunset; not above 0 at night. */
function sunHeight({ minuteOfDay, yearShare }: LocalTime): number {
  const daylightHours =
    EQUINOX_DAYLIGHT_HOURS + SEASON_HOURS * Math.cos(2 * Math.PI * (yearShare - LONGEST_DAY));
  const hoursFromNoon = minuteOfDay / MINUTES_PER_HOUR - NOON_HOUR;
  return Math.cos((Math.PI * hoursFromNoon) / daylightHours);
}

/** Some days are grey and some are clear, and single clouds pass on both. */
function skyClearness(seed: number, { day, minuteOfDay }: LocalTime): number {
  const greyness = chanceAt(seed, CHANCE.clouds, SKY, day);
  const passing = smoothNoiseAt(seed, CHANCE.clouds, day, minuteOfDay / CLOUD_STEP_MINUTES);
  return 1 - greyness * (0.35 + 0.5 * passing);
}
