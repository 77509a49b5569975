import assert from 'node:assert/strict';
import { compileTariff } from '../../../nodes/lib/tariff/compile-tariff';
import { pieceAt, type MeterPlan } from '../../../nodes/lib/tariff/meter-plan';
import { changeOf, newMeterState, price } from '../../../nodes/lib/tariff/price-curve';
import type { Component } from '../../../nodes/lib/tariff/tariff';
import { sampleTariff } from './sample-tariff';
import { floorDivide } from './slow-books';

const SEGMENTS = 1_000_000;
const START_MS = Date.parse('2025-01-01T00:00:00Z');
const RATES = [7_333_333, 8_111_113];
const FUEL = -333_331;
const EARNED = 2_222_221;

const components = (rateMicrosPerKwh: number): Component[] => [
  { kind: 'flat', id: 'energy', rateMicrosPerKwh },
  { kind: 'fuelSurcharge', id: 'fuel', rateMicrosPerKwh: FUEL, fromDate: '2000-01-01' },
  {
    kind: 'exportCredit',
    id: 'export',
    settle: 'paid',
    price: { kind: 'own', rateMicrosPerKwh: EARNED },
  },
  { kind: 'rebate', id: 'prepaid', ppm: 20_001, of: ['energy', 'fuel'] },
  { kind: 'tax', id: 'vat', ppm: 130_003, of: ['energy', 'fuel', 'prepaid'], code: 'vat' },
];

/** The rate changes there and back, many times and in the middle of segments. */
function changingPlan(): MeterPlan {
  const versions = RATES.map((rate, index) =>
    compileTariff(sampleTariff(components(rate), { version: index + 1 })),
  );
  const terms = { sanctionedLoadW: 0, isLifeline: false, feed: [] };
  return Array.from({ length: 40 }, (_, index) => ({
    fromMs: index === 0 ? 0 : START_MS + index * 1_500_000_000 + 30_000,
    tariff: versions[index % 2]!,
    terms,
  }));
}

describe('a million segments', () => {
  it('do not drift by a micro, over forty changes of the tariff', function () {
    this.timeout(60_000);
    const plan = changingPlan();
    const first = newMeterState(plan, START_MS, 0, undefined, 0);
    const totals = new Map<string, number>();
    const usedBy = [0n, 0n];
    let state = first;
    let energyWh = 0;
    let exportWh = 0;
    for (let index = 0; index < SEGMENTS; index += 1) {
      const fromMs = START_MS + index * 60_000;
      const toMs = fromMs + 60_000;
      const usedWh = (index * 7) % 13;
      const toExportWh = exportWh + (index % 3);
      const priced = price(plan, state, {
        fromMs,
        fromWh: energyWh,
        toMs,
        toWh: energyWh + usedWh,
        fromExportWh: exportWh,
        toExportWh,
      });
      // A minute in which the tariff changes is cut in half.
      const halfWh = pieceAt(plan, toMs - 1) === pieceAt(plan, fromMs) ? usedWh : Math.floor(usedWh / 2);
      for (const [half, atMs] of [
        [halfWh, fromMs],
        [usedWh - halfWh, toMs - 1],
      ] as const) {
        const { version } = pieceAt(plan, atMs).tariff.tariff;
        usedBy[version - 1]! += BigInt(half);
      }
      for (const { component, amountMicros } of priced.parts.flatMap(({ lines }) => lines))
        totals.set(component, (totals.get(component) ?? 0) + amountMicros);
      state = priced.state;
      energyWh += usedWh;
      exportWh = toExportWh;
    }
    // Exact fractions over the whole of the registers, each rounded down once.
    const energy = (BigInt(RATES[0]!) * usedBy[0]! + BigInt(RATES[1]!) * usedBy[1]!) / 1000n;
    const fuel = floorDivide(BigInt(FUEL) * BigInt(energyWh), 1000n);
    const earned = floorDivide(BigInt(-EARNED) * BigInt(exportWh), 1000n);
    const rebate = floorDivide((energy + fuel) * -20_001n, 1_000_000n);
    const vat = floorDivide((energy + fuel + rebate) * 130_003n, 1_000_000n);
    const expected = { energy, fuel, export: earned, prepaid: rebate, vat };
    const byState = changeOf(first, state).map(({ component, amountMicros }) => [component, amountMicros]);
    for (const sums of [Object.fromEntries(totals), Object.fromEntries(byState)])
      assert.deepEqual(
        sums,
        Object.fromEntries(Object.entries(expected).map(([id, sum]) => [id, Number(sum)])),
      );
  });
});
