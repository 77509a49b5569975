import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  OutgoingQueue,
  readOutgoingMeter,
  type OutgoingLimits,
  type OutgoingMeter,
} from '../../../nodes/lib/sms/outgoing-queue';
import { PRIORITIES, type Priority, type WaitingText } from '../../../nodes/lib/sms/waiting-texts';
import { property } from '../property';

const MONTH = '2026-11';
const LIMITS: OutgoingLimits = {
  maxWaiting: 3,
  messagesPerHour: 60,
  burst: 2,
  monthlyBudget: 10,
  urgentReserve: 2,
};
const WIDE: OutgoingLimits = { ...LIMITS, burst: 20, maxWaiting: 99 };
const MINUTE_MS = 60_000;

function text(
  messageId: string,
  priority: Priority = 'normal',
  parts = 1,
  expiresAtMs: number | null = null,
): WaitingText {
  return { messageId, priority, parts, queuedAtMs: 0, expiresAtMs };
}

function filled(texts: WaitingText[], limits = LIMITS): OutgoingQueue {
  const queue = new OutgoingQueue(limits);
  for (const next of texts) assert.ok(queue.admit(next, MONTH).isAdmitted, next.messageId);
  return queue;
}

/** Takes all that may go now. */
function drain(queue: OutgoingQueue, nowMs: number, month = MONTH) {
  const sent: string[] = [];
  for (;;) {
    const { next, waitMs } = queue.takeTurn(nowMs, month);
    if (!next) return { sent, waitMs };
    sent.push(next.messageId);
  }
}

/** Everything that waits, in its order, from a queue that is of no use afterwards. */
function waitingIn(queue: OutgoingQueue): string[] {
  const ids: string[] = [];
  const always = 1e15;
  for (let month = 1; queue.size > 0; month += 1) {
    const { sent } = drain(queue, always * month, `month ${month}`);
    ids.push(...sent);
  }
  return ids;
}

const reasons = (refused: { messageId: string; reason: string }[]) =>
  refused.map(({ messageId, reason }) => [messageId, reason]);

