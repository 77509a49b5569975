import type * as FiltersModule from '../../nodes/lib/meter/checks/meter-filters';
import type { Reading } from '../../nodes/lib/meter/reading';
import { honestRuns } from '../lib/meter/checks/simulated-fleet';
import { SPOILINGS, type Spoiling } from '../lib/meter/checks/spoiled-readings';
import { repeat } from './alternate';
import type { Benchmark } from './benchmark';
import type { Figure } from './figure';
import { loadCompiled } from './repository';
import { median } from './statistics';

/** The houses are the same in every run, so that figures of two days can be compared. */
const SEED = 20_261;
const HOUSES = 16;
const MS_PER_HOUR = 3_600_000;
const DAY_MS = 24 * MS_PER_HOUR;
/** Half of the time is honest, then something happens. */
const SPACINGS = [
  { name: '1 min', intervalMs: 60_000, durationMs: 4 * DAY_MS },
  { name: '15 min', intervalMs: 900_000, durationMs: 16 * DAY_MS },
  { name: '1 h', intervalMs: 3_600_000, durationMs: 32 * DAY_MS },
] as const;
/** What an operator would still look into by hand. */
const MOST_FALSE_PERCENT = 0.1;
const MICROSECONDS_PER_MS = 1_000;
const NANOSECONDS_PER_MICROSECOND = 1_000;

type MeterFilters = FiltersModule.MeterFilters;
type NewFilters = () => MeterFilters;

export const detection: Benchmark = {
  name: 'detection',
  about: `what the filters find in ${HOUSES} simulated houses (seed ${SEED}), and what they find where nothing is`,
  run: async ({ effort, say }) => {
    const { MeterFilters } = loadCompiled('lib/meter/checks/meter-filters.js') as typeof FiltersModule;
    const newFilters: NewFilters = () => new MeterFilters();
    const figures: Figure[] = [];
    let readings: Reading[] = [];
    for (const { name, intervalMs, durationMs } of SPACINGS) {
      say(`houses that report every ${name}`);
      const wish = { seed: SEED, houses: HOUSES, intervalMs, durationMs, isNoisy: true, jitter: 0.2 };
      const runs = [...honestRuns(wish)].map((run) => run.readings);
      if (readings.length === 0) readings = interleaved(runs);
      figures.push(falseAlarms(name, runs, newFilters));
      for (const spoiling of SPOILINGS) figures.push(...detected(name, spoiling, runs, newFilters));
    }
    say('what a reading costs');
    const nanoseconds = await repeat((ms) => Promise.resolve(cost(readings, newFilters, ms)), effort);
    const target = { of: 'value', rule: 'below', bound: 1_000 } as const;
    figures.push({ figure: 'one reading', value: nanoseconds, unit: 'ns', limit: null, target });
    return figures;
  },
};

/** An alarm counts with every reading that it lasts. */
function falseAlarms(spacing: string, runs: readonly Reading[][], newFilters: NewFilters): Figure {
  let total = 0;
  let alarmed = 0;
  for (const run of runs) {
    const filters = newFilters();
    for (const reading of run) {
      const found = filters.observe(reading);
      if (found.length > 0 || filters.alarmsOf(reading.meterId).length > 0) alarmed += 1;
      total += 1;
    }
  }
  return {
    figure: `every ${spacing}: false alarms in ${total} readings`,
    value: (100 * alarmed) / total,
    unit: '% of readings',
    limit: null,
    target: { of: 'value', rule: 'below', bound: MOST_FALSE_PERCENT },
  };
}

function detected(
  spacing: string,
  { name, isVisible, spoil }: Spoiling,
  runs: readonly Reading[][],
  newFilters: NewFilters,
): Figure[] {
  const hours: number[] = [];
  for (const run of runs) {
    const from = Math.floor(run.length / 2);
    const foundMs = firstFlagMs(spoil(run, from), from, newFilters());
    if (foundMs !== null) hours.push((foundMs - run[from]!.atMs) / MS_PER_HOUR);
  }
  const figure = `every ${spacing}: ${name}${isVisible ? '' : ' (only other meters could tell)'}`;
  const value = (100 * hours.length) / runs.length;
  const share: Figure = { figure, value, unit: '% found', limit: null };
  if (hours.length === 0) return [share];
  return [share, { figure: '  median time until then', value: median(hours), unit: 'h', limit: null }];
}

function firstFlagMs(run: readonly Reading[], from: number, filters: MeterFilters): number | null {
  for (const [index, reading] of run.entries()) {
    const isFlagged = filters.observe(reading).some(({ kind }) => kind === 'flag');
    if (isFlagged && index >= from) return reading.atMs;
  }
  return null;
}

/** In the order in which a server sees them, so that each reading is another meter's. */
function interleaved(runs: readonly Reading[][]): Reading[] {
  const longest = Math.max(...runs.map((run) => run.length));
  return Array.from({ length: longest }, (_, index) => runs.map((run) => run[index]))
    .flat()
    .filter((reading) => reading !== undefined);
}

/** Processor time, since a busy machine makes a reading wait and not dearer. */
function cost(readings: readonly Reading[], newFilters: NewFilters, ms: number): number {
  let usedMicros = 0;
  let taken = 0;
  while (usedMicros < ms * MICROSECONDS_PER_MS) {
    const filters = newFilters();
    const before = process.cpuUsage();
    for (const reading of readings) filters.observe(reading);
    usedMicros += process.cpuUsage(before).user;
    taken += readings.length;
  }
  return (usedMicros * NANOSECONDS_PER_MICROSECOND) / taken;
}
