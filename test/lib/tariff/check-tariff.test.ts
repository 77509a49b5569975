import assert from 'node:assert/strict';
import { checkTariff } from '../../../nodes/lib/tariff/check-tariff';
import type { Component, Tariff } from '../../../nodes/lib/tariff/tariff';
import { grid, sampleTariff } from './sample-tariff';

const FLAT: Component = { kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 };
const DAY_AND_NIGHT = '000000111111111111111100';

const COMPLETE = sampleTariff(
  [
    { kind: 'freeUnits', id: 'free', freeWh: 50_000, of: ['energy'], lifelineOnly: true },
    {
      kind: 'slabs',
      id: 'energy',
      prorate: true,
      slabs: [
        { uptoWh: 100_000, rateMicrosPerKwh: 3_000_000 },
        { uptoWh: null, rateMicrosPerKwh: 6_000_000 },
      ],
    },
    {
      kind: 'timeOfUse',
      id: 'hours',
      periods: [
        { name: 'night', rateMicrosPerKwh: 0 },
        { name: 'day', rateMicrosPerKwh: 1_500_000 },
      ],
      grids: [grid(DAY_AND_NIGHT), grid(DAY_AND_NIGHT)],
    },
    { kind: 'priceFeed', id: 'market', holdsMs: 3_600_000, fallbackMicrosPerKwh: 9_000_000 },
    { kind: 'lifeline', id: 'block', uptoWh: 20_000, rateMicrosPerKwh: 3_000_000, fallbackMicrosPerKwh: 0 },
    { kind: 'fuelSurcharge', id: 'fuel', rateMicrosPerKwh: -250_000, fromDate: '2025-04-01' },
    { kind: 'standingDay', id: 'day', amountMicros: 1_000_000, perKw: false },
    { kind: 'standingMonth', id: 'month', amountMicros: 50_000_000, perKw: true, spread: true },
    { kind: 'rebate', id: 'prepaid', ppm: 20_000, of: ['energy', 'hours'] },
    { kind: 'tax', id: 'duty', ppm: 160_000, of: ['energy', 'prepaid'], code: 'duty' },
    { kind: 'tax', id: 'vat', ppm: 180_000, of: ['energy', 'duty'], code: 'vat' },
    {
      kind: 'minimum',
      id: 'least',
      label: 'Minimum',
      amountMicros: 100_000_000,
      perKw: true,
      of: ['energy'],
    },
    { kind: 'demand', id: 'peak', windowMinutes: 15, unit: 'VA', rateMicrosPerKw: 200_000_000 },
    {
      kind: 'powerFactor',
      id: 'factor',
      of: ['energy', 'hours'],
      table: [
        { fromThousandths: 0, ppm: 100_000 },
        { fromThousandths: 850, ppm: -10_000 },
      ],
    },
    {
      kind: 'exportCredit',
      id: 'bank',
      settle: 'banked',
      of: ['energy', 'hours'],
      leftoverMicrosPerKwh: 2_000_000,
    },
    {
      kind: 'exportCredit',
      id: 'paid',
      settle: 'paid',
      price: {
        kind: 'timeOfUse',
        periods: [{ name: 'all', rateMicrosPerKwh: 1 }],
        grids: [grid('0'.repeat(24)), grid('0'.repeat(24))],
      },
    },
    { kind: 'exportCredit', id: 'bonus', settle: 'paid', price: { kind: 'same', as: 'energy' } },
    { kind: 'exportCredit', id: 'own', settle: 'paid', price: { kind: 'own', rateMicrosPerKwh: 5 } },
    { kind: 'tax', id: 'cess', ppm: 10_000, of: ['least', 'peak', 'factor', 'bank', 'paid'], code: 'cess' },
  ],
  {
    name: 'All there is',
    holidays: ['2025-01-26'],
    seasons: [
      { name: 'summer', from: '03-01' },
      { name: 'winter', from: '11-01' },
    ],
  },
);

