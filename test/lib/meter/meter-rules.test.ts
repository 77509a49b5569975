import assert from 'node:assert/strict';
import { MeterRules, type MeterRow } from '../../../nodes/lib/meter/meter-rules';

describe('rules for meters', () => {
  const rules = new MeterRules(
    [
      { meters: 'P-1, P-2', impPerKwh: 1_000 },
      { meters: 'F-*', meterClass: 'three-phase', mayExport: true },
      { meters: 'F-7', shuntOhm: 0.1 },
    ],
    { meterClass: 'single-phase' },
  );

  it('are found by number, then by how the number begins, then for all others', () => {
    assert.equal(rules.of('P-2').settings.impPerKwh, 1_000);
    assert.equal(rules.of('F-12').meterClass.name, 'three-phase');
    assert.equal(rules.of('F-12').limits.mayExport, true);
    assert.equal(rules.of('F-7').settings.shuntOhm, 0.1);
    assert.equal(rules.of('F-7').meterClass.name, 'single-phase');
    assert.equal(rules.of('X').limits.mayExport, false);
    assert.deepEqual(rules.of('X').settings, {});
  });

  it('let larger meters jump further', () => {
    assert.ok(rules.of('F-12').jump.sanctionedLoadW > rules.of('X').jump.sanctionedLoadW);
  });

  it('take a calibration in part, since the samples may bring the rest', () => {
    const calibration = { voltCal: 234.26, ampCal: 90.9, phaseCal: 1.7 };
    const { settings } = new MeterRules([{ meters: 'A', calibration }], {}).of('A');
    assert.deepEqual(settings.calibration, calibration);
  });

  const wrong: [MeterRow, RegExp][] = [
    [{ meters: '' }, /meters\[0\]\.meters must be numbers of meters/],
    [{ meters: 'a,,b' }, /meters\[0\]\.meters/],
    [{ meters: '*-1' }, /with \* only at the end, got \*-1/],
    [{ meters: 'A', impPerKwh: 0 }, /impPerKwh of meters A must be above 0, got 0/],
    [
      { meters: 'A', calibration: { voltCal: 0 } },
      /calibration\.voltCal of meters A must be a number from 0\.000001/,
    ],
    [{ meters: 'A', calibration: { bits: '12' as never } }, /calibration\.bits of meters A must be a number/],
    [{ meters: 'A', calibration: { volts: 1 } as never }, /must hold voltCal, ampCal, .*, got volts/],
    [{ meters: 'A', calibration: [] as never }, /calibration of meters A must be an object/],
    [{ meters: 'A', meterClass: 'steam' as never }, /class of meters A must be one of single-phase/],
  ];
  for (const [row, says] of wrong) {
    it(`refuse ${JSON.stringify(row)}`, () => assert.throws(() => new MeterRules([row], {}), says));
  }
});
