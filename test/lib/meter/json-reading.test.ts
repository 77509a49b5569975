import assert from 'node:assert/strict';
import { parseJsonReading } from '../../../nodes/lib/meter/json-reading';

const FALLBACK = { meterId: 'M1', atMs: 1_700_000_000_000 };
const GOOD = { energyWh: 5, voltageV: 230.1, flags: ['cover open'] };

describe('json reading', () => {
  it('keeps what it knows and leaves out what was not said', () => {
    const parsed = parseJsonReading({ ...GOOD, color: 'red' }, FALLBACK);
    assert.ok(parsed.ok);
    assert.deepEqual(parsed.reading, { ...FALLBACK, ...GOOD });
    assert.ok(!('powerW' in parsed.reading));
  });

  const bad: { field: string; value: unknown; shown: string }[] = [
    { field: 'energyWh', value: undefined, shown: 'missing' },
    { field: 'energyWh', value: '5', shown: '5' },
    { field: 'energyWh', value: 5.5, shown: '5.5' },
    { field: 'energyWh', value: -1, shown: '-1' },
    { field: 'energyWh', value: 1e15, shown: '1000000000000000' },
    { field: 'meterId', value: '', shown: '' },
    { field: 'meterId', value: 'x'.repeat(65), shown: 'x'.repeat(65) },
    { field: 'meterId', value: { a: 1 }, shown: 'an object' },
    { field: 'atMs', value: 12, shown: '12' },
    { field: 'atMs', value: 'now', shown: 'now' },
    { field: 'voltageV', value: NaN, shown: 'NaN' },
    { field: 'voltageV', value: -0.1, shown: '-0.1' },
    { field: 'powerFactor', value: 1.01, shown: '1.01' },
    { field: 'flags', value: Array.from({ length: 17 }, () => 'x'), shown: 'a list of 17' },
  ];
  for (const { field, value, shown } of bad) {
    it(`refuses ${field} = ${shown.slice(0, 20)} by name`, () => {
      const parsed = parseJsonReading({ ...GOOD, [field]: value }, FALLBACK);
      assert.ok(!parsed.ok);
      assert.equal(parsed.refusal.kind, 'rejected');
      assert.equal(parsed.refusal.field, field);
      assert.equal(parsed.refusal.value, shown);
    });
  }
});