describe('the queue of outgoing texts', function () {
  this.timeout(60_000);

  it('sends the most important first, then who came first', () => {
    const queue = filled([text('l', 'low'), text('n1'), text('u', 'urgent'), text('n2')], WIDE);
    assert.deepEqual(drain(queue, 0).sent, ['u', 'n1', 'n2', 'l']);
  });

  it('is bounded, and says which text had to go', () => {
    const queue = filled([text('l1', 'low'), text('l2', 'low'), text('n')]);
    assert.deepEqual(queue.admit(text('l3', 'low'), MONTH), {
      isAdmitted: false,
      refused: [
        {
          messageId: 'l3',
          reason: 'queue full',
          text: 'the queue is full: 3 texts wait, none of them less important',
        },
      ],
    });
    const again = queue.admit(text('n'), MONTH);
    assert.deepEqual([again.isAdmitted, reasons(again.refused)], [false, [['n', 'known']]]);
    const urgent = queue.admit(text('u', 'urgent'), MONTH);
    assert.deepEqual([urgent.isAdmitted, reasons(urgent.refused)], [true, [['l2', 'pushed out']]]);
    assert.deepEqual(waitingIn(queue), ['u', 'n', 'l1']);
  });

  it('keeps to its rate after a burst', () => {
    const queue = filled([text('a'), text('b'), text('c'), text('d')], { ...LIMITS, maxWaiting: 9 });
    assert.deepEqual(drain(queue, 0), { sent: ['a', 'b'], waitMs: MINUTE_MS });
    assert.deepEqual(drain(queue, MINUTE_MS - 1).sent, []);
    assert.deepEqual(drain(queue, MINUTE_MS), { sent: ['c'], waitMs: MINUTE_MS });
    assert.deepEqual(drain(queue, 10 * MINUTE_MS).sent, ['d']);
  });

  it('counts a long text by its parts, and lets one through that is longer than the burst', () => {
    const queue = filled([text('long', 'normal', 5), text('after')]);
    assert.deepEqual(drain(queue, 0), { sent: ['long'], waitMs: 4 * MINUTE_MS });
    assert.deepEqual(drain(queue, 4 * MINUTE_MS).sent, ['after']);
  });

  it('is not held up by a clock that was set back', () => {
    const day = 86_400_000;
    const queue = filled([text('a'), text('b'), text('c')]);
    drain(queue, 1_000 * day);
    const { waitMs } = queue.takeTurn(0, MONTH);
    assert.ok(waitMs !== null && waitMs <= 257 * MINUTE_MS);
    assert.deepEqual(drain(queue, waitMs).sent, ['c']);
  });

  it('keeps to its budget, counting what waits, with a reserve for what is urgent', () => {
    const queue = filled([text('a', 'normal', 4), text('b', 'low', 4)], WIDE);
    assert.deepEqual(queue.admit(text('c'), MONTH), {
      isAdmitted: false,
      refused: [
        {
          messageId: 'c',
          reason: 'budget',
          text: 'the budget of 8 normal messages for 2026-11 has no room for 1 more: 8 are sent or waiting',
        },
      ],
    });
    assert.ok(queue.admit(text('u', 'urgent', 2), MONTH).isAdmitted);
    assert.ok(!queue.admit(text('v', 'urgent'), MONTH).isAdmitted);
    queue.withdraw('u');
    assert.ok(queue.admit(text('v', 'urgent'), MONTH).isAdmitted, 'what is taken back costs nothing');
    const free = new OutgoingQueue({ ...WIDE, monthlyBudget: null });
    for (let count = 0; count < 50; count += 1) assert.ok(free.admit(text(String(count)), MONTH).isAdmitted);
  });

  it('begins its budget anew with the month, and waits for it when the budget was made smaller', () => {
    const queue = filled([text('a', 'normal', 8)], WIDE);
    drain(queue, 0);
    assert.equal(queue.spent.sentInMonth, 8);
    assert.ok(!queue.admit(text('b'), MONTH).isAdmitted);
    assert.ok(queue.admit(text('b'), '2026-12').isAdmitted);

    const small = new OutgoingQueue({ ...WIDE, monthlyBudget: 4 });
    small.restore([text('x', 'normal', 3), text('u', 'urgent'), text('y')]);
    assert.deepEqual(drain(small, 0), { sent: ['u', 'y'], waitMs: null }, 'a shorter one still fits');
    assert.equal(small.size, 1);
    assert.deepEqual(drain(small, 0, '2026-12'), { sent: [], waitMs: null }, 'it never fits in this one');
  });

  it('lets go of what is not worth sending any more', () => {
    const queue = filled([text('old', 'urgent', 1, 1_000), text('new', 'low', 1, 1_001)]);
    const turn = queue.takeTurn(1_000, MONTH);
    assert.deepEqual(reasons(turn.refused), [['old', 'expired']]);
    assert.equal(turn.next?.messageId, 'new');
    assert.deepEqual(queue.dropExpired(9_000), [], 'what has been sent expires no more');
  });

  it('gives a text back that is no longer wanted', () => {
    const queue = filled([text('a'), text('b')]);
    assert.equal(queue.withdraw('a')?.messageId, 'a');
    assert.equal(queue.withdraw('a'), null);
    assert.deepEqual(waitingIn(queue), ['b']);
  });

  it('lets a text in once more in place of what of it still waits, or leaves all as it was', () => {
    const queue = filled([text('a', 'normal', 4), text('b', 'normal', 4)], { ...WIDE, maxWaiting: 2 });
    assert.ok(!queue.admitAgain(text('a', 'normal', 5), MONTH).isAdmitted, 'the budget has no room for it');
    assert.ok(!queue.admitAgain(text('c'), MONTH).isAdmitted);
    assert.ok(queue.admitAgain(text('a', 'normal', 3), MONTH).isAdmitted);
    assert.deepEqual([queue.size, waitingIn(queue)], [2, ['b', 'a']]);
  });

  it('refuses limits that are none', () => {
    const wrong: [Partial<OutgoingLimits>, RegExp][] = [
      [{ maxWaiting: 0 }, /^RangeError: maxWaiting must be a whole number of at least 1, got 0$/],
      [{ messagesPerHour: 0.5 }, /^RangeError: messagesPerHour .* got 0.5$/],
      [{ burst: NaN }, /^RangeError: burst .* got NaN$/],
      [{ monthlyBudget: -1 }, /^RangeError: monthlyBudget .* at least 0, got -1$/],
    ];
    for (const [over, message] of wrong)
      assert.throws(() => new OutgoingQueue({ ...LIMITS, ...over }), message);
  });

  it('begins afresh when a file holds something else', () => {
    for (const damaged of [undefined, null, 7, [], {}, { sentInMonth: '5', month: 1 }])
      assert.deepEqual(readOutgoingMeter(damaged), { paidUntilMs: 0, month: '', sentInMonth: 0 });
  });

  it('gives back what was paid for messages that did not leave, and the place in front', () => {
    const queue = filled([text('a', 'normal', 2), text('b')]);
    assert.equal(queue.takeTurn(0, MONTH).next?.messageId, 'a');
    assert.equal(queue.spent.sentInMonth, 2);
    queue.giveBack(text('a', 'normal', 1));
    assert.equal(queue.spent.sentInMonth, 1, 'one of the two left');
    assert.equal(queue.spent.paidUntilMs, MINUTE_MS);
    const { next } = queue.takeTurn(0, MONTH);
    assert.deepEqual([next?.messageId, next?.parts], ['a', 1]);
    const fresh = new OutgoingQueue(LIMITS);
    fresh.giveBack(text('a', 'normal', 3));
    assert.equal(fresh.spent.sentInMonth, 0, 'after a new month');
  });

  it('loses nothing and keeps every bound, whatever comes, over restarts', () => {
    const steps = fc.array(
      fc.record({
        priority: fc.constantFrom(...PRIORITIES),
        parts: fc.integer({ min: 1, max: 4 }),
        afterMs: fc.integer({ min: 0, max: 3 * MINUTE_MS }),
        lifeMs: fc.option(fc.integer({ min: 1, max: 20 * MINUTE_MS })),
        restarts: fc.boolean(),
      }),
      { maxLength: 40 },
    );
    property(steps, (list) => {
      const waiting = new Map<string, WaitingText>();
      let queue = new OutgoingQueue(LIMITS);
      let nowMs = 0;
      let sentParts = 0;
      const ends: string[] = [];
      for (const [index, { priority, parts, afterMs, lifeMs, restarts }] of list.entries()) {
        nowMs += afterMs;
        const incoming = text(String(index), priority, parts, lifeMs === null ? null : nowMs + lifeMs);
        waiting.set(incoming.messageId, incoming);
        const { refused } = queue.admit(incoming, MONTH);
        const turn = queue.takeTurn(nowMs, MONTH);
        const ended = [...refused, ...turn.refused, ...(turn.next ? [turn.next] : [])];
        for (const { messageId } of ended) {
          ends.push(messageId);
          assert.ok(waiting.delete(messageId), `${messageId} ended twice`);
        }
        sentParts += turn.next?.parts ?? 0;
        if (restarts) {
          const meter: OutgoingMeter = readOutgoingMeter(JSON.parse(JSON.stringify(queue.spent)));
          queue = new OutgoingQueue(LIMITS, meter);
          queue.restore(waiting.values());
        }
        assert.ok(queue.size <= LIMITS.maxWaiting);
        assert.equal(queue.size, waiting.size);
        assert.equal(queue.spent.sentInMonth, sentParts);
        assert.ok(sentParts <= 10);
        // The burst, one part a minute since, and what the last text was longer than the burst.
        assert.ok(sentParts <= LIMITS.burst + nowMs / MINUTE_MS + 4);
      }
      const all = [...ends, ...waiting.keys()].map(Number).sort((a, b) => a - b);
      assert.deepEqual(
        all,
        list.map((_, index) => index),
        'each text is sent, refused or waiting, once',
      );
    });
  });
});
