import assert from 'node:assert/strict';
import { bareWidget } from './widget';

interface Chart {
  answer: object;
  width: number;
  linePath: string;
  areaPath: string;
  readout: string;
  spanText: string;
  pointedMs: number | null;
  xTicks: { label: string; x: number }[];
  yTicks: { label: string; y: number }[];
}

const HOUR_MS = 3_600_000;
/** 12:00 in London in winter, 17:30 in Kolkata. */
const NOW_MS = Date.UTC(2026, 0, 15, 12);

function chartOf(powers: number[], timeZone = 'UTC', stepMs = HOUR_MS): Chart {
  const chart = bareWidget('meter.vue') as Chart;
  const firstMs = NOW_MS - powers.length * stepMs;
  const power = powers.map((powerW, index) => ({
    fromMs: firstMs + index * stepMs,
    toMs: firstMs + (index + 1) * stepMs,
    powerW,
  }));
  chart.answer = {
    nowMs: NOW_MS,
    sinceMs: NOW_MS - 24 * HOUR_MS,
    timeZone,
    power,
    meter: { name: 'Mill Lane 7' },
  };
  chart.width = 480;
  return chart;
}

const labels = (ticks: { label: string }[]): string[] => Array.from(ticks, ({ label }) => label);

describe('meter.vue', () => {
  it('draws one step for each stretch, connected without slopes', () => {
    const { linePath } = chartOf([1000, 2000, 0]);
    assert.match(linePath, /^M[\d.]+,[\d.]+H[\d.]+V[\d.]+H[\d.]+V[\d.]+H[\d.]+$/);
  });

  it('leaves a gap where nothing is known', () => {
    const chart = chartOf([1000, 1000, 1000]);
    const { power } = chart.answer as { power: object[] };
    power.splice(1, 1);
    assert.equal(chart.linePath.match(/M/g)?.length, 2);
  });

  it('draws nothing, and says so, before the first two readings', () => {
    const chart = chartOf([]);
    assert.deepEqual([chart.linePath, chart.areaPath, chart.readout], ['', '', 'no readings yet']);
  });

  it('puts full hours of the site under the curve, also half an hour off', () => {
    assert.deepEqual(labels(chartOf([1, 1, 1, 1]).xTicks), ['09:00', '10:00', '11:00']);
    assert.deepEqual(labels(chartOf([1, 1, 1, 1], 'Asia/Kolkata').xTicks), [
      '14:00',
      '15:00',
      '16:00',
      '17:00',
    ]);
    assert.deepEqual(labels(chartOf([1, 1, 1, 1], 'Asia/Kathmandu').xTicks), [
      '14:00',
      '15:00',
      '16:00',
      '17:00',
    ]);
  });

  it('keeps its labels apart, on a whole day and on a narrow phone', () => {
    const chart = chartOf(Array.from({ length: 24 }, () => 500));
    for (const width of [280, 480, 900]) {
      chart.width = width;
      const { xTicks } = chart;
      assert.ok(xTicks.length >= 2, `${width} px: ${xTicks.length} labels`);
      for (const [index, tick] of xTicks.slice(1).entries()) assert.ok(tick.x - xTicks[index]!.x >= 40);
    }
  });

  for (const [highest, expected] of [
    [0, ['0.0', '0.2', '0.4', '0.6']],
    [480, ['0.0', '0.2', '0.4', '0.6']],
    [900, ['0.00', '0.25', '0.50', '0.75', '1.00']],
    [3340, ['0', '1', '2', '3', '4']],
    [7000, ['0', '2', '4', '6', '8']],
  ] as const) {
    it(`has a scale of round kW for ${highest} W`, () => {
      assert.deepEqual(labels(chartOf([highest]).yTicks), expected);
    });
  }

  it('gives a young curve the whole width, but never less than two hours', () => {
    assert.equal(chartOf([1], 'UTC', 60_000).spanText, 'last 2 hours');
    assert.equal(chartOf([1, 1, 1, 1, 1]).spanText, 'last 5 hours');
  });

  it('reads out what is pointed at, and the highest otherwise', () => {
    const chart = chartOf([1000, 3340, 0], 'Asia/Kolkata');
    assert.equal(chart.readout, 'highest 3.34 kW, 15:30–16:30');
    chart.pointedMs = NOW_MS - 2.5 * HOUR_MS;
    assert.equal(chart.readout, '1.00 kW, 14:30–15:30');
  });
});
