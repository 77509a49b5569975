import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  admit,
  EMPTY_OUTGOING,
  PRIORITIES,
  readOutgoingMeter,
  giveBack,
  takeTurn,
  withdraw,
  type OutgoingLimits,
  type OutgoingState,
  type Priority,
  type WaitingText,
} from '../../../nodes/lib/sms/outgoing-queue';
import { property } from '../property';

const MONTH = '2026-11';
const LIMITS: OutgoingLimits = {
  maxWaiting: 3,
  messagesPerHour: 60,
  burst: 2,
  monthlyBudget: 10,
  urgentReserve: 2,
};
const MINUTE_MS = 60_000;

function text(
  messageId: string,
  priority: Priority = 'normal',
  parts = 1,
  expiresAtMs: number | null = null,
): WaitingText {
  return { messageId, priority, parts, queuedAtMs: 0, expiresAtMs };
}

function filled(texts: WaitingText[], limits = LIMITS): OutgoingState {
  return texts.reduce((state, next) => {
    const { isAdmitted, state: after } = admit(state, next, MONTH, limits);
    assert.ok(isAdmitted);
    return after;
  }, EMPTY_OUTGOING);
}

const ids = (state: OutgoingState): string[] => state.waiting.map(({ messageId }) => messageId);

/** Takes all that may go now. */
function drain(start: OutgoingState, nowMs: number, limits = LIMITS, month = MONTH) {
  const sent: string[] = [];
  let state = start;
  for (;;) {
    const turn = takeTurn(state, nowMs, month, limits);
    state = turn.state;
    if (!turn.next) return { state, sent, waitMs: turn.waitMs };
    sent.push(turn.next.messageId);
  }
}

