import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  compileFilter,
  maySubscribe,
  mayPublish,
  topicMatches,
  topicOwner,
} from '../../../nodes/lib/meter/topics';
import { property } from '../property';

describe('topics', () => {
  it('matches filters as MQTT 3.1.1 §4.7 says', () => {
    const cases: [filter: string, topic: string, matches: boolean][] = [
      ['wk/+/reading', 'wk/M1/reading', true],
      ['wk/+/reading', 'wk/M1/x/reading', false],
      ['wk/+/reading', 'wk//reading', true],
      ['wk/+/reading', 'wk/reading', false],
      ['wk/#', 'wk', true],
      ['wk/#', 'wk/a/b', true],
      ['#', '$SYS/x', false],
      ['+/x', '$SYS/x', false],
      ['a/b', 'a/b', true],
      ['a/b', 'a/b/c', false],
    ];
    for (const [filter, topic, matches] of cases) {
      assert.equal(topicMatches(filter, topic), matches, `${filter} ${topic}`);
      assert.equal(compileFilter(filter)(topic), matches, `compiled ${filter} ${topic}`);
    }
  });

  it('compiles filters to the same answers', () => {
    const level = fc.constantFrom('a', 'b', '', 'ab');
    const filterLevel = fc.oneof(level, fc.constant('+'));
    const path = (levels: string[]): string => levels.join('/');
    const pairs = fc.tuple(
      fc.array(filterLevel, { minLength: 1, maxLength: 4 }).map(path),
      fc.array(level, { minLength: 1, maxLength: 4 }).map(path),
    );
    property(
      pairs,
      ([filter, topic]) => assert.equal(compileFilter(filter)(topic), topicMatches(filter, topic)),
      3_000,
    );
  });

  it('names the owner of a topic', () => {
    assert.equal(topicOwner('wk/M1/reading'), 'M1');
    assert.equal(topicOwner('wk/M1'), 'M1');
    assert.equal(topicOwner('reading'), '');
  });

  it('lets a device write below its own name only, and never to its own command topic', () => {
    assert.ok(mayPublish('M1', 'wk/M1/reading'));
    for (const topic of [
      'wk/M2/reading',
      'wk/M1',
      'wk/M1x/reading',
      'other/M1/reading',
      '$SYS/M1/reading',
      'wk/M1/command',
    ]) {
      assert.ok(!mayPublish('M1', topic), topic);
    }
    assert.ok(!mayPublish('', 'wk//reading'));
    assert.ok(!mayPublish('M1/x', 'wk/M1/x/reading'));
  });

  it('lets a device hear its own command topic only', () => {
    assert.ok(maySubscribe('M1', 'wk/M1/command'));
    for (const filter of ['#', '+/M1/command', 'wk/+/command', 'wk/M2/command', 'wk/M1/#', '$SYS/#']) {
      assert.ok(!maySubscribe('M1', filter), filter);
    }
    assert.ok(!maySubscribe('', 'wk//command'));
  });
});
