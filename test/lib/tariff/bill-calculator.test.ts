import assert from 'node:assert/strict';
import { billFor, exampleBill } from '../../../nodes/lib/tariff/bill-calculator';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { TARIFF_PRESETS } from '../../../nodes/lib/tariff/tariff-presets';
import { grid, sampleTariff } from './sample-tariff';

const TERMS = { sanctionedLoadW: 2_000, isLifeline: false, feed: [] };
const ms = (local: string) => Date.parse(`${local}:00+05:30`);

const SLABS = compileTariff(
  sampleTariff([
    {
      kind: 'slabs',
      id: 'energy',
      prorate: true,
      slabs: [
        { uptoWh: 100_000, rateMicrosPerKwh: 3_000_000 },
        { uptoWh: null, rateMicrosPerKwh: 5_000_000 },
      ],
    },
    { kind: 'minimum', id: 'minimum', amountMicros: 40_000_000, perKw: true, of: ['energy'] },
    { kind: 'standingDay', id: 'day', amountMicros: 1_000_000, perKw: false },
    { kind: 'tax', id: 'vat', ppm: 100_000, of: ['energy', 'minimum', 'day'], code: 'vat' },
  ]),
);

const amountsOf = ({ lines }: { lines: { component: string; amountMicros: number }[] }) =>
  lines.map(({ component, amountMicros }) => [component, amountMicros / 1_000_000]);

