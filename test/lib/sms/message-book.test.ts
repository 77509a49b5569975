import assert from 'node:assert/strict';
import { MessageBook, readStoredBook, type StoredBook } from '../../../nodes/lib/sms/message-book';
import { isSameNumber } from '../../../nodes/lib/sms/report-index';
import {
  newSentMessage,
  stateOfMessage,
  type PartEvent,
  type SentMessage,
} from '../../../nodes/lib/sms/sent-message';
import { readStatus, type StatusReport } from '../../../nodes/lib/sms/status-report-pdu';

const LIMITS = { maxMessages: 3, reportWaitMs: 86_400_000 };
const ANNA = '+9779841000001';
const BINOD = '+9779841000002';

function text(messageId: string, to = ANNA, queuedAtMs = 0): SentMessage {
  return newSentMessage({ messageId, to, wantsReport: true, maxTries: 3, queuedAtMs }, 1);
}

/** A book of texts to which things happen one after the other. */
function bookOf(...texts: (string | SentMessage)[]): MessageBook {
  const book = new MessageBook(LIMITS);
  for (const each of texts) book.add(typeof each === 'string' ? text(each) : each);
  return book;
}

function play(book: MessageBook, messageId: string, events: PartEvent[], atMs = 1_000): MessageBook {
  for (const event of events) book.onPart(messageId, 0, event, atMs);
  return book;
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

const stored = (book: MessageBook): StoredBook => ({ messages: [...book.all()], early: book.early });
/** As a process finds it that starts with what is on the disk. */
const reopened = (book: MessageBook): MessageBook =>
  new MessageBook(LIMITS, readStoredBook(JSON.parse(JSON.stringify(stored(book)))));
const states = (book: MessageBook): string[] =>
  [...book.all()].map((message) => `${message.messageId} ${stateOfMessage(message)}`);
const idsOf = (messages: readonly SentMessage[]): string[] => messages.map(({ messageId }) => messageId);

describe('the book of sent texts', function () {
  this.timeout(60_000);

  it('finds the text of a report by number and reference', () => {
    const book = bookOf('a', text('b', BINOD));
    play(play(book, 'a', sent(5)), 'b', sent(5));
    assert.deepEqual(idsOf(book.onReport(report(5, BINOD), 2_000)), ['b']);
    assert.deepEqual(states(book), ['a submitted', 'b delivered']);
  });

  it('finds it whichever way the network writes the number', () => {
    for (const to of ['09841000001', '9841000001', '+977 984-1000001']) {
      const book = play(bookOf('a'), 'a', sent(5));
      assert.deepEqual(idsOf(book.onReport(report(5, to), 2_000)), ['a'], to);
    }
    const short = play(bookOf(text('s', '1415')), 's', sent(5));
    assert.deepEqual(short.onReport(report(5, '+97798411415'), 2_000), []);
    assert.deepEqual(idsOf(short.onReport(report(5, '1415'), 2_000)), ['s']);
  });

  it('means the latest text when a reference comes again', () => {
    const book = play(bookOf('old'), 'old', sent(5), 1_000);
    book.add(text('new'));
    play(book, 'new', sent(5), 9_000);
    book.onReport(report(5), 9_500);
    assert.deepEqual(states(book), ['old submitted', 'new delivered']);
  });

  it('keeps a report that is faster than the modem', () => {
    const book = play(bookOf('a'), 'a', [{ kind: 'handed' }]);
    assert.deepEqual(book.onReport(report(6), 1_100), []);
    assert.equal(book.early.length, 1);
    const changed = book.onPart('a', 0, { kind: 'accepted', messageReference: 6 }, 1_200);
    assert.deepEqual(changed.map(stateOfMessage), ['submitted', 'delivered'], 'each in its turn');
    assert.deepEqual([states(book), book.early], [['a delivered'], []]);
  });

  it('takes a report as word of an unknown text when no other can be meant', () => {
    const after = (told: StatusReport, ...more: ((book: MessageBook) => void)[]): string[] => {
      const book = play(bookOf('a'), 'a', SILENCE);
      for (const change of more) change(book);
      book.onReport(told, 2_000);
      return states(book);
    };
    const another = (events: PartEvent[]) => (book: MessageBook) => {
      book.add(text('b'));
      play(book, 'b', events);
    };
    assert.deepEqual(after(report(77)), ['a delivered']);
    assert.deepEqual(after(report(77, BINOD)), ['a unknown']);
    assert.deepEqual(after(report(77, ANNA, 400_000)), ['a unknown']);
    assert.deepEqual(after(report(77), another(SILENCE)), ['a unknown', 'b unknown']);
    assert.deepEqual(after(report(77), another([{ kind: 'handed' }])), ['a unknown', 'b queued']);
  });

  it('says at a restart what may have left', () => {
    const book = bookOf('a', 'b', 'c');
    const next = reopened(play(play(book, 'a', [{ kind: 'handed' }]), 'b', sent(1)));
    assert.deepEqual(idsOf(next.onRestart(5_000)), ['a']);
    assert.deepEqual(states(next), ['a unknown', 'b submitted', 'c queued']);
    assert.deepEqual(idsOf(next.onReport(report(1), 6_000)), ['b'], 'reports find their texts as before');
  });

  it('stops waiting for a report in the end, and hears a late one still', () => {
    const book = play(bookOf('a'), 'a', sent(1), 1_000);
    assert.deepEqual(book.onTick(1_000 + LIMITS.reportWaitMs - 1), []);
    assert.deepEqual(idsOf(book.onTick(1_000 + LIMITS.reportWaitMs)), ['a']);
    assert.deepEqual(states(book), ['a unknown']);
    book.onReport(report(1), 2e9);
    assert.deepEqual(states(book), ['a delivered']);
  });

  it('forgets early reports that nobody claims, and keeps no more than 32', () => {
    const book = bookOf();
    for (let reference = 0; reference < 50; reference += 1) book.onReport(report(reference), 0);
    assert.equal(book.early.length, 32);
    book.onTick(600_000);
    assert.equal(book.early.length, 0);
  });

  it('is bounded: settled texts make room, others do not', () => {
    const book = bookOf('a', 'b', 'c');
    assert.throws(() => book.add(text('d')), /^RangeError: message book is full: 3 texts are on their way$/);
    assert.throws(() => book.add(text('b')), /^RangeError: messageId must be new, got "b" again$/);
    play(book, 'b', SILENCE);
    assert.deepEqual(idsOf(book.add(text('d'))), ['b']);
    assert.deepEqual(states(book), ['a queued', 'c queued', 'd queued']);
  });

  it('lets the one go that has been settled longest, over restarts too', () => {
    const play3 = (): MessageBook => {
      const book = bookOf('a', 'b', 'c');
      play(book, 'c', SILENCE, 1_000);
      play(book, 'a', SILENCE, 2_000);
      return book;
    };
    for (const book of [play3(), reopened(play3())]) {
      assert.deepEqual(idsOf(book.add(text('d'))), ['c']);
      book.onMessage('a', { kind: 'send again' }, 3_000);
      assert.throws(
        () => book.add(text('e')),
        /message book is full/,
        'one that goes out again is not settled',
      );
    }
  });

  it('takes a text out as if it had never been there', () => {
    const book = play(bookOf('a'), 'a', sent(5));
    assert.equal(book.remove('a')?.messageId, 'a');
    assert.equal(book.remove('a'), undefined);
    assert.deepEqual([book.onReport(report(5), 2_000), states(book)], [[], []]);
    assert.deepEqual(idsOf(book.add(text('a'))), []);
  });

  it('sends again what it is told to, and passes over texts that it does not know', () => {
    const book = play(bookOf('a'), 'a', SILENCE);
    assert.deepEqual(book.onMessage('x', { kind: 'send again' }, 3_000), []);
    assert.deepEqual(book.onPart('x', 0, { kind: 'handed' }, 3_000), []);
    assert.deepEqual(idsOf(book.onMessage('a', { kind: 'send again' }, 3_000)), ['a']);
    assert.deepEqual(states(book), ['a queued']);
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
      assert.deepEqual(readStoredBook(damaged), { messages: [], early: [] });
    }
    const book = play(bookOf('a'), 'a', sent(1));
    book.onReport(report(200), 0);
    assert.deepEqual(readStoredBook(JSON.parse(JSON.stringify(stored(book)))), stored(book));
  });

  it('looks at no other text when something happens to one', () => {
    const looks = { count: 0 };
    const watched = (message: SentMessage): SentMessage =>
      new Proxy(message, {
        get: (target, key, receiver) => {
          looks.count += 1;
          return Reflect.get(target, key, receiver) as unknown;
        },
      });
    const book = new MessageBook({ ...LIMITS, maxMessages: 4_000 });
    for (let count = 0; count < 3_000; count += 1)
      book.add(watched(text(`w${count}`, `+97798${10_000_000 + count}`)));
    for (let count = 0; count < 1_000; count += 1) {
      book.add(text(`s${count}`));
      play(book, `s${count}`, SILENCE);
    }
    assert.ok(looks.count > 0, 'looks are counted');
    looks.count = 0;
    for (let count = 0; count < 200; count += 1) {
      const messageId = `n${count}`;
      assert.equal(book.add(text(messageId, BINOD)).length, 1);
      play(book, messageId, sent(count % 256));
      assert.equal(book.onReport(report(count % 256, BINOD), 2_000).length, 1);
    }
    assert.equal(looks.count, 0);
  });
});
