import assert from 'node:assert/strict';
import { parseAmount } from '../../../nodes/lib/money/micros';
import type { Component, Minimum, Slabs } from '../../../nodes/lib/tariff/tariff';
import { billed, type WorkedBill } from './worked-bill';

const flat = (rateMicrosPerKwh: number): Component => ({ kind: 'flat', id: 'energy', rateMicrosPerKwh });
const SLABS: Slabs = {
  kind: 'slabs',
  id: 'energy',
  prorate: true,
  slabs: [
    { uptoWh: 100_000, rateMicrosPerKwh: 3_000_000 },
    { uptoWh: null, rateMicrosPerKwh: 5_000_000 },
  ],
};
const minimum = (perKw: boolean): Minimum => ({
  kind: 'minimum',
  id: 'minimum',
  amountMicros: 310_000_000,
  perKw,
  of: ['energy'],
});
const demand = (windowMinutes: 15 | 30, unit: 'W' | 'VA'): Component => ({
  kind: 'demand',
  id: 'demand',
  windowMinutes,
  unit,
  rateMicrosPerKw: 200_000_000,
});
const POWER_FACTOR: Component = {
  kind: 'powerFactor',
  id: 'factor',
  of: ['energy'],
  table: [
    { fromThousandths: 0, ppm: 100_000 },
    { fromThousandths: 850, ppm: 0 },
    { fromThousandths: 951, ppm: -10_000 },
  ],
};
const VAT: Component = { kind: 'tax', id: 'vat', ppm: 100_000, of: ['energy', 'minimum'], code: 'vat' };
const PER_DAY: Component = { kind: 'standingDay', id: 'day', amountMicros: 2_000_000, perKw: false };