/** A copy of a complete tariff with one value changed; the path is written as messages write it. */
function changed(path: string, value: unknown, base: Tariff = COMPLETE): unknown {
  const copy: unknown = structuredClone(base);
  const keys = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  const last = keys.pop()!;
  let target = copy as Record<string, unknown>;
  for (const key of keys) target = target[key] as Record<string, unknown>;
  target[last] = value;
  return copy;
}

/** Field, bad value, and the whole message. */
const REFUSALS: [string, unknown, string][] = [
  ['tariffId', '', 'tariffId must be a text of 1 to 60 characters, got ""'],
  ['version', 0, 'version must be a whole number from 1 to 9007199254740991, got 0'],
  [
    'timeZone',
    'Asia/Nowhere',
    'timeZone must be an IANA time zone such as Asia/Kathmandu, got "Asia/Nowhere"',
  ],
  ['billing', 'month', 'billing must be an object, got "month"'],
  ['billing.kind', 'week', 'billing.kind must be one of month, days, list, got "week"'],
  ['billing.kind', 'toString', 'billing.kind must be one of month, days, list, got "toString"'],
  ['billing.anchorDay', 29, 'billing.anchorDay must be a whole number from 1 to 28, got 29'],
  ['holidays', null, 'holidays must be a list of 0 to 2000, got null'],
  ['holidays[0]', '2025-02-29', 'holidays[0] must be a date YYYY-MM-DD from 1970 on, got "2025-02-29"'],
  ['seasons[1].from', '02-29', 'seasons[1].from must be a date MM-DD that every year has, got "02-29"'],
  [
    'seasons[1].from',
    '02-01',
    'seasons[1].from must be later in the year than the season before it, got "02-01"',
  ],
  ['seasons[1].name', 'summer', 'seasons[1].name must be another name than an earlier season, got "summer"'],
  ['components', [], 'components must be a list of 1 to 50, got a list of 0'],
  ['components[5]', 7, 'components[5] must be an object, got 7'],
  ['components[5].id', 'day', 'components[6].id must be another id than an earlier component, got "day"'],
  ['components[3].holdsMs', 0, 'components[3].holdsMs must be a whole number from 1 to 2678400000, got 0'],
  [
    'components[0].of[0]',
    'prepaid',
    'components[0].of[0] must be the id of an energy component, got "prepaid"',
  ],
  ['components[0].freeWh', 0, 'components[0].freeWh must be a whole number from 1 to 1000000000000, got 0'],
  ['components[0].lifelineOnly', 1, 'components[0].lifelineOnly must be true or false, got 1'],
  [
    'components[1].slabs[0].uptoWh',
    null,
    'components[1].slabs[0].uptoWh must be a limit, since only the last slab has none, got null',
  ],
  [
    'components[1].slabs[1].uptoWh',
    200_000,
    'components[1].slabs[1].uptoWh must be null, since nothing above the last slab has a price, got 200000',
  ],
  [
    'components[1].slabs[0].rateMicrosPerKwh',
    -1,
    'components[1].slabs[0].rateMicrosPerKwh must be a whole number from 0 to 1000000000000, got -1',
  ],
  ['components[1].prorate', undefined, 'components[1].prorate must be true or false, got missing'],
  ['components[2].grids', [grid(DAY_AND_NIGHT)], 'components[2].grids must be a list of 2, got a list of 1'],
  [
    'components[2].grids[1].week[6]',
    [1],
    'components[2].grids[1].week[6] must be a list of 24, got a list of 1',
  ],
  [
    'components[2].grids[0].week[3][23]',
    2,
    'components[2].grids[0].week[3][23] must be a whole number from 0 to 1, got 2',
  ],
  [
    'components[2].grids[0].holiday[5]',
    0.5,
    'components[2].grids[0].holiday[5] must be a whole number from 0 to 1, got 0.5',
  ],
  [
    'components[2].periods',
    Array.from({ length: 9 }, (_, index) => ({ name: `p${index}`, rateMicrosPerKwh: 1 })),
    'components[2].periods must be a list of 1 to 8, got a list of 9',
  ],
  [
    'components[4].rateMicrosPerKwh',
    2.5,
    'components[4].rateMicrosPerKwh must be a whole number from 0 to 1000000000000, got 2.5',
  ],
  [
    'components[4].fallbackMicrosPerKwh',
    '3',
    'components[4].fallbackMicrosPerKwh must be a whole number from 0 to 1000000000000, got "3"',
  ],
  [
    'components[5].fromDate',
    '2025-4-1',
    'components[5].fromDate must be a date YYYY-MM-DD from 1970 on, got "2025-4-1"',
  ],
  [
    'components[6].amountMicros',
    -1,
    'components[6].amountMicros must be a whole number from 0 to 1000000000000, got -1',
  ],
  ['components[7].spread', 'yes', 'components[7].spread must be true or false, got "yes"'],
  [
    'components[8].ppm',
    10_000_001,
    'components[8].ppm must be a whole number from 0 to 10000000, got 10000001',
  ],
  ['components[8].of', [], 'components[8].of must be a list of 1 to 50, got a list of 0'],
  ['components[9].of[1]', 'energy', 'components[9].of[1] must be named only once, got "energy"'],
  ['components[9].of[1]', 'vat', 'components[9].of[1] must be a component before this one, got "vat"'],
  ['components[9].of[1]', 'duties', 'components[9].of[1] must be the id of a component, got "duties"'],
  ['components[9].of[1]', 'free', 'components[9].of[1] must be a component that has an amount, got "free"'],
  ['components[10].code', '', 'components[10].code must be a text of 1 to 60 characters, got ""'],
  ['name', '', 'name must be a text of 1 to 60 characters, got ""'],
  ['components[11].label', 7, 'components[11].label must be a text of 1 to 60 characters, got 7'],
  [
    'components[11].amountMicros',
    1.5,
    'components[11].amountMicros must be a whole number from 0 to 1000000000000, got 1.5',
  ],
  ['components[11].perKw', 'no', 'components[11].perKw must be true or false, got "no"'],
  ['components[11].of', undefined, 'components[11].of must be a list of 1 to 50, got missing'],
  ['components[11].of[0]', 'vat', 'components[11].of[0] must be the id of an energy component, got "vat"'],
  ['components[12].windowMinutes', 60, 'components[12].windowMinutes must be 15 or 30, got 60'],
  ['components[12].unit', 'kW', 'components[12].unit must be one of W, VA, got "kW"'],
  [
    'components[12].rateMicrosPerKw',
    -1,
    'components[12].rateMicrosPerKw must be a whole number from 0 to 1000000000000, got -1',
  ],
  ['components[13].of[1]', 'peak', 'components[13].of[1] must be the id of an energy component, got "peak"'],
  ['components[13].table', [], 'components[13].table must be a list of 1 to 50, got a list of 0'],
  ['components[13].table[1]', null, 'components[13].table[1] must be an object, got null'],
  [
    'components[13].table[0].fromThousandths',
    100,
    'components[13].table[0].fromThousandths must be 0 in the first row, got 100',
  ],
  [
    'components[13].table[1].fromThousandths',
    0,
    'components[13].table[1].fromThousandths must be above 0, where the row before it begins, got 0',
  ],
  [
    'components[13].table[1].fromThousandths',
    1_001,
    'components[13].table[1].fromThousandths must be a whole number from 0 to 1000, got 1001',
  ],
  [
    'components[13].table[1].ppm',
    '5 %',
    'components[13].table[1].ppm must be a whole number from -10000000 to 10000000, got "5 %"',
  ],
  ['components[14].settle', 'lost', 'components[14].settle must be one of paid, banked, got "lost"'],
  [
    'components[15].settle',
    'banked',
    'components[15].settle must be paid, since an earlier component banks already, got "banked"',
  ],
  ['components[14].of[0]', 'day', 'components[14].of[0] must be the id of an energy component, got "day"'],
  [
    'components[14].leftoverMicrosPerKwh',
    undefined,
    'components[14].leftoverMicrosPerKwh must be a whole number from 0 to 1000000000000, got missing',
  ],
  ['components[15].price', 2, 'components[15].price must be an object, got 2'],
  [
    'components[15].price.kind',
    'spot',
    'components[15].price.kind must be one of own, same, timeOfUse, got "spot"',
  ],
  [
    'components[15].price.grids[0].week[2][7]',
    1,
    'components[15].price.grids[0].week[2][7] must be a whole number from 0 to 0, got 1',
  ],
  [
    'components[16].price.as',
    'least',
    'components[16].price.as must be the id of an energy component, got "least"',
  ],
  [
    'components[17].price.rateMicrosPerKwh',
    -5,
    'components[17].price.rateMicrosPerKwh must be a whole number from 0 to 1000000000000, got -5',
  ],
  ['components[18].of[0]', 'free', 'components[18].of[0] must be a component that has an amount, got "free"'],
];

