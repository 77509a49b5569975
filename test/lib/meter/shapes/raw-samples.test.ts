import assert from 'node:assert/strict';
import { PayloadReader } from '../../../../nodes/lib/meter/shapes/payload-reader';
import { measureSamples } from '../../../../nodes/lib/meter/shapes/raw-samples';

const NOW_MS = 1_700_000_000_000;
const CALIBRATION = { voltCal: 230, ampCal: 30, phaseCal: 1, supplyMv: 3300, bits: 12 };
const SAMPLES_PER_CYCLE = 50;

/** Samples of a converter that sees sines around half of its scale. */
function wave(count: number, amplitude: number, lagDegrees = 0, zero = 2048): number[] {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / SAMPLES_PER_CYCLE - (lagDegrees * Math.PI) / 180 + 0.1;
    return Math.round(zero + amplitude * Math.sin(angle));
  });
}

const near = (actual: number | undefined, expected: number, share: number): void => {
  const shown = `${String(actual)} is not ${expected}`;
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= Math.abs(expected) * share, shown);
};

describe('raw samples', () => {
  const voltsPerCount = 3.3 / 4096;
  const expectedV = (230 * voltsPerCount * 1000) / Math.SQRT2;
  const expectedA = (30 * voltsPerCount * 500) / Math.SQRT2;

  it('give V, I, P, S and PF over whole half cycles', () => {
    const measured = measureSamples(wave(1010, 1000), wave(1010, 500, 60), CALIBRATION, undefined);
    near(measured?.voltageV, expectedV, 0.005);
    near(measured?.currentA, expectedA, 0.005);
    near(measured?.apparentVa, expectedV * expectedA, 0.01);
    near(measured?.powerFactor, 0.5, 0.02);
    near(measured?.powerW, expectedV * expectedA * 0.5, 0.02);
    assert.ok(measured && measured.halfCycles >= 38);
  });

  it('do not depend on where the window ends', () => {
    const full = measureSamples(wave(1000, 1000), wave(1000, 500), CALIBRATION, undefined);
    const cut = measureSamples(wave(1013, 1000), wave(1013, 500), CALIBRATION, undefined);
    near(cut?.powerW, full?.powerW ?? 0, 0.002);
  });

  it('take the phase calibration as a shift of the voltage', () => {
    const perSample = 360 / SAMPLES_PER_CYCLE;
    const late = measureSamples(
      wave(1010, 1000, perSample),
      wave(1010, 500),
      { ...CALIBRATION, phaseCal: 2 },
      undefined,
    );
    const plain = measureSamples(wave(1010, 1000, perSample), wave(1010, 500), CALIBRATION, undefined);
    assert.ok((late?.powerFactor ?? 0) > (plain?.powerFactor ?? 1));
  });

  it('become a reading whose power is added up', () => {
    const reader = new PayloadReader({
      settingsOf: () => ({ calibration: CALIBRATION }),
      storedWh: () => 1000,
    });
    const payload = JSON.stringify({ samplesV: wave(1010, 1000), samplesI: wave(1010, 500) });
    reader.read('wk/E1/reading', payload, NOW_MS);
    const [reading] = reader.read('wk/E1/reading', payload, NOW_MS + 60_000).readings;
    near(reading?.powerW, expectedV * expectedA, 0.02);
    assert.ok(reading && Math.abs(reading.energyWh - 1000 - (expectedV * expectedA) / 60) <= 1);
  });

  const good = { samplesV: wave(100, 1000), samplesI: wave(100, 500), voltCal: 230, ampCal: 30 };
  const bad: [string, Record<string, unknown>, string][] = [
    ['no calibration', { ...good, ampCal: undefined }, 'ampCal'],
    ['a calibration of zero', { ...good, voltCal: 0 }, 'voltCal'],
    ['lists of different length', { ...good, samplesI: [1] }, 'samplesI'],
    ['an empty list', { ...good, samplesV: [] }, 'samplesV'],
    ['too many samples', { ...good, samplesV: wave(10_001, 1) }, 'samplesV'],
    ['a sample that is NaN', { ...good, samplesV: [NaN, ...good.samplesV.slice(1)] }, 'samplesV[0]'],
    ['a huge sample', { ...good, samplesI: [1e300, ...good.samplesI.slice(1)] }, 'samplesI[0]'],
    ['less than half a cycle', { ...good, samplesV: wave(10, 9), samplesI: wave(10, 9) }, 'samplesV'],
    ['nothing but zero', { ...good, samplesV: Array(100).fill(0), samplesI: Array(100).fill(0) }, 'samplesV'],
  ];
  for (const [name, payload, field] of bad) {
    it(`are refused with ${name}`, () => {
      const reader = new PayloadReader({ settingsOf: () => ({}), storedWh: () => null });
      const [refused] = reader.read('m', payload, NOW_MS).refused;
      assert.equal(refused?.refusal.field, field);
    });
  }
});
