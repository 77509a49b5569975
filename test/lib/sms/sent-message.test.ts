import assert from 'node:assert/strict';
import {
  isSettled,
  newSentMessage,
  nextPartToSend,
  onMessageEvent,
  onPartEvent,
  stateOfMessage,
  type MessageEvent,
  type PartEvent,
  type PartState,
  type SentMessage,
} from '../../../nodes/lib/sms/sent-message';

const HANDED: PartEvent = { kind: 'handed' };
const ACCEPTED: PartEvent = { kind: 'accepted', messageReference: 42 };
const REFUSED: PartEvent = { kind: 'refused', reason: '+CMS ERROR: 38', mayRetry: true };
const REFUSED_FOR_GOOD: PartEvent = { kind: 'refused', reason: '+CMS ERROR: 21', mayRetry: false };
const NOT_SENT: PartEvent = { kind: 'not sent', reason: 'no prompt' };
const SILENT: PartEvent = { kind: 'silent', reason: 'no answer' };
const DELIVERED: PartEvent = { kind: 'report', outcome: 'delivered', reason: 'received' };
const LOST: PartEvent = { kind: 'report', outcome: 'failed', reason: 'its validity ran out' };
const TRYING: PartEvent = { kind: 'report', outcome: 'trying', reason: 'the phone does not answer' };
const DOUBTFUL: PartEvent = { kind: 'report', outcome: 'unknown', reason: 'passed on' };

function message(parts = 1, over: Partial<SentMessage> = {}): SentMessage {
  const base = { messageId: 'm1', to: '+9779841000001', wantsReport: true, maxTries: 2, queuedAtMs: 0 };
  return newSentMessage({ ...base, ...over }, parts);
}

const play = (start: SentMessage, events: PartEvent[], part = 0): SentMessage =>
  events.reduce((now, event, index) => onPartEvent(now, part, event, index + 1), start);
const stateAfter = (...events: PartEvent[]): string => {
  const { state } = play(message(), events).parts[0]!;
  return state;
};

