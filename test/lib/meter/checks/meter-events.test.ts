import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ContactWatch } from '../../../../nodes/lib/meter/checks/contact-watch';
import { FlagWatch, meaningOf } from '../../../../nodes/lib/meter/checks/tamper-flags';
import { property } from '../../property';

const T0_MS = 1_780_000_000_000;
const MINUTE_MS = 60_000;

describe('contact with meters', () => {
  it('begins, is missed after three intervals, and returns', () => {
    const watch = new ContactWatch();
    assert.equal(watch.heard('M1', T0_MS)?.value, 'online');
    let nowMs = T0_MS;
    for (let index = 0; index < 60; index += 1) assert.equal(watch.heard('M1', (nowMs += MINUTE_MS)), null);
    assert.deepEqual(watch.sweep(nowMs + 3 * MINUTE_MS), []);
    const late = watch.sweep(nowMs + 5 * MINUTE_MS);
    assert.deepEqual(
      late.map(({ meterId, value }) => [meterId, value]),
      [['M1', 'offline']],
    );
    assert.deepEqual(watch.sweep(nowMs + 60 * MINUTE_MS), [], 'said once');
    assert.equal(watch.heard('M1', nowMs + 90 * MINUTE_MS)?.value, 'return');
    assert.equal(watch.contactOf('M1'), 'online');
  });

  it('does not call a frame of many readings an interval', () => {
    const watch = new ContactWatch();
    watch.setInterval('M2', 10 * MINUTE_MS, T0_MS);
    for (let index = 0; index < 50; index += 1) watch.heard('M1', T0_MS);
    for (let index = 0; index < 50; index += 1) watch.heard('M1', T0_MS + 60 * MINUTE_MS);
    assert.deepEqual(
      watch.sweep(T0_MS + 100 * MINUTE_MS).map(({ meterId }) => meterId),
      ['M2'],
    );
  });

  it('knows an outage from silence, and its end', () => {
    const watch = new ContactWatch();
    watch.heard('M1', T0_MS, 230);
    assert.equal(watch.heard('M1', T0_MS + 1, 3)?.value, 'outage');
    assert.equal(watch.heard('M1', T0_MS + 2, 0), null);
    assert.match(watch.heard('M1', T0_MS + 10 * MINUTE_MS, 229)?.reason ?? '', /supply is back after 10 min/);
    assert.equal(watch.lost('M1', T0_MS + 11 * MINUTE_MS, 'outage')?.value, 'outage');
    assert.equal(watch.lost('M1', T0_MS + 11 * MINUTE_MS, 'outage'), null);
    assert.deepEqual(watch.sweep(T0_MS + 1e9), []);
    assert.equal(watch.heard('M1', T0_MS + 1e9)?.value, 'return');
    assert.equal(watch.sweep(T0_MS + 2e9).length, 1, 'it is watched again');
  });

  it('misses nobody and says each silence once', () => {
    const times = fc.array(fc.tuple(fc.nat(9), fc.nat(20 * MINUTE_MS)), { maxLength: 80 });
    property(times, (steps) => {
      const watch = new ContactWatch();
      let nowMs = T0_MS;
      for (const [meter, waitMs] of steps) {
        nowMs += waitMs;
        for (const { meterId } of watch.sweep(nowMs)) assert.equal(watch.contactOf(meterId), 'offline');
        watch.heard(`M${meter}`, nowMs);
      }
      const met = new Set(steps.map(([meter]) => `M${meter}`));
      watch.sweep(nowMs + 27 * 3_600_000);
      for (const meterId of met) assert.equal(watch.contactOf(meterId), 'offline');
      assert.deepEqual(watch.sweep(nowMs + 100 * 3_600_000), []);
    });
  });
});

describe('flags of meters', () => {
  it('are known in all spellings', () => {
    for (const spelling of ['cover-open', 'COVER_OPEN', 'coverOpen', ' Meter cover open ', 'lid.open']) {
      assert.equal(meaningOf(spelling).flag, 'cover-open', spelling);
    }
    assert.equal(meaningOf('Something new').flag, 'something-new');
    for (const word of ['constructor', '__proto__', 'toString'])
      assert.equal(meaningOf(word).spellings.length, 0);
  });

  it('are events when they come up and when they are gone', () => {
    const watch = new FlagWatch();
    const say = (flags: string[] | undefined): string[] =>
      watch.observe('M1', flags).map(({ kind, value, reason }) => `${kind} ${value} ${reason.split(':')[0]}`);
    assert.deepEqual(say([]), []);
    assert.deepEqual(say(['magnetic_field']), ['flag magnet there is a strong magnetic field']);
    assert.deepEqual(say(['magnet']), [], 'the same in other words');
    assert.deepEqual(say(undefined), [], 'nothing said is nothing changed');
    assert.deepEqual(watch.flagsOf('M1'), ['magnet']);
    assert.deepEqual(say([]), ['event magnet over']);
    assert.deepEqual(watch.flagsOf('M1'), []);
  });
});
