import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  DEVICE_DIALECTS,
  dialectTopics,
  parseDeviceDialect,
} from '../../../nodes/lib/devices/device-dialect';
import { isDeviceName } from '../../../nodes/lib/devices/device-name';
import { covers, deviceRule, mayLeaveWill, OPEN_RULE } from '../../../nodes/lib/devices/topic-rule';
import { topicMatches } from '../../../nodes/lib/meter/topics';

const level = fc.constantFrom('wk', 'A', 'B', 'reading', 'command', 'tele', 'x', '');
const topics = fc.array(level, { minLength: 1, maxLength: 5 }).map((levels) => levels.join('/'));
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, hasRest]) => [...levels, ...(hasRest ? ['#'] : [])].join('/'));

describe('the topic rule', () => {
  it('lets a device write below its own name and hear its commands, nothing else', () => {
    const { mayWrite, mayRead } = deviceRule('A', 'own');
    for (const topic of ['wk/A/reading', 'wk/A/relay', 'wk/A/log/today']) assert.ok(mayWrite(topic), topic);
    const foreign = [
      'wk/B/reading',
      'wk/A',
      'wk/AA/reading',
      'wk/A/command',
      'A/reading',
      '$SYS/x',
      '',
      'tele/A/SENSOR',
    ];
    for (const topic of foreign) assert.ok(!mayWrite(topic), topic);
    assert.ok(mayRead('wk/A/command'));
    for (const filter of ['#', '+/#', 'wk/A/#', 'wk/+/command', 'wk/B/command', 'wk/A/reading', '$SYS/#'])
      assert.ok(!mayRead(filter), filter);
  });

  it('bounds the length and the levels of a topic', () => {
    const { mayWrite } = deviceRule('A', 'own');
    const ofLevels = (count: number): string => ['wk', 'A', ...Array<string>(count - 2).fill('x')].join('/');
    assert.ok(mayWrite(ofLevels(10)));
    assert.ok(!mayWrite(ofLevels(11)));
    assert.ok(mayWrite(`wk/A/${'x'.repeat(251)}`));
    assert.ok(!mayWrite(`wk/A/${'x'.repeat(252)}`));
  });

  it('leaves what is the broker’s own to the broker, even when it is open', () => {
    assert.ok(OPEN_RULE.mayWrite('any/topic') && OPEN_RULE.mayRead('#'));
    for (const topic of ['$SYS/#', '$SYS/x/new/clients', '$share/g/#']) {
      assert.ok(!OPEN_RULE.mayWrite(topic), topic);
      assert.ok(!OPEN_RULE.mayRead(topic), topic);
    }
  });

  it('takes no will with a wildcard', () => {
    assert.ok(mayLeaveWill(deviceRule('A', 'own'), 'wk/A/gone'));
    for (const topic of ['wk/A/+', 'wk/A/#', 'wk/B/gone'])
      assert.ok(!mayLeaveWill(deviceRule('A', 'own'), topic));
  });

  it('gives a foreign dialect its own topics', () => {
    const tasmota = deviceRule('plug', 'tasmota');
    assert.ok(tasmota.mayWrite('tele/plug/SENSOR') && tasmota.mayRead('cmnd/plug/#'));
    assert.ok(tasmota.mayRead('cmnd/plug/POWER1'));
    assert.ok(
      !tasmota.mayWrite('tele/other/SENSOR') && !tasmota.mayRead('cmnd/+/#') && !tasmota.mayRead('cmnd/#'),
    );
    const shelly = deviceRule('s1', 'shelly1');
    assert.ok(shelly.mayWrite('shellies/s1/relay/0') && shelly.mayRead('shellies/s1/relay/0/command'));
    assert.ok(!shelly.mayWrite('shellies/s1/relay/0/command'), 'a device does not command itself');
    const text = deviceRule('house7', 'text');
    assert.ok(text.mayWrite('house7') && text.mayRead('house7') && !text.mayWrite('house8'));
  });

  it('gives no dialect but those that speak for others the topics of another device', () => {
    const speaksForOthers = new Set(['gateway', 'zigbee2mqtt']);
    for (const dialect of DEVICE_DIALECTS) {
      if (speaksForOthers.has(dialect)) continue;
      const { mayWrite, mayRead } = deviceRule('A', dialect);
      for (const other of DEVICE_DIALECTS) {
        if (speaksForOthers.has(other)) continue;
        const { writes, reads } = dialectTopics(other, 'B');
        const own = writes.filter((filter) => filter.includes('B'));
        for (const filter of own)
          assert.ok(!mayWrite(filter.replace(/[+#]/g, 'x')), `${dialect} writes ${filter}`);
        const commands = reads.filter((filter) => filter.includes('B'));
        for (const filter of commands) assert.ok(!mayRead(filter), `${dialect} reads ${filter}`);
      }
    }
  });

  it('knows what a make says at every connect and nobody needs', () => {
    const idle: [string, 'tasmota' | 'esphome', string][] = [
      ['plug', 'tasmota', 'cmnd/plug/POWER'],
      ['plug', 'tasmota', 'tasmota/discovery/AABBCC/config'],
      ['garage', 'esphome', 'esphome/discover/garage'],
    ];
    for (const [device, dialect, topic] of idle) {
      const { isIdle, mayWrite } = deviceRule(device, dialect);
      assert.ok(isIdle(topic) && !mayWrite(topic), topic);
      assert.ok(!deviceRule('other', 'own').isIdle(topic), topic);
    }
    assert.ok(!deviceRule('plug', 'tasmota').isIdle('cmnd/other/POWER'));
    assert.ok(!deviceRule('plug', 'tasmota').isIdle('tele/plug/SENSOR'));
  });

  it('knows which filters a filter covers', () => {
    const run = fc.check(
      fc.property(filters, filters, topics, (granted, filter, topic) => {
        if (covers(granted, filter) && topicMatches(filter, topic)) assert.ok(topicMatches(granted, topic));
      }),
      { numRuns: 20_000 },
    );
    assert.ok(!run.failed, `seed ${run.seed}: ${JSON.stringify(run.counterexample)}`);
    assert.ok(covers('a/#', 'a') && covers('a/+', 'a/b') && covers('a/+', 'a/+') && covers('#', '+/b/#'));
    assert.ok(!covers('a/+', 'a/#') && !covers('a/b', 'a/+') && !covers('a/+', 'a'));
  });

  it('has no device with the name of what many share', () => {
    for (const name of [
      'wk',
      'tele',
      'Tele',
      'meter',
      'sensor',
      'p1',
      'zigbee2mqtt',
      '$SYS',
      'a:b',
      'a/b',
      '+',
      '#',
      '',
      'x'.repeat(65),
    ])
      assert.ok(!isDeviceName(name), name);
    for (const name of ['M1', 'पहला', 'x'.repeat(64), 'a.b-c_d']) assert.ok(isDeviceName(name), name);
    assert.equal(parseDeviceDialect(undefined), 'own');
    for (const dialect of ['constructor', 'OWN', 3])
      assert.throws(() => parseDeviceDialect(dialect), /speak one of/);
  });
});
