import assert from 'node:assert/strict';
import { parseAmount } from '../../../nodes/lib/money/micros';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { planOf } from '../../../nodes/lib/tariff/meter-plan';
import type { MeterTerms } from '../../../nodes/lib/tariff/meter-terms';
import { accrue, newMeterState, price } from '../../../nodes/lib/tariff/price-curve';
import type { Component, Tariff } from '../../../nodes/lib/tariff/tariff';
import { grid, sampleTariff } from './sample-tariff';

/** A bill that was worked by hand. Times are local times of Asia/Kolkata, amounts are in units of the currency. */
interface Bill {
  name: string;
  arithmetic: string;
  components: Component[];
  changed?: Partial<Tariff>;
  terms?: Partial<MeterTerms>;
  kwh: number;
  /** Default: the whole of January 2025. */
  from?: string;
  to?: string;
  amounts: Record<string, string>;
}

const ms = (local: string) => Date.parse(`${local}:00+05:30`);
const JANUARY = { from: '2025-01-01T00:00', to: '2025-02-01T00:00' };

const flat: Component = { kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 };
const slabs = (prorate: boolean): Component => ({
  kind: 'slabs',
  id: 'energy',
  prorate,
  slabs: [
    { uptoWh: 100_000, rateMicrosPerKwh: 3_000_000 },
    { uptoWh: 300_000, rateMicrosPerKwh: 5_000_000 },
    { uptoWh: null, rateMicrosPerKwh: 7_500_000 },
  ],
});
/** 22 to 6 o'clock at 4, else at 9: a period that wraps midnight. */
const hours: Component = {
  kind: 'timeOfUse',
  id: 'energy',
  periods: [
    { name: 'night', rateMicrosPerKwh: 4_000_000 },
    { name: 'day', rateMicrosPerKwh: 9_000_000 },
  ],
  grids: [grid('000000111111111111111100', { weekday: { 6: '0'.repeat(24) }, holiday: '0'.repeat(24) })],
};
const market: Component = {
  kind: 'priceFeed',
  id: 'energy',
  holdsMs: 3_600_000,
  fallbackMicrosPerKwh: 10_000_000,
};
const lifeline = (fallbackMicrosPerKwh: number): Component => ({
  kind: 'lifeline',
  id: 'block',
  uptoWh: 20_000,
  rateMicrosPerKwh: 1_500_000,
  fallbackMicrosPerKwh,
});
const free = (freeWh: number, lifelineOnly: boolean): Component => ({
  kind: 'freeUnits',
  id: 'free',
  freeWh,
  of: ['energy'],
  lifelineOnly,
});
const fuel = (rateMicrosPerKwh: number): Component => ({
  kind: 'fuelSurcharge',
  id: 'fuel',
  rateMicrosPerKwh,
  fromDate: '2025-01-16',
});
const perDay: Component = { kind: 'standingDay', id: 'day', amountMicros: 1_250_000, perKw: false };
const perMonth = (perKw: boolean, spread: boolean): Component => ({
  kind: 'standingMonth',
  id: 'month',
  amountMicros: 31_000_000,
  perKw,
  spread,
});
const rebate: Component = { kind: 'rebate', id: 'prepaid', ppm: 20_000, of: ['energy'] };
const duty: Component = { kind: 'tax', id: 'duty', ppm: 160_000, of: ['energy'], code: 'duty' };

const ONE_HOUR = { from: '2025-01-07T21:30', to: '2025-01-07T22:30' };
const SLAB_250 = '100 × 3.00 + 150 × 5.00 = 300 + 750 = 1050.00';

