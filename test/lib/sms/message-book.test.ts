import assert from 'node:assert/strict';
import {
  addMessage,
  EMPTY_BOOK,
  isSameNumber,
  onBookMessageEvent,
  onBookPartEvent,
  onBookReport,
  onBookRestart,
  onBookTick,
  readMessageBook,
  type MessageBook,
} from '../../../nodes/lib/sms/message-book';
import { newSentMessage, stateOfMessage, type PartEvent } from '../../../nodes/lib/sms/sent-message';
import { readStatus, type StatusReport } from '../../../nodes/lib/sms/status-report-pdu';

const LIMITS = { maxMessages: 3, reportWaitMs: 86_400_000 };
const ANNA = '+9779841000001';
const BINOD = '+9779841000002';

function add(book: MessageBook, messageId: string, to = ANNA, queuedAtMs = 0): MessageBook {
  return addMessage(
    book,
    newSentMessage({ messageId, to, wantsReport: true, maxTries: 3, queuedAtMs }, 1),
    LIMITS,
  );
}

function play(book: MessageBook, messageId: string, events: PartEvent[], atMs = 1_000): MessageBook {
  return events.reduce((now, event) => onBookPartEvent(now, messageId, 0, event, atMs).book, book);
}

const sent = (messageReference: number): PartEvent[] => [
  { kind: 'handed' },
  { kind: 'accepted', messageReference },
];
const SILENCE: PartEvent[] = [{ kind: 'handed' }, { kind: 'silent', reason: 'no answer' }];

function report(messageReference: number, to = ANNA, submittedAtMs = 1_000, status = 0): StatusReport {
  const time = { atMs: submittedAtMs, zoneMinutes: 345 };
  return {
    kind: 'status-report',
    smsc: null,
    messageReference,
    to: { kind: 'number', text: to },
    submittedAt: time,
    dischargedAt: time,
    status,
    ...readStatus(status),
    problems: [],
  };
}

const states = (book: MessageBook): string[] =>
  book.messages.map((message) => `${message.messageId} ${stateOfMessage(message)}`);

