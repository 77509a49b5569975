import assert from 'node:assert/strict';
import { micros } from '../../../nodes/lib/money/micros';
import type { Segment } from '../../../nodes/lib/meter/reading';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { planOf } from '../../../nodes/lib/tariff/meter-plan';
import type { MeterTerms } from '../../../nodes/lib/tariff/meter-terms';
import { accrue, newMeterState, price } from '../../../nodes/lib/tariff/price-curve';
import type { Tariff } from '../../../nodes/lib/tariff/tariff';
import { grid, sampleTariff } from './sample-tariff';

const TERMS: MeterTerms = { sanctionedLoadW: 0, isLifeline: false, feed: [] };
const planFor = (tariff: Tariff, terms = TERMS) => planOf(compileTariff(tariff), terms);

describe('an export register', () => {
  const plan = planFor(
    sampleTariff([
      { kind: 'flat', id: 'energy', rateMicrosPerKwh: 8_000_000 },
      {
        kind: 'exportCredit',
        id: 'export',
        settle: 'paid',
        price: { kind: 'own', rateMicrosPerKwh: 1_000_000 },
      },
    ]),
  );
  const fromMs = Date.parse('2025-01-10T00:00:00Z');
  const segment = (minute: number, toExportWh?: number) => ({
    fromMs: fromMs + minute * 60_000,
    fromWh: 0,
    toMs: fromMs + (minute + 1) * 60_000,
    toWh: 0,
    ...(toExportWh !== undefined && { toExportWh }),
  });

  it('is paid once over a reading that did not tell it', () => {
    let state = newMeterState(plan, fromMs, 0);
    const amounts = [500, 700, undefined, 1_200].map((exportWh, minute) => {
      const priced = price(plan, state, segment(minute, exportWh));
      state = priced.state;
      return priced.amountMicros;
    });
    // Nobody knows how much of the first 500 Wh is older than the meter's first reading.
    assert.deepEqual(amounts, [0, -200_000, 0, -500_000]);
    const known = price(plan, newMeterState(plan, fromMs, 0, undefined, 100), segment(0, 500));
    assert.equal(known.amountMicros, -400_000);
  });
});

describe('pricing refuses', () => {
  const tariff = sampleTariff([
    { kind: 'priceFeed', id: 'market', holdsMs: 3_600_000, fallbackMicrosPerKwh: 1 },
    { kind: 'standingDay', id: 'load', amountMicros: 1, perKw: true },
  ]);
  const plan = planFor(tariff);
  const startMs = Date.parse('2025-01-10T00:00:00Z');
  const state = newMeterState(plan, startMs, 1_000);
  const segment = { fromMs: startMs, fromWh: 1_000, toMs: startMs + 60_000, toWh: 1_100 };
  const refuses = (changed: Partial<Segment>, message: RegExp) =>
    assert.throws(() => price(plan, state, { ...segment, ...changed }), message);

  it('a segment that goes back, is no whole number, or rises in no time', () => {
    refuses({ toWh: 999 }, /segment.toWh must be a whole number from 1000 to .*, got 999/);
    refuses({ fromWh: 900 }, /segment.fromWh must be a whole number from 1000 to .*, got 900/);
    refuses({ toMs: startMs - 1 }, new RegExp(`segment.toMs .*, got ${startMs - 1}`));
    refuses({ fromMs: 5 }, /segment.fromMs must be a whole number from \d+ to .*, got 5/);
    refuses({ toWh: 1_000.5 }, /segment.toWh .*got 1000.5/);
    refuses({ toMs: startMs + 1e12 }, /segment.toMs .* got/);
    refuses({ toMs: startMs }, /segment.toMs must be after fromMs where the register rises/);
  });

  it('exports that fall, and a power factor that is none', () => {
    refuses(
      { fromExportWh: 9, toExportWh: 8 },
      /segment.fromExportWh must be a whole number from 0 to 8, got 9/,
    );
    refuses({ toExportWh: -1 }, /segment.toExportWh .* got -1/);
    refuses({ toMs: startMs, toWh: 1_000, fromExportWh: 1, toExportWh: 2 }, /where the export rises/);
    refuses({ powerFactorThousandths: 1_001 }, /segment.powerFactorThousandths .* -1000 to 1000, got 1001/);
  });

  it('a plan without a piece', () => {
    assert.throws(() => price([], state, segment), /a meter plan must have at least one piece/);
  });

  it('a sanctioned load that is none, and a time too far away', () => {
    const accrueFor = (sanctionedLoadW: number, untilMs: number) =>
      accrue(planFor(tariff, { ...TERMS, sanctionedLoadW }), state, untilMs);
    assert.throws(() => accrueFor(-1, startMs), /sanctionedLoadW must be a whole number .*, got -1/);
    assert.throws(() => accrueFor(1, startMs + 1e12), /untilMs must be at most 3660 days.*got/);
    assert.equal(accrueFor(1, startMs - 86_400_000).amountMicros, micros(0));
  });

  it('a tariff with a mistake, naming the first', () => {
    const bad = sampleTariff([
      { kind: 'timeOfUse', id: 'hours', periods: [], grids: [grid('0'.repeat(24))] },
    ]);
    assert.throws(
      () => compileTariff(bad),
      /components\[0\].periods must be a list of 1 to 8, got a list of 0/,
    );
  });
});