const BOOK: Bill[] = [
  { name: 'flat', arithmetic: '125 × 8.00', components: [flat], kwh: 125, amounts: { energy: '1000.00' } },
  { name: 'nothing used', arithmetic: '0 × 8.00', components: [flat], kwh: 0, amounts: {} },
  {
    name: 'one Wh',
    arithmetic: '0.001 × 8.00',
    components: [flat],
    kwh: 0.001,
    amounts: { energy: '0.008' },
  },
  {
    name: 'the first slab, to its end',
    arithmetic: '100 × 3.00',
    components: [slabs(false)],
    kwh: 100,
    amounts: { energy: '300.00' },
  },
  {
    name: 'two slabs',
    arithmetic: SLAB_250,
    components: [slabs(false)],
    kwh: 250,
    amounts: { energy: '1050.00' },
  },
  {
    name: 'three slabs',
    arithmetic: '100 × 3.00 + 200 × 5.00 + 20 × 7.50 = 300 + 1000 + 150',
    components: [slabs(false)],
    kwh: 320,
    amounts: { energy: '1450.00' },
  },
  {
    name: 'slabs begin again with the month',
    arithmetic: '240 kWh in 2 days, 120 in each month: 2 × (100 × 3.00 + 20 × 5.00) = 2 × 400',
    components: [slabs(false)],
    kwh: 240,
    from: '2025-01-31T00:00',
    to: '2025-02-02T00:00',
    amounts: { energy: '800.00' },
  },
  {
    name: 'slabs of a meter that starts on 16 June, in proportion to its 15 of 30 days',
    arithmetic: 'limits 50 and 150: 50 × 3.00 + 70 × 5.00 = 150 + 350',
    components: [slabs(true)],
    kwh: 120,
    from: '2025-06-16T09:00',
    to: '2025-07-01T00:00',
    amounts: { energy: '500.00' },
  },
  {
    name: 'time of use over a change of rate',
    arithmetic: 'half of 2 kWh by day, half by night: 1 × 9.00 + 1 × 4.00',
    components: [hours],
    kwh: 2,
    ...ONE_HOUR,
    amounts: { energy: '13.00' },
  },
  {
    name: 'time of use over a whole working day',
    arithmetic: '24 kWh: 16 h by day, 8 h by night: 16 × 9.00 + 8 × 4.00 = 144 + 32',
    components: [hours],
    kwh: 24,
    from: '2025-01-07T00:00',
    to: '2025-01-08T00:00',
    amounts: { energy: '176.00' },
  },
  {
    name: 'time of use on a Sunday, all at the low rate',
    arithmetic: '24 × 4.00',
    components: [hours],
    kwh: 24,
    from: '2025-01-05T00:00',
    to: '2025-01-06T00:00',
    amounts: { energy: '96.00' },
  },
  {
    name: 'time of use on a holiday',
    arithmetic: '2 × 4.00',
    components: [hours],
    changed: { holidays: ['2025-01-07'] },
    kwh: 2,
    ...ONE_HOUR,
    amounts: { energy: '8.00' },
  },
  {
    name: 'prices of a feed, one below zero, then the fallback',
    arithmetic: '1 kWh an hour: 1 × 5.00 + 1 × -2.00 + 1 × 10.00',
    components: [market],
    terms: {
      feed: [
        { fromMs: ms('2025-01-07T00:00'), microsPerKwh: 5_000_000 },
        { fromMs: ms('2025-01-07T01:00'), microsPerKwh: -2_000_000 },
      ],
    },
    kwh: 3,
    from: '2025-01-07T00:00',
    to: '2025-01-07T03:00',
    amounts: { energy: '13.00' },
  },
  {
    name: 'a lifeline block and what is above it',
    arithmetic: '20 × 1.50 + 30 × 6.00 = 30 + 180',
    components: [lifeline(6_000_000)],
    terms: { isLifeline: true },
    kwh: 50,
    amounts: { block: '210.00' },
  },
  {
    name: 'a lifeline block for a meter without a right to it',
    arithmetic: '50 × 6.00',
    components: [lifeline(6_000_000)],
    kwh: 50,
    amounts: { block: '300.00' },
  },
  {
    name: 'a lifeline block below slabs',
    arithmetic: 'block 20 × 1.50; slabs (100 - 20) × 3.00 + 150 × 5.00 = 240 + 750',
    components: [free(20_000, true), lifeline(0), slabs(false)],
    terms: { isLifeline: true },
    kwh: 250,
    amounts: { block: '30.00', energy: '990.00' },
  },
  {
    name: 'free units',
    arithmetic: '(125 - 50) × 8.00',
    components: [free(50_000, false), flat],
    kwh: 125,
    amounts: { energy: '600.00' },
  },
  {
    name: 'a fuel surcharge from the second half of two days on',
    arithmetic: '10 × 8.00; 5 × 0.40',
    components: [flat, fuel(400_000)],
    kwh: 10,
    from: '2025-01-15T00:00',
    to: '2025-01-17T00:00',
    amounts: { energy: '80.00', fuel: '2.00' },
  },
  {
    name: 'a fuel surcharge below zero',
    arithmetic: '10 × 8.00; 5 × -0.40',
    components: [flat, fuel(-400_000)],
    kwh: 10,
    from: '2025-01-15T00:00',
    to: '2025-01-17T00:00',
    amounts: { energy: '80.00', fuel: '-2.00' },
  },
  {
    name: 'a standing charge per day',
    arithmetic: '31 × 1.25',
    components: [perDay],
    kwh: 0,
    amounts: { day: '38.75' },
  },
  {
    name: 'a standing charge per month',
    arithmetic: '1 × 31.00',
    components: [perMonth(false, false)],
    kwh: 0,
    from: '2025-01-20T00:00',
    to: '2025-02-01T00:00',
    amounts: { month: '31.00' },
  },
  {
    name: 'a standing charge per month in parts of a day',
    arithmetic: '12 of 31 days: 31.00 × 12 / 31',
    components: [perMonth(false, true)],
    kwh: 0,
    from: '2025-01-20T00:00',
    to: '2025-02-01T00:00',
    amounts: { month: '12.00' },
  },
  {
    name: 'a standing charge per kW of sanctioned load',
    arithmetic: '2.5 kW × 31.00',
    components: [perMonth(true, false)],
    terms: { sanctionedLoadW: 2_500 },
    kwh: 0,
    amounts: { month: '77.50' },
  },
  {
    name: 'a rebate',
    arithmetic: '125 × 8.00 = 1000; -2 % of it',
    components: [flat, rebate],
    kwh: 125,
    amounts: { energy: '1000.00', prepaid: '-20.00' },
  },
  {
    name: 'a tax on energy and standing charge',
    arithmetic: `${SLAB_250}; 38.75; 10 % of 1088.75`,
    components: [
      slabs(false),
      perDay,
      { kind: 'tax', id: 'vat', ppm: 100_000, of: ['energy', 'day'], code: 'vat' },
    ],
    kwh: 250,
    amounts: { energy: '1050.00', day: '38.75', vat: '108.875' },
  },
  {
    name: 'a tax on a tax, after a rebate',
    arithmetic: '1000; -20; 16 % of 1000 = 160; 5 % of (1000 - 20 + 160) = 57',
    components: [
      flat,
      rebate,
      duty,
      { kind: 'tax', id: 'vat', ppm: 50_000, of: ['energy', 'prepaid', 'duty'], code: 'vat' },
    ],
    kwh: 125,
    amounts: { energy: '1000.00', prepaid: '-20.00', duty: '160.00', vat: '57.00' },
  },
];

function bill({ components, changed, terms, kwh, from, to }: Bill): Record<string, number> {
  const known = { sanctionedLoadW: 0, isLifeline: false, feed: [], ...terms };
  const plan = planOf(compileTariff(sampleTariff(components, changed)), known);
  const fromMs = ms(from ?? JANUARY.from);
  const toMs = ms(to ?? JANUARY.to);
  const first = newMeterState(plan, fromMs, 7_000);
  const segment = { fromMs, fromWh: 7_000, toMs, toWh: 7_000 + Math.round(kwh * 1000) };
  const priced = price(plan, first, segment);
  const accrued = accrue(plan, priced.state, toMs - 1);
  const amounts: Record<string, number> = {};
  const lines = [...priced.parts, ...accrued.parts].flatMap((part) => part.lines);
  for (const { component, amountMicros } of lines)
    amounts[component] = (amounts[component] ?? 0) + amountMicros;
  return amounts;
}

describe('golden book', () => {
  for (const worked of BOOK) {
    it(`${worked.name}: ${worked.arithmetic}`, () => {
      const expected = Object.entries(worked.amounts).map(([id, text]) => [id, parseAmount(text)] as const);
      assert.deepEqual(bill(worked), Object.fromEntries(expected));
    });
  }
});