describe('a text that is sent', () => {
  it('goes from queued over submitted to delivered', () => {
    let now = message();
    assert.equal(stateOfMessage(now), 'queued');
    now = play(now, [HANDED]);
    assert.deepEqual([stateOfMessage(now), nextPartToSend(now)], ['queued', null]);
    now = play(now, [ACCEPTED]);
    assert.deepEqual(
      [stateOfMessage(now), now.parts[0]!.messageReference, isSettled(now)],
      ['submitted', 42, false],
    );
    now = play(now, [TRYING]);
    assert.deepEqual([stateOfMessage(now), now.parts[0]!.reason], ['submitted', 'the phone does not answer']);
    now = play(now, [DELIVERED]);
    assert.deepEqual([stateOfMessage(now), isSettled(now)], ['delivered', true]);
  });

  it('is unknown after silence, and nothing sends it again by itself', () => {
    const unknown = play(message(), [HANDED, SILENT]);
    assert.deepEqual(
      [stateOfMessage(unknown), nextPartToSend(unknown), isSettled(unknown)],
      ['unknown', null, true],
    );
    for (const event of [HANDED, NOT_SENT, SILENT]) assert.equal(play(unknown, [event]), unknown);
    const later: MessageEvent[] = [
      { kind: 'restarted' },
      { kind: 'no report' },
      { kind: 'given up', reason: 'x' },
    ];
    for (const event of later) assert.equal(onMessageEvent(unknown, event, 9), unknown);
  });

  it('passes over what cannot happen to it', () => {
    const start = message();
    for (const event of [ACCEPTED, REFUSED, REFUSED_FOR_GOOD, NOT_SENT, SILENT, DELIVERED, LOST, DOUBTFUL]) {
      assert.equal(play(start, [event]), start, event.kind);
    }
    const delivered = play(start, [HANDED, ACCEPTED, DELIVERED]);
    for (const event of [HANDED, ACCEPTED, REFUSED, NOT_SENT, SILENT, LOST, DOUBTFUL]) {
      assert.equal(play(delivered, [event]), delivered, event.kind);
    }
    assert.equal(onPartEvent(start, 7, HANDED, 1), start, 'there is no such part');
  });

  it('is sent again when somebody says so, with new tries', () => {
    const again = onMessageEvent(play(message(), [HANDED, SILENT]), { kind: 'send again' }, 9);
    assert.deepEqual([stateOfMessage(again), nextPartToSend(again), again.parts[0]!.tries], ['queued', 0, 0]);
    const delivered = play(message(), [HANDED, ACCEPTED, DELIVERED]);
    assert.equal(onMessageEvent(delivered, { kind: 'send again' }, 9), delivered, 'never what has arrived');
  });

  it('learns late what became of it', () => {
    assert.equal(stateAfter(HANDED, SILENT, ACCEPTED), 'submitted');
    assert.equal(stateAfter(HANDED, SILENT, DELIVERED), 'delivered');
    assert.equal(stateAfter(HANDED, SILENT, REFUSED_FOR_GOOD), 'failed');
    assert.equal(stateAfter(HANDED, ACCEPTED, DOUBTFUL, DELIVERED), 'delivered');
  });

  it('tries again only when it has not left for certain, and not for ever', () => {
    assert.equal(stateAfter(HANDED, NOT_SENT), 'queued');
    assert.equal(stateAfter(HANDED, NOT_SENT, HANDED, REFUSED), 'failed');
    assert.equal(stateAfter(HANDED, REFUSED, HANDED, NOT_SENT), 'failed');
    assert.equal(stateAfter(HANDED, REFUSED_FOR_GOOD), 'failed');
    assert.equal(play(message(), [HANDED, REFUSED_FOR_GOOD]).parts[0]!.reason, '+CMS ERROR: 21');
  });

  it('is unknown when the system stopped while it was being sent', () => {
    const restarted = (...events: PartEvent[]): string =>
      stateOfMessage(onMessageEvent(play(message(), events), { kind: 'restarted' }, 9));
    assert.equal(restarted(HANDED), 'unknown');
    assert.equal(restarted(), 'queued');
    assert.equal(restarted(HANDED, ACCEPTED), 'submitted');
  });

  it('is unknown when no report comes, unless none was wanted', () => {
    const noReport = (over: Partial<SentMessage>): string =>
      stateOfMessage(onMessageEvent(play(message(1, over), [HANDED, ACCEPTED]), { kind: 'no report' }, 9));
    assert.equal(noReport({}), 'unknown');
    assert.equal(noReport({ wantsReport: false }), 'submitted');
    assert.ok(isSettled(play(message(1, { wantsReport: false }), [HANDED, ACCEPTED])));
  });

  it('can be given up only before it was handed over', () => {
    const givenUp = (...events: PartEvent[]): string =>
      stateOfMessage(onMessageEvent(play(message(), events), { kind: 'given up', reason: 'too old' }, 9));
    assert.deepEqual(
      [givenUp(), givenUp(HANDED), givenUp(HANDED, ACCEPTED)],
      ['failed', 'queued', 'submitted'],
    );
  });

  it('sends its parts in order, one at a time, and none after a failed one', () => {
    let now = play(message(3), [HANDED]);
    assert.equal(nextPartToSend(now), null);
    now = play(now, [ACCEPTED]);
    assert.equal(nextPartToSend(now), 1);
    now = play(now, [HANDED, SILENT], 1);
    assert.deepEqual([nextPartToSend(now), stateOfMessage(now)], [2, 'queued']);
    const unknown = play(now, [HANDED, ACCEPTED], 2);
    assert.equal(stateOfMessage(unknown), 'unknown');
    const failed = play(now, [HANDED, REFUSED_FOR_GOOD], 2);
    assert.deepEqual([stateOfMessage(failed), nextPartToSend(failed)], ['failed', null]);
    const lost = play(play(message(2), [HANDED, ACCEPTED]), [HANDED, ACCEPTED, LOST], 1);
    assert.equal(stateOfMessage(lost), 'failed');
    const half = play(play(message(2), [HANDED, ACCEPTED, DELIVERED]), [HANDED, ACCEPTED], 1);
    assert.equal(stateOfMessage(half), 'submitted');
    assert.equal(stateOfMessage(play(half, [DELIVERED], 1)), 'delivered');
  });

  it('never goes back to the queue from where it may have left, whatever happens', () => {
    const events: (PartEvent | MessageEvent)[] = [
      HANDED,
      ACCEPTED,
      NOT_SENT,
      SILENT,
      DELIVERED,
      LOST,
      TRYING,
      DOUBTFUL,
      REFUSED,
      REFUSED_FOR_GOOD,
      { kind: 'restarted' },
      { kind: 'no report' },
      { kind: 'given up', reason: 'x' },
    ];
    const isPartEvent = (event: PartEvent | MessageEvent): event is PartEvent =>
      !['restarted', 'no report', 'given up', 'send again'].includes(event.kind);
    const mayHaveLeft: readonly PartState[] = ['submitted', 'delivered', 'unknown', 'failed'];
    const walk = (now: SentMessage, depth: number): void => {
      if (depth === 0) return;
      for (const event of events) {
        const next = isPartEvent(event) ? onPartEvent(now, 0, event, 1) : onMessageEvent(now, event, 1);
        if (mayHaveLeft.includes(now.parts[0]!.state))
          assert.notEqual(next.parts[0]!.state, 'queued', event.kind);
        if (next !== now) walk(next, depth - 1);
      }
    };
    walk(message(), 6);
  });
});
