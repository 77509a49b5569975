import assert from 'node:assert/strict';
import { AlarmBook } from '../../../nodes/lib/bypass/alarm-book';
import { CONTROL_TOPIC, readControl } from '../../../nodes/lib/bypass/control';
import { DiscardTally } from '../../../nodes/lib/bypass/discard-tally';
import { Distrust, MOST_DISTRUSTED } from '../../../nodes/lib/bypass/distrust';

describe('whom a router does not trust', () => {
  let stored: string | undefined;
  const open = (): Distrust => new Distrust(stored, (text) => (stored = text));
  const decide = (list: Distrust, gatewayId: string, isDistrusted = true): void =>
    list.decide({ gatewayId, isDistrusted, by: 'A. Clerk', atMs: 5 });
  beforeEach(() => (stored = undefined));

  it('is remembered over a restart, with who decided it and when', () => {
    decide(open(), 'liar');
    const again = open();
    assert.equal(again.has('liar'), true);
    assert.equal(again.has('other'), false);
    decide(again, 'liar', false);
    const third = open();
    assert.equal(third.has('liar'), false);
    assert.deepEqual(
      third.log.map(({ gatewayId, isDistrusted, by }) => [gatewayId, isDistrusted, by]),
      [
        ['liar', true, 'A. Clerk'],
        ['liar', false, 'A. Clerk'],
      ],
    );
  });

  it('follows the head-end beside its own decisions, and never an older word of it', () => {
    const list = open();
    decide(list, 'mine');
    assert.equal(list.follow(['a', 'b'], 2), true);
    assert.equal(list.follow(['a'], 1), false, 'an older list came late');
    assert.deepEqual(open().list, ['a', 'b', 'mine']);
    assert.equal(list.follow([], 3), true);
    assert.deepEqual(list.list, ['mine']);
    assert.deepEqual(list.decided, { gatewayIds: ['mine'], change: 5 });
  });

  it('takes the word of somebody on the spot against the head-end, until that speaks again', () => {
    const list = open();
    list.follow(['carrier'], 1);
    decide(list, 'carrier', false);
    assert.equal(open().has('carrier'), false);
    assert.equal(list.follow(['carrier'], 1), false);
    assert.equal(list.follow(['carrier'], 2), true);
    assert.equal(list.has('carrier'), true);
  });

  it('is bounded', () => {
    const list = open();
    for (let number = 0; number < MOST_DISTRUSTED; number += 1) decide(list, `g${number}`);
    assert.throws(() => decide(list, 'one more'), /at most 100 gateways/);
    decide(list, 'g0', false);
    for (let number = 0; number < 600; number += 1) decide(list, 'g1');
    assert.equal(list.log.length, 500);
  });

  const bad: object[] = [
    { gatewayIds: 'all', change: 1 },
    { gatewayIds: ['a b'], change: 1 },
    { gatewayIds: ['a'], change: 'x' },
    { gatewayIds: Array.from({ length: 101 }, (_, number) => `g${number}`), change: 1 },
  ];
  for (const fields of bad)
    it(`refuses ${JSON.stringify(fields).slice(0, 40)} under ${CONTROL_TOPIC}`, () => {
      assert.equal(readControl({ control: 'distrust', ...fields }), null);
    });
});

describe('what a full outbox threw away', () => {
  it('is told added up, and not often', () => {
    const tally = new DiscardTally();
    assert.deepEqual(tally.due(0), []);
    for (const items of [3, 4]) tally.note({ lane: 'reading', how: 'thinned', items });
    tally.note({ lane: 'telemetry', how: 'dropped', items: 1 });
    const told = tally.due(0);
    assert.deepEqual(
      told.map(({ items }) => items),
      [7, 1],
    );
    assert.deepEqual(readControl({ control: 'discarded', discarded: told })?.control, 'discarded');
    tally.note({ lane: 'all', how: 'too old', items: 2 });
    assert.deepEqual(tally.due(599_999), []);
    assert.equal(tally.due(600_000).length, 1);
    assert.deepEqual(tally.due(9e9), []);
  });

  for (const discarded of [
    [{ lane: 'money', how: 'thinned', items: 1 }],
    [{ lane: 'all', how: 'eaten', items: 1 }],
    [{ lane: 'all', how: 'thinned', items: 0 }],
    Array(13).fill({ lane: 'all', how: 'thinned', items: 1 }),
    'all',
  ])
    it(`is refused as ${JSON.stringify(discarded).slice(0, 50)}`, () => {
      assert.equal(readControl({ control: 'discarded', discarded }), null);
    });
});

describe('the latest alarms', () => {
  it('are counted when they come again, and the latest is first', () => {
    const book = new AlarmBook();
    book.note('clone', { gatewayId: 'a' }, 1_000);
    book.note('refused', { fault: 'forged', via: 'b', count: 7 }, 2_000);
    book.note('clone', { gatewayId: 'a' }, 3_000);
    assert.deepEqual(
      book.list(4_000).map(({ kind, count, msAgo }) => [kind, count, msAgo]),
      [
        ['clone', 2, 1_000],
        ['refused', 7, 2_000],
      ],
    );
  });

  it('are bounded, the oldest go', () => {
    const book = new AlarmBook();
    for (let number = 0; number < 60; number += 1) book.note('clone', { gatewayId: `g${number}` }, number);
    const list = book.list(60);
    assert.equal(list.length, 50);
    assert.equal(list.at(-1)?.facts['gatewayId'], 'g10');
  });
});
