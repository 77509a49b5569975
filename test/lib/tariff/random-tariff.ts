import fc, { type Arbitrary } from 'fast-check';
import type { BillingRule } from '../../../nodes/lib/tariff/billing-period';
import type { MeterTerms } from '../../../nodes/lib/tariff/meter-terms';
import type { Component, EnergyComponent, Tariff } from '../../../nodes/lib/tariff/tariff';
import type { CurvePoint } from './slow-pricing';

const HOUR_MS = 3_600_000;

/** A tariff, a meter and its register over two to four days, often over a clock change or a new month. */
export interface PricedCase {
  tariff: Tariff;
  terms: MeterTerms;
  curve: CurvePoint[];
  untilMs: number;
}

/** Zone and the moment the days begin: clock changes both ways, half hours, a skipped day, ends of months and years. */
const PLACES: [string, string][] = [
  ['Europe/Vienna', '2025-03-29T07:13:20Z'],
  ['Europe/Vienna', '2025-10-25T05:00:00Z'],
  ['Australia/Lord_Howe', '2025-10-04T01:11:01Z'],
  ['Australia/Lord_Howe', '2025-04-05T03:00:00Z'],
  ['America/Sao_Paulo', '2018-11-03T05:00:00Z'],
  ['America/Sao_Paulo', '2018-02-17T05:20:00Z'],
  ['Pacific/Apia', '2011-12-29T06:00:00Z'],
  ['Asia/Kathmandu', '2025-02-27T18:15:00Z'],
  ['Asia/Kolkata', '2024-12-30T10:00:00.123Z'],
];

const rate = fc.oneof(fc.integer({ min: 0, max: 20_000_000 }), fc.integer({ min: 0, max: 2_000 }));
const ppm = fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.constantFrom(20_000, 50_000, 180_000));

const billing = (startDate: string): Arbitrary<BillingRule> =>
  fc.oneof(
    fc.integer({ min: 1, max: 28 }).map((anchorDay): BillingRule => ({ kind: 'month', anchorDay })),
    fc
      .integer({ min: 1, max: 40 })
      .map((days): BillingRule => ({ kind: 'days', firstDate: '2010-01-31', days })),
    fc.constant<BillingRule>({
      kind: 'list',
      periods: [
        { fromDate: '2010-01-01', label: 'before' },
        { fromDate: startDate, label: 'first' },
        { fromDate: later(startDate, 2), label: 'second' },
      ],
      endDate: later(startDate, 50),
    }),
  );

function later(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

const slabs = fc
  .tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 4_000 }), { maxLength: 4 }),
    fc.array(rate, { minLength: 5, maxLength: 5 }),
  )
  .map(([limits, rates]) =>
    [...limits.sort((a, b) => a - b), null].map((uptoWh, index) => ({
      uptoWh,
      rateMicrosPerKwh: rates[index] ?? 0,
    })),
  );

const hours = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 24, maxLength: 24 });
const randomGrid = fc.record({ week: fc.array(hours, { minLength: 7, maxLength: 7 }), holiday: hours });

const energyOf = (gridCount: number, startDate: string): Arbitrary<EnergyComponent> => {
  const id = fc.constant('');
  return fc.oneof(
    fc.record({ kind: fc.constant('flat' as const), id, rateMicrosPerKwh: rate }),
    fc.record({ kind: fc.constant('slabs' as const), id, slabs, prorate: fc.boolean() }),
    fc.record({
      kind: fc.constant('timeOfUse' as const),
      id,
      periods: fc
        .tuple(rate, rate, rate)
        .map((rates) =>
          rates.map((rateMicrosPerKwh, index) => ({ name: `period ${index}`, rateMicrosPerKwh })),
        ),
      grids: fc.array(randomGrid, { minLength: gridCount, maxLength: gridCount }),
    }),
    fc.record({
      kind: fc.constant('priceFeed' as const),
      id,
      holdsMs: fc.constantFrom(HOUR_MS / 4, HOUR_MS, 24 * HOUR_MS),
      fallbackMicrosPerKwh: rate,
    }),
    fc.record({
      kind: fc.constant('lifeline' as const),
      id,
      uptoWh: fc.integer({ min: 1, max: 2_000 }),
      rateMicrosPerKwh: rate,
      fallbackMicrosPerKwh: rate,
    }),
    fc.record({
      kind: fc.constant('fuelSurcharge' as const),
      id,
      rateMicrosPerKwh: fc.integer({ min: -3_000_000, max: 3_000_000 }),
      fromDate: fc.integer({ min: -1, max: 3 }).map((days) => later(startDate, days)),
    }),
  );
};