const BOOK: WorkedBill[] = [
  {
    name: 'a minimum that is not reached',
    arithmetic: '20 × 8 = 160; 310 - 160 = 150',
    tariffs: [['01-01T00:00', [flat(8_000_000), minimum(false)]]],
    readings: [
      ['01-01T00:00', 0],
      ['02-01T00:00', 20],
      ['02-01T00:15', 20],
    ],
    amounts: { energy: '160', minimum: '150' },
  },
  {
    name: 'a minimum that is passed',
    arithmetic: '40 × 8 = 320, which is more than 310',
    tariffs: [['01-01T00:00', [flat(8_000_000), minimum(false)]]],
    readings: [
      ['01-01T00:00', 0],
      ['02-01T00:00', 40],
      ['02-01T00:15', 40],
    ],
    amounts: { energy: '320' },
  },
  {
    name: 'a minimum waits for the end of the month',
    arithmetic: '20 × 8, and nothing else yet',
    tariffs: [['01-01T00:00', [flat(8_000_000), minimum(false)]]],
    readings: [
      ['01-01T00:00', 0],
      ['01-31T23:59', 20],
    ],
    amounts: { energy: '160' },
  },
  {
    name: 'a minimum for the 11 of 31 days that a meter had, with the tax on it',
    arithmetic: '310 × 11 / 31 = 110; 110 - 5 × 8 = 70; 10 % of 40 + 70 = 11',
    tariffs: [['01-01T00:00', [flat(8_000_000), minimum(false), VAT]]],
    readings: [
      ['01-21T15:00', 0],
      ['02-01T00:00', 5],
      ['02-01T01:00', 5],
    ],
    amounts: { energy: '40', minimum: '70', vat: '11' },
  },
  {
    name: 'a minimum per kW of sanctioned load, for two months at no use',
    arithmetic: '2 × 1.5 × 310',
    tariffs: [['01-01T00:00', [flat(8_000_000), minimum(true)]]],
    readings: [
      ['01-01T00:00', 7],
      ['03-01T00:01', 7],
    ],
    terms: { sanctionedLoadW: 1_500 },
    amounts: { minimum: '930' },
  },
  {
    name: 'the demand of a quarter of an hour',
    arithmetic: '0.5 kWh in 15 minutes is 2 kW; 2 × 200. 8.5 kWh × 8 = 68',
    tariffs: [['01-01T00:00', [flat(8_000_000), demand(15, 'W')]]],
    readings: [
      ['01-01T10:00', 0],
      ['01-01T10:15', 0.25],
      ['01-01T10:30', 0.75],
      ['01-02T10:30', 8.5],
    ],
    amounts: { energy: '68', demand: '400' },
  },
  {
    name: 'the same in half hours, which are those of UTC',
    arithmetic: '10:00 to 10:30 here is one: 0.75 kWh in 30 minutes is 1.5 kW; 1.5 × 200',
    tariffs: [['01-01T00:00', [demand(30, 'W')]]],
    readings: [
      ['01-01T10:00', 0],
      ['01-01T10:15', 0.25],
      ['01-01T10:30', 0.75],
    ],
    amounts: { demand: '300' },
  },
  {
    name: 'demand in VA',
    arithmetic: '0.4 kWh in 15 minutes is 1.6 kW, at a power factor of 0.8 it is 2 kVA; 2 × 200',
    tariffs: [['01-01T00:00', [demand(15, 'VA')]]],
    readings: [
      ['01-01T10:00', 0],
      ['01-01T10:15', 0.4, undefined, 800],
    ],
    amounts: { demand: '400' },
  },
  {
    name: 'a demand that a version leaves out for a while remembers what the month has paid',
    arithmetic:
      '2 kW × 200 on the 1st, 4 kW unseen on the 2nd, 3 kW on the 3rd: 2 × 200 + 1 × 200; half hours: 4 × 200',
    tariffs: [
      ['01-01T00:00', [demand(15, 'W')]],
      ['01-02T00:00', [{ ...demand(30, 'W'), id: 'other' }]],
      ['01-03T00:00', [demand(15, 'W')]],
    ],
    readings: [
      ['01-01T10:00', 0],
      ['01-01T10:15', 0.5],
      ['01-02T10:00', 0.5],
      ['01-02T10:30', 2.5],
      ['01-03T10:00', 2.5],
      ['01-03T10:15', 3.25],
    ],
    amounts: { demand: '600', other: '800' },
  },
  {
    name: 'demand begins again with the month',
    arithmetic: '48 kWh in 24 hours is 2 kW, in both months: 2 × 2 × 200',
    tariffs: [['01-01T00:00', [demand(15, 'W')]]],
    readings: [
      ['01-31T12:00', 0],
      ['02-01T12:00', 48],
    ],
    amounts: { demand: '800' },
  },
  {
    name: 'a surcharge for a low power factor',
    arithmetic: '(80 + 20) kWh / (80 / 0.8 + 20 / 1) kVAh = 0.833: 10 % of 100 × 8',
    tariffs: [['01-01T00:00', [flat(8_000_000), POWER_FACTOR]]],
    readings: [
      ['01-01T00:00', 0],
      ['01-16T00:00', 80, undefined, 800],
      ['02-01T00:00', 100, undefined, 1_000],
      ['02-01T00:30', 100],
    ],
    amounts: { energy: '800', factor: '80' },
  },
  {
    name: 'a rebate for a high power factor, of the energy whose factor is known',
    arithmetic: '0.96 over half of it: -1 % of 100 × 8',
    tariffs: [['01-01T00:00', [flat(8_000_000), POWER_FACTOR]]],
    readings: [
      ['01-01T00:00', 0],
      ['01-16T00:00', 50, undefined, 960],
      ['02-01T00:00', 100],
      ['02-01T00:30', 100],
    ],
    amounts: { energy: '800', factor: '-8' },
  },
  {
    name: 'a power factor at which a row of the table begins',
    arithmetic: '0.85 is in the row from 0.85 on: 0 % of 800',
    tariffs: [['01-01T00:00', [flat(8_000_000), POWER_FACTOR]]],
    readings: [
      ['01-01T00:00', 0],
      ['02-01T00:00', 100, undefined, 850],
      ['02-01T00:30', 100],
    ],
    amounts: { energy: '800' },
  },
  {
    name: 'no power factor is known',
    arithmetic: '100 × 8, and no surcharge',
    tariffs: [['01-01T00:00', [flat(8_000_000), POWER_FACTOR]]],
    readings: [
      ['01-01T00:00', 0],
      ['02-01T00:30', 100],
    ],
    amounts: { energy: '800' },
  },
  {
    name: 'another version within the month: the slabs go on',
    arithmetic: '80 × 3 + 20 × 3 + 60 × 6: 100 in the first slab at 3, the other 60 at the new rate',
    tariffs: [
      ['01-01T00:00', [SLABS]],
      [
        '01-16T00:00',
        [
          {
            ...SLABS,
            slabs: [
              { uptoWh: 100_000, rateMicrosPerKwh: 3_000_000 },
              { uptoWh: null, rateMicrosPerKwh: 6_000_000 },
            ],
          },
        ],
      ],
    ],
    readings: [
      ['01-01T00:00', 0],
      ['01-16T00:00', 80],
      ['01-31T00:00', 160],
    ],
    amounts: { energy: '660' },
  },
  {
    name: 'another version within one segment: it is split by time',
    arithmetic:
      '100 kWh over two days, half of them at 8, half at 9: 400 + 450; the 15th at 2, the 16th at 3',
    tariffs: [
      ['01-01T00:00', [flat(8_000_000), PER_DAY]],
      ['01-16T00:00', [flat(9_000_000), { ...PER_DAY, amountMicros: 3_000_000 }]],
    ],
    readings: [
      ['01-15T00:00', 0],
      ['01-17T00:00', 100],
    ],
    amounts: { energy: '850', day: '5' },
  },
  {
    name: 'another version with a minimum: it counts what the month has come to before',
    arithmetic: '10 × 8 + 10 × 9 = 170; 310 - 170 = 140',
    tariffs: [
      ['01-01T00:00', [flat(8_000_000)]],
      ['01-16T00:00', [flat(9_000_000), minimum(false)]],
    ],
    readings: [
      ['01-01T00:00', 0],
      ['01-16T00:00', 10],
      ['02-01T00:00', 20],
      ['02-01T00:30', 20],
    ],
    amounts: { energy: '170', minimum: '140' },
  },
  {
    name: 'a minimum counts its own month only, also of energy that another version had left out for a while',
    arithmetic:
      '10 × 8 in January, 5 × 8 in February: 280 - 40 = 240, by 28 of 28 days; 30 × 1 of other energy',
    tariffs: [
      ['01-01T00:00', [flat(8_000_000)]],
      ['01-20T00:00', [{ kind: 'flat', id: 'other', rateMicrosPerKwh: 1_000_000 }]],
      ['02-10T00:00', [flat(8_000_000), { ...minimum(false), amountMicros: 280_000_000 }]],
    ],
    readings: [
      ['01-01T00:00', 0],
      ['01-20T00:00', 10],
      ['02-10T00:00', 40],
      ['03-01T00:00', 45],
      ['03-01T00:30', 45],
    ],
    amounts: { energy: '120', other: '30', minimum: '240' },
  },
  {
    name: 'another billing rule: the month ends early, and the new one begins as for a new meter',
    arithmetic:
      '10 × 8 = 80, and a minimum for 15 of 31 days: 150 - 80 = 70; then months from the 10th, 25 of 31 days: the first slab ends at' +
      ' floor(100 × 25 / 31) = 80.645 kWh: 80.645 × 3 + 9.355 × 5 = 241.935 + 46.775',
    tariffs: [
      ['01-01T00:00', [flat(8_000_000), minimum(false)]],
      ['01-16T00:00', [SLABS], { billing: { kind: 'month', anchorDay: 10 } }],
    ],
    readings: [
      ['01-01T00:00', 0],
      ['01-16T00:00', 10],
      ['01-30T00:00', 100],
    ],
    amounts: { energy: '368.71', minimum: '70' },
  },
];

describe('golden book over several readings', () => {
  for (const bill of BOOK) {
    it(`${bill.name}: ${bill.arithmetic}`, () => {
      const expected = Object.entries(bill.amounts).map(([id, text]) => [id, parseAmount(text)] as const);
      assert.deepEqual(billed(bill), Object.fromEntries(expected));
    });
  }
});
