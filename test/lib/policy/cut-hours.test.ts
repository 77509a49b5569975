import assert from 'node:assert/strict';
import { cutHours, mayCutAt } from '../../../nodes/lib/policy/cut-hours';

const at = (iso: string): number => Date.parse(iso);

describe('cut hours', () => {
  const weekdayMornings = mayCutAt(cutHours('10:00', '13:00', true), 'Asia/Kolkata');

  it('follows the local time of the site', () => {
    // Kolkata is five and a half hours ahead of UTC; 2026-01-07 is a Wednesday.
    assert.equal(weekdayMornings(at('2026-01-07T04:29:59Z')), false);
    assert.equal(weekdayMornings(at('2026-01-07T04:30:00Z')), true);
    assert.equal(weekdayMornings(at('2026-01-07T07:29:59Z')), true);
    assert.equal(weekdayMornings(at('2026-01-07T07:30:00Z')), false);
  });

  it('knows the local weekend', () => {
    assert.equal(weekdayMornings(at('2026-01-10T05:00:00Z')), false);
    assert.equal(weekdayMornings(at('2026-01-11T05:00:00Z')), false);
    assert.equal(weekdayMornings(at('2026-01-12T05:00:00Z')), true);
  });

  it('follows summer time', () => {
    const mornings = mayCutAt(cutHours('10:00', '13:00', false), 'Europe/London');
    assert.equal(mornings(at('2026-03-28T10:30:00Z')), true);
    assert.equal(mornings(at('2026-03-29T09:30:00Z')), true);
    assert.equal(mornings(at('2026-03-29T12:30:00Z')), false);
  });

  it('can be the whole day', () => {
    const always = mayCutAt(cutHours('00:00', '24:00', false), 'UTC');
    assert.equal(always(at('2026-01-10T00:00:00Z')), true);
    assert.equal(always(at('2026-01-10T23:59:59Z')), true);
  });

  it('refuses what is no window, naming field and value', () => {
    assert.throws(() => cutHours('25:00', '26:00', false), /cutFrom.*"25:00"/);
    assert.throws(() => cutHours('10:00', '10:60', false), /cutTo.*"10:60"/);
    assert.throws(() => cutHours('noon', '13:00', false), /cutFrom.*"noon"/);
    assert.throws(() => cutHours('22:00', '06:00', false), /cutTo must be later.*"06:00"/);
  });
});
