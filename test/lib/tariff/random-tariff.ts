import fc, { type Arbitrary } from 'fast-check';
import type { BillingRule } from '../../../nodes/lib/tariff/billing-period';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import type { MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import type { MeterTerms } from '../../../nodes/lib/tariff/meter-terms';
import type {
  BankedExport,
  Component,
  EnergyComponent,
  HourlyRates,
  Tariff,
} from '../../../nodes/lib/tariff/tariff';
import type { CurvePoint } from './slow-pricing';

const HOUR_MS = 3_600_000;

/** A meter, what it paid by and its registers over a few days, often over a clock change or a new month. */
export interface PricedCase {
  /** Version 1 and those after it. */
  tariffs: Tariff[];
  pieces: { fromMs: number; version: number; terms: MeterTerms }[];
  curve: CurvePoint[];
  untilMs: number;
}

export function planOfCase({ tariffs, pieces }: PricedCase): MeterPlan {
  const compiled = tariffs.map(compileTariff);
  return pieces.map(({ fromMs, version, terms }) => ({ fromMs, tariff: compiled[version - 1]!, terms }));
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
    fc
      .constantFrom(1, 15, Math.min(28, Number(later(startDate, 1).slice(8))))
      .map((anchorDay): BillingRule => ({ kind: 'month', anchorDay })),
    fc
      .integer({ min: 1, max: 9 })
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

const hourlyRates = (gridCount: number): Arbitrary<HourlyRates> =>
  fc.record({
    periods: fc
      .tuple(rate, rate, rate)
      .map((rates) =>
        rates.map((rateMicrosPerKwh, index) => ({ name: `period ${index}`, rateMicrosPerKwh })),
      ),
    grids: fc.array(randomGrid, { minLength: gridCount, maxLength: gridCount }),
  });

const energyOf = (gridCount: number, startDate: string): Arbitrary<EnergyComponent> => {
  const id = fc.constant('');
  return fc.oneof(
    fc.record({ kind: fc.constant('flat' as const), id, rateMicrosPerKwh: rate }),
    fc.record({ kind: fc.constant('slabs' as const), id, slabs, prorate: fc.boolean() }),
    hourlyRates(gridCount).map((rates) => ({ kind: 'timeOfUse' as const, id: '', ...rates })),
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

/** Charges on what energy came to or how it was used, after the energy. */
const usageCharge = (of: string[], gridCount: number): Arbitrary<Component> =>
  fc.oneof(
    fc.record({
      kind: fc.constant('minimum' as const),
      id: fc.constant('minimum'),
      amountMicros: fc.integer({ min: 0, max: 40_000_000 }),
      perKw: fc.boolean(),
      of: fc.subarray(of, { minLength: 1 }),
    }),
    fc.record({
      kind: fc.constant('demand' as const),
      id: fc.constant('demand'),
      windowMinutes: fc.constantFrom(15 as const, 30 as const),
      unit: fc.constantFrom('W' as const, 'VA' as const),
      rateMicrosPerKw: rate,
    }),
    fc.record({
      kind: fc.constant('powerFactor' as const),
      id: fc.constant('power factor'),
      of: fc.subarray(of, { minLength: 1 }),
      table: fc.tuple(fc.integer({ min: 1, max: 1_000 }), ppm, ppm).map(([fromThousandths, low, high]) => [
        { fromThousandths: 0, ppm: low },
        { fromThousandths, ppm: -high },
      ]),
    }),
    fc.record({
      kind: fc.constant('exportCredit' as const),
      id: fc.constant('export'),
      settle: fc.constant('paid' as const),
      price: fc.oneof(
        fc.record({ kind: fc.constant('own' as const), rateMicrosPerKwh: rate }),
        fc.record({ kind: fc.constant('same' as const), as: fc.constantFrom(...of) }),
        fc.tuple(hourlyRates(gridCount)).map(([rates]) => ({ kind: 'timeOfUse' as const, ...rates })),
      ),
    }),
  );

const bank = (of: string[]): Arbitrary<BankedExport> =>
  fc.record({
    kind: fc.constant('exportCredit' as const),
    id: fc.constant('bank'),
    settle: fc.constant('banked' as const),
    of: fc.subarray(of, { minLength: 1 }),
    leftoverMicrosPerKwh: fc.option(rate),
  });

/** Free units first, then energy, what follows from it, standing charges, and percentages on some of what came before. */
const components = (gridCount: number, startDate: string): Arbitrary<Component[]> =>
  fc.array(energyOf(gridCount, startDate), { minLength: 1, maxLength: 3 }).chain((energies) => {
    const energy = energies.map((component, index) => ({ ...component, id: `energy ${index}` }));
    const ids = energy.map(({ id }) => id);
    return fc
      .record({
        free: fc.option(
          fc.record({ freeWh: fc.integer({ min: 1, max: 2_000 }), lifelineOnly: fc.boolean() }),
        ),
        usage: fc.uniqueArray(usageCharge(ids, gridCount), { maxLength: 3, selector: ({ id }) => id }),
        bank: fc.option(bank(ids)),
        fees: fc.array(standing, { maxLength: 2 }),
        rebate: fc.option(ppm),
        taxes: fc.array(ppm, { maxLength: 2 }),
        picks: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
      })
      .map(({ free, usage, bank: banked, fees, rebate, taxes, picks }) => {
        const priced: Component[] = [...energy, ...usage];
        if (banked) priced.push(banked);
        priced.push(...fees.map((fee, index) => ({ ...fee, id: `fee ${index}` })));
        const someOf = (pick = 0) => {
          const all = priced.map(({ id }) => id);
          const some = all.filter((_, index) => (pick >> index) % 2 === 1);
          return some.length > 0 ? some : all;
        };
        if (rebate !== null) priced.push({ kind: 'rebate', id: 'rebate', ppm: rebate, of: someOf(picks[0]) });
        for (const [index, tax] of taxes.entries())
          priced.push({
            kind: 'tax',
            id: `tax ${index}`,
            ppm: tax,
            of: someOf(picks[index + 1]),
            code: 'vat',
          });
        if (free) priced.unshift({ kind: 'freeUnits', id: 'free', ...free, of: ['energy 0'] });
        return priced;
      });
  });

const curveFrom = (startMs: number, exports: boolean): Arbitrary<CurvePoint[]> =>
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
          exportedWh: fc.oneof(fc.nat(1_500), fc.constantFrom(0, 1)),
          powerFactor: fc.option(fc.integer({ min: -1_000, max: 1_000 }), { nil: undefined }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    )
    .map(([firstWh, steps]) => {
      const points: CurvePoint[] = [{ atMs: startMs, energyWh: firstWh, ...(exports && { exportWh: 77 }) }];
      for (const { durationMs, usedWh, exportedWh, powerFactor } of steps) {
        const { atMs, energyWh, exportWh } = points.at(-1)!;
        points.push({
          atMs: atMs + durationMs,
          energyWh: energyWh + usedWh,
          ...(exportWh !== undefined && { exportWh: exportWh + exportedWh }),
          ...(powerFactor !== undefined && { powerFactorThousandths: powerFactor }),
        });
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

const tariffFrom = (timeZone: string, startDate: string, rule: BillingRule): Arbitrary<Tariff> =>
  fc.boolean().chain((hasSeasons) => {
    const seasons = hasSeasons
      ? [
          { name: 'early', from: '02-28' },
          { name: 'late', from: '10-26' },
        ]
      : [];
    return fc.record({
      tariffId: fc.constant('random'),
      version: fc.constant(1),
      timeZone: fc.constant(timeZone),
      billing: fc.constant(rule),
      holidays: fc.subarray([startDate, later(startDate, 1), later(startDate, 2)]),
      seasons: fc.constant(seasons),
      components: components(Math.max(1, seasons.length), startDate),
    });
  });

const termsFrom = (startMs: number): Arbitrary<MeterTerms> =>
  fc.record({ sanctionedLoadW: fc.nat(9_999), isLifeline: fc.boolean(), feed: feedFrom(startMs) });

/** Another version, mostly with the same billing rule in the same zone; now and then in a zone far away. */
const nextTariff = (timeZone: string, startDate: string, rule: BillingRule): Arbitrary<Tariff> =>
  fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: fc.constant(timeZone) }, { weight: 1, arbitrary: fc.constant('UTC') }),
      fc.oneof({ weight: 2, arbitrary: fc.constant(rule) }, { weight: 1, arbitrary: billing(startDate) }),
    )
    .chain(([zone, nextRule]) => tariffFrom(zone, startDate, nextRule));

/** One to three tariffs; later pieces of the plan may come back to an earlier one, or have other terms only. */
const planFrom = (
  timeZone: string,
  startMs: number,
  startDate: string,
): Arbitrary<Pick<PricedCase, 'tariffs' | 'pieces'>> =>
  billing(startDate).chain((rule) =>
    fc
      .tuple(
        tariffFrom(timeZone, startDate, rule),
        fc.array(nextTariff(timeZone, startDate, rule), { maxLength: 2 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 72 * 4 }), { maxLength: 3 }),
        fc.array(fc.tuple(fc.nat(2), termsFrom(startMs)), { minLength: 4, maxLength: 4 }),
      )
      .map(([first, others, quarters, picks]) => {
        const tariffs = [first, ...others].map((tariff, index) => ({ ...tariff, version: index + 1 }));
        const begins = quarters.sort((a, b) => a - b).map((quarter) => quarterAfter(startMs, quarter));
        const pieces = [0, ...begins].map((fromMs, index) => {
          const [pick, terms] = picks[index]!;
          return { fromMs, version: index === 0 ? 1 : 1 + (pick % tariffs.length), terms };
        });
        return { tariffs, pieces };
      }),
  );

function quarterAfter(startMs: number, quarter: number): number {
  return (Math.floor(startMs / (HOUR_MS / 4)) + quarter) * (HOUR_MS / 4);
}

export const pricedCase: Arbitrary<PricedCase> = fc
  .tuple(fc.constantFrom(...PLACES), fc.boolean())
  .chain(([[timeZone, start], exports]) => {
    const startMs = Date.parse(start);
    return fc
      .record({
        plan: planFrom(timeZone, startMs, start.slice(0, 10)),
        curve: curveFrom(startMs, exports),
        untilMs: fc.nat(100 * HOUR_MS).map((afterMs) => startMs + afterMs),
      })
      .map(({ plan, ...rest }) => ({ ...plan, ...rest }));
  });
