import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readOwn } from '../../../nodes/lib/meter/shapes/own-json';
import { buildNeighbourhood } from '../../../nodes/lib/simulation/neighbourhood';
import { lastReportMs } from '../../../nodes/lib/simulation/report-schedule';
import {
  parseCommand,
  SimulatedMeter,
  type RelayCommand,
} from '../../../nodes/lib/simulation/simulated-meter';
import { meterOf, MS_PER_HOUR, MS_PER_MINUTE, newMemory, SATURDAY_MS } from './simulated-houses';

const SEED = 42;
const HOUSES = buildNeighbourhood(SEED, 24);
const DAY_MS = 24 * MS_PER_HOUR;
const off = (version: number, expiresMs = SATURDAY_MS + DAY_MS): RelayCommand => ({
  commandId: `command-${version}`,
  desired: 'off',
  version,
  expiresMs,
});

describe('a simulated meter', () => {
  it('counts the same however its time is cut into steps', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 3 * MS_PER_HOUR }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 23 }), steps, (index, durations) => {
        const house = HOUSES[index]!;
        const often = meterOf(SEED, house, newMemory(SATURDAY_MS));
        const once = meterOf(SEED, house, newMemory(SATURDAY_MS));
        let atMs = SATURDAY_MS;
        let lastWh = 0;
        for (const duration of durations) {
          atMs = Math.min(atMs + duration, SATURDAY_MS + DAY_MS);
          often.advance(atMs);
          assert.ok(often.memory.importWh >= lastWh, 'the register never falls');
          lastWh = often.memory.importWh;
        }
        once.advance(atMs);
        assert.deepEqual(often.memory, once.memory);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  it('lets nothing happen when time stands still or goes back', () => {
    const meter = meterOf(SEED, HOUSES[0]!, newMemory(SATURDAY_MS, 500));
    meter.advance(SATURDAY_MS - DAY_MS);
    meter.advance(SATURDAY_MS);
    assert.deepEqual(meter.memory, newMemory(SATURDAY_MS, 500));
  });

  it('catches up with a long absence in bounded work', () => {
    let asked = 0;
    const traits = { seed: SEED, house: 1, meterId: 'meter-001', hasSolar: false, powerFactor: 0.95 };
    const meter = new SimulatedMeter(traits, newMemory(SATURDAY_MS), () => {
      asked += 1;
      return { importW: 1_000, exportW: 0, flags: [] };
    });
    meter.advance(SATURDAY_MS + 365 * DAY_MS);
    assert.ok(asked <= 1_441, `${asked} steps`);
    assert.equal(meter.memory.importWh, 365 * 24_000);
    assert.equal(meter.memory.atMs, SATURDAY_MS + 365 * DAY_MS);
  });

  it('sends readings that ours take, with P = V × I × PF', () => {
    for (const house of HOUSES) {
      const meter = meterOf(SEED, house, newMemory(SATURDAY_MS, house.openingWh));
      for (let hour = 1; hour <= 48; hour += 1) {
        meter.advance(SATURDAY_MS + hour * MS_PER_HOUR);
        const reading = meter.reading();
        const parsed = readOwn(JSON.parse(JSON.stringify(reading)) as Record<string, unknown>, '', 0);
        assert.deepEqual(parsed, { ok: true, reading });
        const {
          powerW = NaN,
          voltageV = NaN,
          currentA = NaN,
          powerFactor = NaN,
          frequencyHz = NaN,
        } = reading;
        assert.ok(Math.abs(voltageV * currentA * powerFactor - powerW) < 1, JSON.stringify(reading));
        assert.ok(voltageV > 215 && voltageV < 245 && currentA >= 0, JSON.stringify(reading));
        assert.ok(Math.abs(frequencyHz - 50) < 0.1);
        assert.equal('exportWh' in reading, house.roof !== null);
      }
    }
  });

  it('counts nothing behind an open relay', () => {
    const meter = meterOf(SEED, HOUSES[6]!, newMemory(SATURDAY_MS));
    meter.advance(SATURDAY_MS + MS_PER_HOUR);
    assert.ok(meter.obey(off(1), SATURDAY_MS + MS_PER_HOUR));
    const { importWh } = meter.memory;
    assert.ok(importWh > 3_000);
    meter.advance(SATURDAY_MS + 5 * MS_PER_HOUR);
    const { energyWh, powerW, currentA, voltageV } = meter.reading();
    assert.deepEqual({ energyWh, powerW, currentA }, { energyWh: importWh, powerW: 0, currentA: 0 });
    assert.ok(voltageV! > 215, 'the street still has power');
  });

  it('counts up to the moment of a cut', () => {
    const meter = meterOf(SEED, HOUSES[6]!, newMemory(SATURDAY_MS));
    meter.obey(off(1), SATURDAY_MS + 30 * MS_PER_MINUTE);
    assert.ok(meter.memory.importWh > 1_500);
  });

  it('obeys a command once, in order, and not when it is late', () => {
    const meter = meterOf(SEED, HOUSES[0]!, newMemory(SATURDAY_MS));
    assert.ok(!meter.obey(off(1, SATURDAY_MS), SATURDAY_MS), 'expired at this very moment');
    assert.ok(meter.obey(off(2, SATURDAY_MS + 1), SATURDAY_MS));
    assert.equal(meter.memory.relay, 'off');
    assert.ok(meter.obey(off(2), SATURDAY_MS), 'a repeated command is answered again');
    assert.ok(!meter.obey({ ...off(2), commandId: 'another' }, SATURDAY_MS), 'one version is one command');
    const on: RelayCommand = { ...off(3), desired: 'on' };
    assert.ok(meter.obey(on, SATURDAY_MS));
    assert.ok(!meter.obey(off(2), SATURDAY_MS), 'an older command that arrives late');
    assert.equal(meter.memory.relay, 'on');
  });

  it('reads commands, and nothing else, from what a broker hands over', () => {
    assert.deepEqual(parseCommand(JSON.stringify(off(1))), off(1));
    const wrong = ['', '{', 'null', '[]', '{}', '"off"'];
    for (const field of ['commandId', 'desired', 'version', 'expiresMs']) {
      wrong.push(
        JSON.stringify({ ...off(1), [field]: undefined }),
        JSON.stringify({ ...off(1), [field]: [] }),
      );
    }
    for (const text of wrong) assert.equal(parseCommand(text), null, text);
  });
});

describe('when meters report', () => {
  it('is every interval, at moments that are spread out', () => {
    const interval = 15 * MS_PER_MINUTE;
    const phases = Array.from(
      { length: 24 },
      (_, index) => lastReportMs(SATURDAY_MS, interval, index + 1) % interval,
    );
    const sorted = phases.toSorted((a, b) => a - b);
    const gaps = sorted.slice(1).map((phase, index) => phase - (sorted[index] ?? 0));
    assert.ok(Math.min(...gaps) > interval / 24 / 3, 'no two at nearly the same time');
    assert.ok(Math.max(...gaps) < (interval / 24) * 3, 'no long silence');
    for (let house = 1; house <= 24; house += 1) {
      const last = lastReportMs(SATURDAY_MS, interval, house);
      assert.ok(last <= SATURDAY_MS && last > SATURDAY_MS - interval);
      assert.equal(lastReportMs(last, interval, house), last);
      assert.equal(lastReportMs(last + interval - 1, interval, house), last);
      assert.equal(lastReportMs(last + interval, interval, house), last + interval);
    }
  });
});