const standing: Arbitrary<Component> = fc.oneof(
  fc.record({
    kind: fc.constant('standingDay' as const),
    id: fc.constant('per day'),
    amountMicros: fc.integer({ min: 0, max: 9_000_000 }),
    perKw: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('standingMonth' as const),
    id: fc.constant('per month'),
    amountMicros: fc.integer({ min: 0, max: 90_000_000 }),
    perKw: fc.boolean(),
    spread: fc.boolean(),
  }),
);

/** Free units first, then energy and standing charges in any order, then percentages on some of what came before. */
const components = (gridCount: number, startDate: string): Arbitrary<Component[]> =>
  fc
    .record({
      free: fc.option(fc.record({ freeWh: fc.integer({ min: 1, max: 2_000 }), lifelineOnly: fc.boolean() })),
      energy: fc.array(energyOf(gridCount, startDate), { minLength: 1, maxLength: 3 }),
      standing: fc.array(standing, { maxLength: 2 }),
      rebate: fc.option(ppm),
      taxes: fc.array(ppm, { maxLength: 2 }),
      picks: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    })
    .map(({ free, energy, standing: fees, rebate, taxes, picks }) => {
      const priced: Component[] = energy.map((component, index) => ({ ...component, id: `energy ${index}` }));
      priced.push(...fees.map((fee, index) => ({ ...fee, id: `fee ${index}` })));
      const someOf = (pick = 0) => {
        const ids = priced.map(({ id }) => id);
        const some = ids.filter((_, index) => (pick >> index) % 2 === 1);
        return some.length > 0 ? some : ids;
      };
      if (rebate !== null) priced.push({ kind: 'rebate', id: 'rebate', ppm: rebate, of: someOf(picks[0]) });
      for (const [index, tax] of taxes.entries())
        priced.push({ kind: 'tax', id: `tax ${index}`, ppm: tax, of: someOf(picks[index + 1]), code: 'vat' });
      if (free) priced.unshift({ kind: 'freeUnits', id: 'free', ...free, of: ['energy 0'] });
      return priced;
    });

const curveFrom = (startMs: number): Arbitrary<CurvePoint[]> =>
  fc
    .tuple(
      fc.nat(1_000_000),
      fc.array(
        fc.record({
          durationMs: fc.oneof(
            fc.integer({ min: 1, max: 26 * HOUR_MS }),
            fc.constantFrom(HOUR_MS, 15 * 60_000),
          ),
          usedWh: fc.oneof(fc.nat(1_500), fc.constantFrom(0, 1)),
        }),
        { minLength: 1, maxLength: 5 },
      ),
    )
    .map(([firstWh, steps]) => {
      const points = [{ atMs: startMs, energyWh: firstWh }];
      for (const { durationMs, usedWh } of steps) {
        const { atMs, energyWh } = points.at(-1)!;
        points.push({ atMs: atMs + durationMs, energyWh: energyWh + usedWh });
      }
      return points;
    });

const feedFrom = (startMs: number): Arbitrary<MeterTerms['feed']> =>
  fc.uniqueArray(fc.integer({ min: -8, max: 300 }), { maxLength: 12 }).chain((quarters) =>
    fc.tuple(
      ...quarters
        .sort((a, b) => a - b)
        .map((quarter) =>
          fc.record({
            fromMs: fc.constant(Math.floor(startMs / HOUR_MS) * HOUR_MS + (quarter * HOUR_MS) / 4),
            microsPerKwh: fc.option(fc.integer({ min: -2_000_000, max: 9_000_000 })),
          }),
        ),
    ),
  );

export const pricedCase: Arbitrary<PricedCase> = fc
  .tuple(fc.constantFrom(...PLACES), fc.boolean())
  .chain(([[timeZone, start], hasSeasons]) => {
    const startMs = Date.parse(start);
    const startDate = start.slice(0, 10);
    const seasons = hasSeasons
      ? [
          { name: 'early', from: '02-28' },
          { name: 'late', from: '10-26' },
        ]
      : [];
    const tariff = fc.record({
      tariffId: fc.constant('random'),
      version: fc.constant(1),
      timeZone: fc.constant(timeZone),
      billing: billing(startDate),
      holidays: fc.subarray([startDate, later(startDate, 1), later(startDate, 2)]),
      seasons: fc.constant(seasons),
      components: components(Math.max(1, seasons.length), startDate),
    });
    const terms = fc.record({
      sanctionedLoadW: fc.nat(9_999),
      isLifeline: fc.boolean(),
      feed: feedFrom(startMs),
    });
    return fc.record({
      tariff,
      terms,
      curve: curveFrom(startMs),
      untilMs: fc.nat(100 * HOUR_MS).map((afterMs) => startMs + afterMs),
    });
  });
