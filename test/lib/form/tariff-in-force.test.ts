import assert from 'node:assert/strict';
import { inForceMs } from '../../../nodes/lib/form/tariff-in-force';

const at = (text: string, zone: string): string => new Date(inForceMs(text, zone) ?? NaN).toISOString();

describe('the moment from which a tariff is in force', () => {
  it('is on the wall clock of the zone', () => {
    assert.equal(at('2026-04-01T00:00', 'Asia/Kolkata'), '2026-03-31T18:30:00.000Z');
    assert.equal(at('2026-04-01T00:00', 'America/New_York'), '2026-04-01T04:00:00.000Z');
    assert.equal(at('2026-12-01T12:30', 'UTC'), '2026-12-01T12:30:00.000Z');
  });

  it('is open when nothing is said', () => {
    assert.equal(inForceMs('', 'UTC'), null);
  });

  it('is the first one of a time that comes twice', () => {
    // Berlin, 25 October 2026: 03:00 summer time becomes 02:00.
    assert.equal(at('2026-10-25T02:30', 'Europe/Berlin'), '2026-10-25T00:30:00.000Z');
    assert.equal(at('2026-10-25T03:00', 'Europe/Berlin'), '2026-10-25T02:00:00.000Z');
    assert.equal(at('2026-10-25T01:59', 'Europe/Berlin'), '2026-10-24T23:59:00.000Z');
  });

  it('is as much later as the clocks skip', () => {
    // Berlin, 29 March 2026: 02:00 becomes 03:00.
    assert.equal(at('2026-03-29T02:30', 'Europe/Berlin'), '2026-03-29T01:30:00.000Z');
    assert.equal(at('2026-03-29T03:00', 'Europe/Berlin'), '2026-03-29T01:00:00.000Z');
    assert.equal(at('2026-03-29T01:59', 'Europe/Berlin'), '2026-03-29T00:59:00.000Z');
  });

  for (const text of ['tomorrow', '2026-02-30T00:00', '2026-04-01', '2026-04-01T24:00', '2026-04-01 00:00']) {
    it(`is not "${text}"`, () =>
      assert.throws(() => inForceMs(text, 'UTC'), { message: new RegExp(`got "${text}"`) }));
  }
});