describe('checking a tariff', () => {
  it('finds nothing wrong with a complete one', () => {
    assert.deepEqual(checkTariff(COMPLETE), []);
  });

  for (const [field, value, message] of REFUSALS) {
    it(`refuses it when ${message}`, () => {
      assert.ok(
        checkTariff(changed(field, value)).includes(message),
        checkTariff(changed(field, value)).join('\n'),
      );
    });
  }

  it('refuses slabs that overlap or descend', () => {
    const slabs = [
      { uptoWh: 100, rateMicrosPerKwh: 1 },
      { uptoWh: 50, rateMicrosPerKwh: 2 },
      { uptoWh: null, rateMicrosPerKwh: 3 },
    ];
    assert.deepEqual(checkTariff(sampleTariff([{ kind: 'slabs', id: 'energy', prorate: false, slabs }])), [
      'components[0].slabs[1].uptoWh must be above 100, where the slab before it ends, got 50',
    ]);
  });

  it('refuses a minimum of energy that comes after it', () => {
    const minimum: Component = {
      kind: 'minimum',
      id: 'least',
      amountMicros: 1,
      perKw: false,
      of: ['energy'],
    };
    assert.deepEqual(checkTariff(sampleTariff([minimum, FLAT])), [
      'components[0].of[0] must be a component before this one, got "energy"',
    ]);
  });

  it('refuses a kind it does not know, naming those it does', () => {
    const kinds =
      'flat, slabs, timeOfUse, priceFeed, lifeline, fuelSurcharge, freeUnits, standingDay, standingMonth, minimum, demand, powerFactor, exportCredit, rebate, tax';
    assert.deepEqual(checkTariff(changed('components[0].kind', 'sliding', sampleTariff([FLAT]))), [
      `components[0].kind must be one of ${kinds}, got "sliding"`,
    ]);
  });

  it('refuses billing periods that do not follow each other', () => {
    const billing = {
      kind: 'list' as const,
      periods: [
        { fromDate: '2020-02-13', label: 'Falgun, 2076' },
        { fromDate: '2020-02-13', label: 'Chaitra, 2076' },
      ],
      endDate: '2020-02-01',
    };
    assert.deepEqual(checkTariff(sampleTariff([FLAT], { billing })), [
      'billing.periods[1].fromDate must be after the date before it, got "2020-02-13"',
      'billing.endDate must be after the date before it, got "2020-02-01"',
    ]);
    const days = { kind: 'days' as const, firstDate: '2025-01-32', days: 0 };
    assert.deepEqual(checkTariff(sampleTariff([FLAT], { billing: days })), [
      'billing.firstDate must be a date YYYY-MM-DD from 1970 on, got "2025-01-32"',
      'billing.days must be a whole number from 1 to 400, got 0',
    ]);
  });

  it('says so when there is no tariff at all', () => {
    assert.deepEqual(checkTariff(undefined), ['the tariff must be an object, got missing']);
    assert.ok(checkTariff({}).length > 5);
  });
});