describe('bill calculator', () => {
  const question = {
    fromMs: ms('2025-01-10T12:00'),
    toMs: ms('2025-01-12T12:00'),
    fromWh: 90_000,
    toWh: 120_000,
  };

  it('prices a stretch from its place in the month, with the days that begin in it', () => {
    const bill = billFor(SLABS, TERMS, { ...question, periodStartWh: 0 });
    // 10 × 3 + 20 × 5 = 130; 2 days; 10 % of 132.
    assert.deepEqual(amountsOf(bill), [
      ['energy', 30],
      ['energy', 100],
      ['vat', 13.2],
      ['day', 2],
    ]);
    const { amountMicros, tariffId, version, periodLabel } = bill;
    assert.deepEqual(
      { amountMicros, tariffId, version, periodLabel },
      { amountMicros: 145_200_000, tariffId: 'home', version: 1, periodLabel: '2025-01' },
    );
  });

  it('takes the stretch for the first of a new meter where the start of the month is not given', () => {
    const bill = billFor(SLABS, TERMS, question);
    // 22 of 31 days: the first slab ends at 70.967 kWh.
    assert.deepEqual(amountsOf(bill)[0], ['energy', 90]);
    // Its first day is the 10th.
    assert.deepEqual(amountsOf(bill).at(-1), ['day', 3]);
  });

  it('refuses a start of the month that the register has not reached', () => {
    assert.throws(
      () => billFor(SLABS, TERMS, { ...question, periodStartWh: 90_001 }),
      /periodStartWh must be a whole number from 0 to 90000, got 90001/,
    );
  });

  it('gives an example of a whole month, settled', () => {
    const bill = exampleBill(SLABS, TERMS, 20, ms('2025-02-10T12:00'));
    // 20 × 3 = 60; 2 kW × 40 - 60 = 20; 28 days; 10 % of 108.
    assert.deepEqual(amountsOf(bill), [
      ['energy', 60],
      ['vat', 10.8],
      ['day', 28],
      ['minimum', 20],
    ]);
    assert.equal(bill.periodLabel, '2025-02');
    assert.equal(amountsOf(exampleBill(SLABS, TERMS, 300, ms('2025-02-10T12:00')))[1]?.[1], 1_000);
  });

  it('gives an example of the last period of a list too', () => {
    const list = compileTariff(
      sampleTariff(
        [
          {
            kind: 'timeOfUse',
            id: 'energy',
            periods: [{ name: 'all', rateMicrosPerKwh: 1_000_000 }],
            grids: [grid('0'.repeat(24))],
          },
          { kind: 'minimum', id: 'minimum', amountMicros: 9_000_000, perKw: false, of: ['energy'] },
        ],
        {
          billing: {
            kind: 'list',
            periods: [{ fromDate: '2020-02-13', label: 'Falgun, 2076' }],
            endDate: '2020-03-14',
          },
        },
      ),
    );
    const bill = exampleBill(list, TERMS, 5, ms('2020-02-20T00:00'));
    assert.deepEqual(amountsOf(bill), [
      ['energy', 5],
      ['minimum', 4],
    ]);
    assert.equal(bill.periodLabel, 'Falgun, 2076');
  });

  it('refuses an example of no amount of energy', () => {
    assert.throws(
      () => exampleBill(SLABS, TERMS, -1, 0),
      /kWhPerPeriod must be from 0 to 1000000000, got -1/,
    );
    assert.throws(() => exampleBill(SLABS, TERMS, NaN, 0), /kWhPerPeriod .* got NaN/);
  });

  const MONTH = { fromMs: ms('2025-03-01T00:00'), toMs: ms('2025-04-01T00:00'), fromWh: 0, toWh: 10_000 };
  const ALL_CHARGES = compileTariff(
    sampleTariff([
      { kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 },
      {
        kind: 'exportCredit',
        id: 'export',
        settle: 'banked',
        of: ['energy'],
        leftoverMicrosPerKwh: 2_000_000,
      },
      { kind: 'standingDay', id: 'day', amountMicros: 1_000_000, perKw: false },
      { kind: 'standingMonth', id: 'month', amountMicros: 100_000_000, perKw: false, spread: false },
      { kind: 'powerFactor', id: 'factor', of: ['energy'], table: [{ fromThousandths: 0, ppm: 100_000 }] },
      { kind: 'minimum', id: 'minimum', amountMicros: 1_000_000_000, perKw: false, of: ['energy'] },
    ]),
  );

  it('bills a whole month once: every day, the month, and what is settled at its end', () => {
    const wanted = [
      ['energy', 80],
      ['day', 31],
      ['month', 100],
      ['minimum', 920],
    ];
    assert.deepEqual(amountsOf(billFor(ALL_CHARGES, TERMS, { ...MONTH, periodStartWh: 0 })), wanted);
    assert.deepEqual(amountsOf(billFor(ALL_CHARGES, TERMS, MONTH)), wanted);
    // 10 kWh of the 30 given offset the use, and 20 × 2 are paid out; nothing is left that had a power factor's price.
    const given = { ...MONTH, fromExportWh: 0, toExportWh: 30_000, powerFactorThousandths: 700 };
    assert.deepEqual(amountsOf(billFor(ALL_CHARGES, TERMS, { ...given, periodStartWh: 0 })), [
      ['day', 31],
      ['month', 100],
      ['export', -40],
      ['minimum', 1_000],
    ]);
    const used = billFor(ALL_CHARGES, TERMS, { ...MONTH, powerFactorThousandths: 700, periodStartWh: 0 });
    assert.deepEqual(amountsOf(used).slice(-2), [
      ['factor', 8],
      ['minimum', 920],
    ]);
  });

  it('charges a month once in three bills for it, and settles only what is known', () => {
    const at = (day: number) => MONTH.fromMs + day * 86_400_000;
    const bills = [
      [0, 10.5],
      [10.5, 20],
      [20, 31],
    ].map(([from = 0, to = 0]) =>
      billFor(ALL_CHARGES, TERMS, {
        fromMs: at(from),
        toMs: at(to),
        fromWh: from * 100,
        toWh: to * 100,
        periodStartWh: 0,
      }),
    );
    assert.deepEqual(bills.map(amountsOf), [
      [
        ['energy', 8.4],
        ['day', 11],
        ['month', 100],
      ],
      [
        ['energy', 7.6],
        ['day', 9],
      ],
      [
        ['energy', 8.8],
        ['day', 11],
      ],
    ]);
    const over = billFor(ALL_CHARGES, TERMS, {
      fromMs: at(20),
      toMs: at(62),
      fromWh: 2_000,
      toWh: 6_200,
      periodStartWh: 0,
    });
    // Of April only the minimum: its 30 days have used 24.
    assert.deepEqual(
      amountsOf(over).filter(([component]) => component !== 'energy'),
      [
        ['minimum', 976],
        ['day', 42],
        ['month', 200],
      ],
    );
  });

  it('says the same of a whole month as its example', () => {
    const tariffs = [ALL_CHARGES, SLABS, ...TARIFF_PRESETS.map(({ tariff }) => compileTariff(tariff))];
    for (const tariff of tariffs)
      for (const isLifeline of [false, true]) {
        const terms = { ...TERMS, isLifeline };
        const example = exampleBill(tariff, terms, 250, MONTH.fromMs, 40);
        const question = { ...MONTH, toWh: 250_000, fromExportWh: 0, toExportWh: 40_000 };
        assert.deepEqual(billFor(tariff, terms, question), example);
        assert.deepEqual(billFor(tariff, terms, { ...question, periodStartWh: 0 }), example);
      }
  });

  it('gives an example of a meter that counts both ways', () => {
    const bill = exampleBill(ALL_CHARGES, TERMS, 100, MONTH.fromMs, 40);
    assert.deepEqual(amountsOf(bill)[0], ['energy', 480]);
    assert.throws(
      () => exampleBill(ALL_CHARGES, TERMS, 100, MONTH.fromMs, -1),
      /exportKWhPerPeriod must be from 0 to 1000000000, got -1/,
    );
  });
});
