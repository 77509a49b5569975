import type { Tariff, TimeOfUse } from './tariff';

/** A tariff to begin with. */
export interface TariffPreset {
  id: string;
  title: string;
  /** Where its shape comes from. The rates are examples unless it says otherwise. */
  source: string;
  tariff: Tariff;
}

const SHAPE = 'example rates';
const RIGHTS_OF_CONSUMERS_2023 =
  'India, Electricity (Rights of Consumers) Amendment Rules, 2023: at least 20 % less in eight solar hours';

/** A calendar month in India; whoever takes a preset puts in what holds for the place. */
const COMMON = {
  version: 1,
  timeZone: 'Asia/Kolkata',
  billing: { kind: 'month', anchorDay: 1 },
  holidays: [],
  seasons: [],
} satisfies Partial<Tariff>;

/** One row of 24 hours for every day. */
function everyDay(hours: string): TimeOfUse['grids'] {
  const row = (): number[] => Array.from(hours, Number);
  return [{ week: Array.from({ length: 7 }, row), holiday: row() }];
}

export const TARIFF_PRESETS: readonly TariffPreset[] = [
  {
    id: 'flat',
    title: 'Flat rate',
    source: 'example',
    tariff: {
      ...COMMON,
      tariffId: 'flat',
      name: 'Flat rate',
      components: [{ kind: 'flat', id: 'energy', label: 'Energy', rateMicrosPerKwh: 8_000_000 }],
    },
  },
  {
    id: 'domestic-slabs',
    title: 'Indian domestic slabs',
    source: `${SHAPE}; slabs by calendar month, fixed charge by sanctioned load and 2 % prepaid rebate are usual in India`,
    tariff: {
      ...COMMON,
      tariffId: 'domestic',
      name: 'Domestic',
      components: [
        {
          kind: 'slabs',
          id: 'energy',
          label: 'Energy',
          prorate: true,
          slabs: [
            { uptoWh: 100_000, rateMicrosPerKwh: 3_500_000 },
            { uptoWh: 300_000, rateMicrosPerKwh: 5_500_000 },
            { uptoWh: 500_000, rateMicrosPerKwh: 6_500_000 },
            { uptoWh: null, rateMicrosPerKwh: 7_500_000 },
          ],
        },
        {
          kind: 'standingMonth',
          id: 'fixed',
          label: 'Fixed charge',
          amountMicros: 50_000_000,
          perKw: true,
          spread: true,
        },
        { kind: 'rebate', id: 'prepaid', label: 'Prepaid rebate', ppm: 20_000, of: ['energy'] },
        {
          kind: 'tax',
          id: 'duty',
          label: 'Electricity duty',
          ppm: 50_000,
          of: ['energy', 'fixed', 'prepaid'],
          code: 'duty',
        },
      ],
    },
  },
  {
    id: 'day-and-solar-hours',
    title: 'Two-period time of use',
    source: `${SHAPE}; ${RIGHTS_OF_CONSUMERS_2023}`,
    tariff: {
      ...COMMON,
      tariffId: 'time-of-use',
      name: 'Time of use',
      components: [
        {
          kind: 'timeOfUse',
          id: 'energy',
          label: 'Energy',
          periods: [
            { name: 'Normal', rateMicrosPerKwh: 7_000_000 },
            { name: 'Solar hours', rateMicrosPerKwh: 5_600_000 },
          ],
          grids: everyDay('000000000111111110000000'),
        },
      ],
    },
  },
  {
    id: 'lifeline',
    title: 'Lifeline and slabs',
    source: 'example',
    tariff: {
      ...COMMON,
      tariffId: 'lifeline',
      name: 'Lifeline',
      components: [
        { kind: 'freeUnits', id: 'in-block', freeWh: 30_000, of: ['energy'], lifelineOnly: true },
        {
          kind: 'lifeline',
          id: 'block',
          label: 'Lifeline block',
          uptoWh: 30_000,
          rateMicrosPerKwh: 1_500_000,
          fallbackMicrosPerKwh: 0,
        },
        {
          kind: 'slabs',
          id: 'energy',
          label: 'Energy',
          prorate: false,
          slabs: [
            { uptoWh: 100_000, rateMicrosPerKwh: 4_000_000 },
            { uptoWh: null, rateMicrosPerKwh: 7_000_000 },
          ],
        },
      ],
    },
  },
  {
    id: 'net-metering',
    title: 'Solar net metering',
    source: `${SHAPE}; exported units offset use and are banked, as under net metering rules in India`,
    tariff: {
      ...COMMON,
      tariffId: 'net-metering',
      name: 'Net metering',
      components: [
        { kind: 'flat', id: 'energy', label: 'Energy', rateMicrosPerKwh: 7_000_000 },
        {
          kind: 'exportCredit',
          id: 'export',
          label: 'Banked export',
          settle: 'banked',
          of: ['energy'],
          leftoverMicrosPerKwh: null,
        },
        {
          kind: 'standingMonth',
          id: 'fixed',
          label: 'Fixed charge',
          amountMicros: 100_000_000,
          perKw: false,
          spread: true,
        },
      ],
    },
  },
];