describe('the book of sent texts', () => {
  it('finds the text of a report by number and reference', () => {
    let book = add(add(EMPTY_BOOK, 'a', ANNA), 'b', BINOD);
    book = play(play(book, 'a', sent(5)), 'b', sent(5));
    const change = onBookReport(book, report(5, BINOD), 2_000);
    assert.deepEqual(states(change.book), ['a submitted', 'b delivered']);
    assert.deepEqual(
      change.changed.map(({ messageId }) => messageId),
      ['b'],
    );
  });

  it('means the latest text when a reference comes again', () => {
    let book = play(add(EMPTY_BOOK, 'old'), 'old', sent(5), 1_000);
    book = play(add(book, 'new'), 'new', sent(5), 9_000);
    assert.deepEqual(states(onBookReport(book, report(5), 9_500).book), ['old submitted', 'new delivered']);
  });

  it('keeps a report that is faster than the modem', () => {
    let book = play(add(EMPTY_BOOK, 'a'), 'a', [{ kind: 'handed' }]);
    const early = onBookReport(book, report(6), 1_100);
    assert.deepEqual([early.changed, early.book.early.length], [[], 1]);
    book = early.book;
    const change = onBookPartEvent(book, 'a', 0, { kind: 'accepted', messageReference: 6 }, 1_200);
    assert.deepEqual(states(change.book), ['a delivered']);
    assert.deepEqual([change.book.early, change.changed.length], [[], 1]);
  });

  it('takes a report as word of an unknown text when no other can be meant', () => {
    const unknown = play(add(EMPTY_BOOK, 'a'), 'a', SILENCE);
    assert.deepEqual(states(unknown), ['a unknown']);
    assert.deepEqual(states(onBookReport(unknown, report(77), 2_000).book), ['a delivered']);
    assert.deepEqual(states(onBookReport(unknown, report(77, BINOD), 2_000).book), ['a unknown']);
    assert.deepEqual(states(onBookReport(unknown, report(77, ANNA, 400_000), 2_000).book), ['a unknown']);
    const two = play(add(unknown, 'b'), 'b', SILENCE);
    assert.deepEqual(states(onBookReport(two, report(77), 2_000).book), ['a unknown', 'b unknown']);
    const busy = play(add(unknown, 'b'), 'b', [{ kind: 'handed' }]);
    assert.deepEqual(states(onBookReport(busy, report(77), 2_000).book), ['a unknown', 'b queued']);
  });

  it('says at a restart what may have left', () => {
    let book = add(add(add(EMPTY_BOOK, 'a'), 'b'), 'c');
    book = play(play(book, 'a', [{ kind: 'handed' }]), 'b', sent(1));
    const change = onBookRestart(readMessageBook(JSON.parse(JSON.stringify(book))), 5_000);
    assert.deepEqual(states(change.book), ['a unknown', 'b submitted', 'c queued']);
    assert.deepEqual(
      change.changed.map(({ messageId }) => messageId),
      ['a'],
    );
  });

  it('stops waiting for a report in the end, and hears a late one still', () => {
    const book = play(add(EMPTY_BOOK, 'a'), 'a', sent(1), 1_000);
    assert.deepEqual(onBookTick(book, 1_000 + LIMITS.reportWaitMs - 1, LIMITS), { book, changed: [] });
    const change = onBookTick(book, 1_000 + LIMITS.reportWaitMs, LIMITS);
    assert.deepEqual(states(change.book), ['a unknown']);
    assert.deepEqual(states(onBookReport(change.book, report(1), 2e9).book), ['a delivered']);
  });

  it('forgets early reports that nobody claims, and keeps no more than 32', () => {
    let book: MessageBook = EMPTY_BOOK;
    for (let reference = 0; reference < 50; reference += 1)
      book = onBookReport(book, report(reference), 0).book;
    assert.equal(book.early.length, 32);
    assert.equal(onBookTick(book, 600_000, LIMITS).book.early.length, 0);
  });

  it('is bounded: settled texts make room, others do not', () => {
    let book = add(add(add(EMPTY_BOOK, 'a'), 'b'), 'c');
    assert.throws(() => add(book, 'd'), /^RangeError: message book is full: 3 texts are on their way$/);
    assert.throws(() => add(book, 'b'), /^RangeError: messageId must be new, got "b" again$/);
    book = play(book, 'b', SILENCE);
    assert.deepEqual(states(add(book, 'd')), ['a queued', 'c queued', 'd queued']);
  });

  it('sends again what it is told to, and passes over texts that it does not know', () => {
    const book = play(add(EMPTY_BOOK, 'a'), 'a', SILENCE);
    assert.deepEqual(states(onBookMessageEvent(book, 'a', { kind: 'send again' }, 3_000).book), ['a queued']);
    assert.deepEqual(onBookMessageEvent(book, 'x', { kind: 'send again' }, 3_000), { book, changed: [] });
    assert.deepEqual(onBookPartEvent(book, 'x', 0, { kind: 'handed' }, 3_000), { book, changed: [] });
  });

  it('compares numbers as networks write them', () => {
    assert.ok(isSameNumber('+9779841000001', '09841000001'));
    assert.ok(isSameNumber('9841000001', '+977 9841000001'));
    assert.ok(!isSameNumber('+9779841000001', '+9779841000002'));
    assert.ok(isSameNumber('1415', '1415'));
    assert.ok(!isSameNumber('1415', '+97798411415'));
  });

  it('begins afresh when a file holds something else', () => {
    for (const damaged of [
      undefined,
      null,
      7,
      'x',
      [],
      {},
      { messages: [{ messageId: 'a' }], early: [{}] },
    ]) {
      assert.deepEqual(readMessageBook(damaged), EMPTY_BOOK);
    }
    const book = onBookReport(play(add(EMPTY_BOOK, 'a'), 'a', sent(1)), report(200), 0).book;
    assert.deepEqual(readMessageBook(JSON.parse(JSON.stringify(book))), book);
  });
});