describe('the queue of outgoing texts', () => {
  it('sends the most important first, then who came first', () => {
    const wide = { ...LIMITS, burst: 9, maxWaiting: 9 };
    const state = filled([text('l', 'low'), text('n1'), text('u', 'urgent'), text('n2')], wide);
    assert.deepEqual(drain(state, 0, wide).sent, ['u', 'n1', 'n2', 'l']);
  });

  it('is bounded, and says which text had to go', () => {
    const full = filled([text('l1', 'low'), text('l2', 'low'), text('n')]);
    const low = admit(full, text('l3', 'low'), MONTH, LIMITS);
    assert.deepEqual(
      [low.isAdmitted, low.refused],
      [
        false,
        [
          {
            messageId: 'l3',
            reason: 'queue full',
            text: 'the queue is full: 3 texts wait, none of them less important',
          },
        ],
      ],
    );
    const urgent = admit(full, text('u', 'urgent'), MONTH, LIMITS);
    assert.deepEqual([urgent.isAdmitted, ids(urgent.state)], [true, ['l1', 'n', 'u']]);
    assert.deepEqual(
      urgent.refused.map(({ messageId, reason }) => [messageId, reason]),
      [['l2', 'pushed out']],
    );
    const again = admit(full, text('n'), MONTH, LIMITS);
    assert.deepEqual([again.isAdmitted, again.refused[0]!.reason], [false, 'known']);
  });

  it('keeps to its rate after a burst', () => {
    const wide = { ...LIMITS, maxWaiting: 9 };
    const state = filled([text('a'), text('b'), text('c'), text('d')], wide);
    const first = drain(state, 0, wide);
    assert.deepEqual([first.sent, first.waitMs], [['a', 'b'], MINUTE_MS]);
    assert.deepEqual(drain(first.state, MINUTE_MS - 1, wide).sent, []);
    const second = drain(first.state, MINUTE_MS, wide);
    assert.deepEqual([second.sent, second.waitMs], [['c'], MINUTE_MS]);
    assert.deepEqual(drain(second.state, 10 * MINUTE_MS, wide).sent, ['d']);
  });

  it('counts a long text by its parts, and lets one through that is longer than the burst', () => {
    const state = filled([text('long', 'normal', 5), text('after')]);
    const first = drain(state, 0);
    assert.deepEqual([first.sent, first.waitMs], [['long'], 4 * MINUTE_MS]);
    assert.deepEqual(drain(first.state, 4 * MINUTE_MS).sent, ['after']);
  });

  it('is not held up by a clock that was set back', () => {
    const day = 86_400_000;
    const { state } = drain(filled([text('a'), text('b'), text('c')]), 1_000 * day);
    const { waitMs, state: after } = takeTurn(state, 0, MONTH, LIMITS);
    assert.ok(waitMs !== null && waitMs <= 257 * MINUTE_MS);
    assert.deepEqual(drain(after, waitMs).sent, ['c']);
  });

  it('keeps to its budget, counting what waits, with a reserve for what is urgent', () => {
    const wide = { ...LIMITS, maxWaiting: 99 };
    const state = filled([text('a', 'normal', 4), text('b', 'low', 4)], wide);
    const refused = admit(state, text('c'), MONTH, wide);
    assert.equal(refused.isAdmitted, false);
    assert.deepEqual(refused.refused, [
      {
        messageId: 'c',
        reason: 'budget',
        text: 'the budget of 8 normal messages for 2026-11 has no room for 1 more: 8 are sent or waiting',
      },
    ]);
    const urgent = admit(state, text('u', 'urgent', 2), MONTH, wide);
    assert.ok(urgent.isAdmitted);
    assert.ok(!admit(urgent.state, text('v', 'urgent'), MONTH, wide).isAdmitted);
    assert.ok(admit(state, text('c'), MONTH, { ...wide, monthlyBudget: null }).isAdmitted);
  });

  it('begins its budget anew with the month, and waits for it when the budget was made smaller', () => {
    const wide = { ...LIMITS, burst: 20, maxWaiting: 99 };
    const { state } = drain(filled([text('a', 'normal', 8)], wide), 0, wide);
    assert.equal(state.sentInMonth, 8);
    assert.ok(!admit(state, text('b'), MONTH, wide).isAdmitted);
    assert.ok(admit(state, text('b'), '2026-12', wide).isAdmitted);

    const waiting = filled([text('x', 'normal', 3), text('u', 'urgent')], wide);
    const small = { ...wide, monthlyBudget: 4 };
    const turn = drain(waiting, 0, small);
    assert.deepEqual([turn.sent, turn.waitMs], [['u'], null]);
    assert.deepEqual(drain(turn.state, 0, wide, '2026-12').sent, ['x']);
  });

  it('lets go of what is not worth sending any more', () => {
    const state = filled([text('old', 'urgent', 1, 1_000), text('new', 'low', 1, 1_001)]);
    const turn = takeTurn(state, 1_000, MONTH, LIMITS);
    assert.deepEqual(
      turn.refused.map(({ messageId, reason }) => [messageId, reason]),
      [['old', 'expired']],
    );
    assert.equal(turn.next?.messageId, 'new');
  });

  it('gives a text back that is no longer wanted', () => {
    const state = filled([text('a'), text('b')]);
    assert.deepEqual(ids(withdraw(state, 'a')), ['b']);
    assert.equal(withdraw(state, 'x'), state);
  });

  it('refuses limits that are none', () => {
    const wrong: [Partial<OutgoingLimits>, RegExp][] = [
      [{ maxWaiting: 0 }, /^RangeError: maxWaiting must be a whole number of at least 1, got 0$/],
      [{ messagesPerHour: 0.5 }, /^RangeError: messagesPerHour .* got 0.5$/],
      [{ burst: NaN }, /^RangeError: burst .* got NaN$/],
      [{ monthlyBudget: -1 }, /^RangeError: monthlyBudget .* at least 0, got -1$/],
    ];
    for (const [over, message] of wrong) {
      assert.throws(() => admit(EMPTY_OUTGOING, text('a'), MONTH, { ...LIMITS, ...over }), message);
      assert.throws(() => takeTurn(EMPTY_OUTGOING, 0, MONTH, { ...LIMITS, ...over }), message);
    }
  });

  it('begins afresh when a file holds something else', () => {
    for (const damaged of [undefined, null, 7, [], {}, { sentInMonth: '5', month: 1 }]) {
      assert.deepEqual({ waiting: [], ...readOutgoingMeter(damaged) }, EMPTY_OUTGOING);
    }
  });

  it('gives back what was paid for messages that did not leave, and the place in front', () => {
    const waiting = [text('a', 'normal', 2), text('b')].reduce(
      (state, one) => admit(state, one, MONTH, LIMITS).state,
      EMPTY_OUTGOING,
    );
    const turn = takeTurn(waiting, 0, MONTH, LIMITS);
    assert.deepEqual([turn.next?.messageId, turn.state.sentInMonth], ['a', 2]);
    const again = giveBack(turn.state, text('a', 'normal', 1), LIMITS);
    assert.equal(again.sentInMonth, 1, 'one of the two left');
    assert.equal(again.paidUntilMs, MINUTE_MS);
    const next = takeTurn(again, 0, MONTH, LIMITS).next;
    assert.deepEqual([next?.messageId, next?.parts], ['a', 1]);
    assert.equal(
      giveBack(EMPTY_OUTGOING, text('a', 'normal', 3), LIMITS).sentInMonth,
      0,
      'after a new month',
    );
  });

  it('loses nothing and keeps every bound, whatever comes, over restarts', () => {
    const steps = fc.array(
      fc.record({
        priority: fc.constantFrom(...PRIORITIES),
        parts: fc.integer({ min: 1, max: 4 }),
        afterMs: fc.integer({ min: 0, max: 3 * MINUTE_MS }),
        lifeMs: fc.option(fc.integer({ min: 1, max: 20 * MINUTE_MS })),
      }),
      { maxLength: 40 },
    );
    property(steps, (list) => {
      let state = EMPTY_OUTGOING;
      let nowMs = 0;
      let sentParts = 0;
      const ends: string[] = [];
      for (const [index, { priority, parts, afterMs, lifeMs }] of list.entries()) {
        nowMs += afterMs;
        const expiresAtMs = lifeMs === null ? null : nowMs + lifeMs;
        const admission = admit(state, text(String(index), priority, parts, expiresAtMs), MONTH, LIMITS);
        const turn = takeTurn(admission.state, nowMs, MONTH, LIMITS);
        const { waiting } = turn.state;
        state = { waiting, ...readOutgoingMeter(JSON.parse(JSON.stringify(turn.state))) };
        assert.deepEqual(state, turn.state);
        ends.push(...[...admission.refused, ...turn.refused].map(({ messageId }) => messageId));
        if (turn.next) {
          ends.push(turn.next.messageId);
          sentParts += turn.next.parts;
        }
        assert.ok(state.waiting.length <= LIMITS.maxWaiting);
        assert.equal(state.sentInMonth, sentParts);
        assert.ok(sentParts <= 10);
        // The burst, one part a minute since, and what the last text was longer than the burst.
        assert.ok(sentParts <= LIMITS.burst + nowMs / MINUTE_MS + 4);
      }
      const all = [...ends, ...ids(state)].map(Number).sort((a, b) => a - b);
      assert.deepEqual(
        all,
        list.map((_, index) => index),
        'each text is sent, refused or waiting, once',
      );
    });
  });
});
