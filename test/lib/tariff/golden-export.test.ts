import assert from 'node:assert/strict';
import { parseAmount } from '../../../nodes/lib/money/micros';
import type { Component, Slabs } from '../../../nodes/lib/tariff/tariff';
import { grid } from './sample-tariff';
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
const bank = (leftoverMicrosPerKwh: number | null): Component => ({
  kind: 'exportCredit',
  id: 'export',
  settle: 'banked',
  of: ['energy'],
  leftoverMicrosPerKwh,
});

const BOOK: WorkedBill[] = [
  {
    name: 'paid export at a rate of its own',
    arithmetic: '100 × 8 = 800; 60 × -2.50 = -150',
    tariffs: [
      [
        '01-01T00:00',
        [
          flat(8_000_000),
          {
            kind: 'exportCredit',
            id: 'export',
            settle: 'paid',
            price: { kind: 'own', rateMicrosPerKwh: 2_500_000 },
          },
        ],
      ],
    ],
    readings: [
      ['01-01T00:00', 0, 1_000],
      ['01-31T00:00', 100, 1_060],
    ],
    amounts: { energy: '800', export: '-150' },
  },
  {
    name: 'paid export at the rate of the energy, by the slabs that it fills itself',
    arithmetic: '120 in: 100 × 3 + 20 × 5 = 400; 130 out: 100 × 3 + 30 × 5 = 450',
    tariffs: [
      [
        '01-01T00:00',
        [
          SLABS,
          { kind: 'exportCredit', id: 'export', settle: 'paid', price: { kind: 'same', as: 'energy' } },
        ],
      ],
    ],
    readings: [
      ['01-01T00:00', 0, 0],
      ['01-31T00:00', 120, 130],
    ],
    amounts: { energy: '400', export: '-450' },
  },
  {
    name: 'paid export begins in the first slab again with the month',
    arithmetic: '160 out over two days, 80 in each month: 2 × 80 × 3',
    tariffs: [
      [
        '01-01T00:00',
        [
          { ...SLABS, prorate: false },
          { kind: 'exportCredit', id: 'export', settle: 'paid', price: { kind: 'same', as: 'energy' } },
        ],
      ],
    ],
    readings: [
      ['01-31T00:00', 0, 0],
      ['02-02T00:00', 0, 160],
    ],
    amounts: { export: '-480' },
  },
  {
    name: 'paid export by time of use',
    arithmetic: '24 out in a day: 18 h × 2 + 6 h × 5 = 36 + 30',
    tariffs: [
      [
        '01-01T00:00',
        [
          {
            kind: 'exportCredit',
            id: 'export',
            settle: 'paid',
            price: {
              kind: 'timeOfUse',
              periods: [
                { name: 'day', rateMicrosPerKwh: 2_000_000 },
                { name: 'evening', rateMicrosPerKwh: 5_000_000 },
              ],
              grids: [grid('000000000000000000111111')],
            },
          },
          flat(8_000_000),
        ],
      ],
    ],
    readings: [
      ['01-01T00:00', 0, 0],
      ['01-02T00:00', 0, 24],
    ],
    amounts: { export: '-66' },
  },
  {
    name: 'banked export offsets later use, and does not count in the slabs',
    arithmetic: '90 in the bank; 200 - 90 = 110 to pay: 100 × 3 + 10 × 5',
    tariffs: [['01-01T00:00', [SLABS, bank(null)]]],
    readings: [
      ['01-01T00:00', 0, 0],
      ['01-10T00:00', 0, 90],
      ['01-20T00:00', 200, 90],
    ],
    amounts: { energy: '350' },
  },
  {
    name: 'what is left in the bank is paid out with the month',
    arithmetic: '90 - 50 = 40; 40 × -2; then 60 × 3',
    tariffs: [['01-01T00:00', [SLABS, bank(2_000_000)]]],
    readings: [
      ['01-01T00:00', 0, 0],
      ['01-10T00:00', 0, 90],
      ['02-01T00:00', 50, 90],
      ['02-10T00:00', 110, 90],
    ],
    amounts: { energy: '180', export: '-80' },
  },
  {
    name: 'a bank lasts over the end of the month',
    arithmetic: '50 of 90 offset in January, 40 of 60 in February: 20 × 3',
    tariffs: [['01-01T00:00', [SLABS, bank(null)]]],
    readings: [
      ['01-01T00:00', 0, 0],
      ['01-10T00:00', 0, 90],
      ['02-01T00:00', 50, 90],
      ['02-10T00:00', 110, 90],
    ],
    amounts: { energy: '60' },
  },
];

describe('golden book of two-way meters', () => {
  for (const bill of BOOK) {
    it(`${bill.name}: ${bill.arithmetic}`, () => {
      const expected = Object.entries(bill.amounts).map(([id, text]) => [id, parseAmount(text)] as const);
      assert.deepEqual(billed(bill), Object.fromEntries(expected));
    });
  }
});
