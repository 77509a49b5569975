import assert from 'node:assert/strict';
import { MeterRules } from '../../../nodes/lib/meter/meter-rules';
import { MeterWatch } from '../../../nodes/lib/meter/meter-watch';
import type { Reading } from '../../../nodes/lib/meter/reading';

const START_MS = 1_780_000_000_000;
const MINUTE_MS = 60_000;

describe('watching meters', () => {
  let watch: MeterWatch;
  let nowMs: number;
  beforeEach(() => {
    watch = new MeterWatch(new MeterRules([], {}), true);
    nowMs = START_MS;
  });

  const say = (values: Partial<Reading> = {}): void => {
    const reading: Reading = { meterId: 'M1', atMs: nowMs, energyWh: 1_000, ...values };
    assert.equal(watch.judge(reading, nowMs), null);
    watch.observe(reading, nowMs);
  };
  const news = (): string[] =>
    watch.takeNews().map((one) => ('isOver' in one ? `${one.kind} ${one.field} ${one.isOver}` : one.kind));

  it('tells what is unusual once, and once that it is over', () => {
    say({ voltageV: 230 });
    say({ voltageV: 70 });
    say({ voltageV: 71 });
    assert.deepEqual(
      news().filter((one) => one.startsWith('flag')),
      ['flag voltageV false'],
    );
    say({ voltageV: 230 });
    assert.ok(news().includes('flag voltageV true'));
    say({ voltageV: 230 });
    assert.deepEqual(news(), []);
  });

  it('remembers a bounded number of meters with something wrong, since strangers can make up names', () => {
    for (let number = 0; number < 50_000; number += 1)
      watch.judge({ meterId: `X${number}`, atMs: nowMs, energyWh: 1, voltageV: 70 }, nowMs);
    assert.ok(watch['raised'].size <= 20_000);
  });

  it('tells tampering, and that it is over', () => {
    say({ flags: ['cover-open'] });
    assert.deepEqual(news(), ['tamper flags false']);
    say({ flags: ['COVER_OPEN'] });
    assert.deepEqual(news(), []);
    say({ flags: [] });
    assert.deepEqual(news(), ['tamper flags true']);
  });

  it('tells of silence after a missed deadline, and of the return; the first time is no news', () => {
    for (let minute = 0; minute < 5; minute += 1) {
      say();
      nowMs += MINUTE_MS;
      watch.sweep(nowMs);
    }
    assert.deepEqual(news(), []);
    nowMs += 60 * MINUTE_MS;
    watch.sweep(nowMs);
    assert.deepEqual(news(), ['offline']);
    watch.sweep(nowMs + MINUTE_MS);
    assert.deepEqual(news(), []);
    say();
    assert.deepEqual(news(), ['return']);
  });

  it('blames no meter for the time in which nobody could be heard', () => {
    for (let minute = 0; minute < 5; minute += 1) {
      say();
      nowMs += MINUTE_MS;
    }
    watch.setHearing(false, nowMs);
    nowMs += 24 * 60 * MINUTE_MS;
    watch.sweep(nowMs);
    watch.setHearing(true, nowMs);
    nowMs += MINUTE_MS;
    watch.sweep(nowMs);
    assert.deepEqual(news(), []);
    nowMs += 60 * MINUTE_MS;
    watch.sweep(nowMs);
    assert.deepEqual(news(), ['offline']);
  });

  it('tells an outage by a last breath, by a last will and by no voltage', () => {
    say({ voltageV: 0 });
    assert.deepEqual(news(), ['outage']);
    nowMs += MINUTE_MS;
    say({ voltageV: 230 });
    assert.deepEqual(news(), ['return']);
    nowMs += MINUTE_MS;
    say({ flags: ['last-gasp'] });
    assert.deepEqual(news(), ['outage']);
    nowMs += MINUTE_MS;
    say();
    assert.deepEqual(news(), ['return']);
    watch.lose('M1', nowMs, 'outage');
    assert.deepEqual(news(), ['outage']);
  });

  it('takes the low voltage of direct current for no outage', () => {
    watch = new MeterWatch(new MeterRules([], { meterClass: 'direct-current' }), true);
    for (let minute = 0; minute < 3; minute += 1) {
      say({ voltageV: 12.6 });
      watch.hear('M1', nowMs, 12.6);
      nowMs += MINUTE_MS;
    }
    assert.ok(!news().includes('outage'));
  });

  it('keeps no more news than its bound when nobody takes them', () => {
    for (let index = 0; index < 10_050; index += 1)
      watch.add({ kind: 'live', meterId: `M${index}`, atMs: 1 });
    const kept = watch.takeNews();
    assert.equal(kept.length, 10_000);
    assert.equal(kept.at(-1)?.meterId, 'M10049');
  });
});
